#pragma once

#include "manager/auth/directory_connection.h"

/* Asks a directory whether a name and password are right, and for the groups of who they belong to
 * (wire 11.4). The conversation: connect under TLS, bind as the account that may search, find the
 * one entry of the user, bind as that, bind as the account again, find groups, and groups that
 * these are in. Nothing of it is kept.
 *
 * It takes up to DIRECTORY_TIME_US; where the system's resolver takes longer than what is left of
 * that, until it is done, and then nothing more. So only on threads that have nothing else to do.
 */

#define DIRECTORY_TIME_US (INT64_C(10) * 1000000)
#define DIRECTORY_USER_NAME_MAX ((size_t)255)
#define DIRECTORY_PASSWORD_MAX ((size_t)1024)

/* More groups of one user are not looked at; nor are groups that hold his through so many others.
 */
#define DIRECTORY_GROUPS_MAX ((size_t)512)
#define DIRECTORY_NESTING_MAX 10

/* As in `authentication`; borrowed. Names and filters may be empty. */
typedef struct DirectorySettings {
    DirectoryTarget target;
    Str bind_name; /* empty: searches without an account */
    Str bind_password;
    Str base_name;
    Str user_search_name; /* below the base */
    Str user_filter;
    Str user_search_filter;
    Str group_search_name; /* below the base */
    Str group_filter;
    Str group_membership_filter;
    Str group_attributes; /* of users and groups, separated by commas */
} DirectorySettings;

typedef struct DirectoryUser {
    bool right;       /* the password is the user's; else nothing but `searched` is set */
    Str searched;     /* not right: the filter that one entry should have been found by, but wasn't;
                         STR_NONE: it was, or nobody was asked */
    Str name;         /* as the directory has it; see below */
    const Str *names; /* all that it has for this user, and as given: who may be meant */
    size_t n_names;
    const Str *groups; /* comparable names (directory_name.h), each once */
    size_t n_groups;
    bool cut; /* there are more groups than the limits let us see */
} DirectoryUser;

/* The name is that value of uid or sAMAccountName which is the name given, in whatever spelling:
 * who may add a value to his entry doesn't become another by that. If none is, it is what the
 * entry's own name begins with, if that is one of these attributes, else the name as given.
 *
 * Not right, without asking: an empty name or password (which would be an anonymous bind), NUL in
 * one of them, more than the limits above. Not right either: none or several entries of this name.
 * All that lies in `a`, which should hold secrets. Errors: ERR_IO and ERR_INVALID: the directory
 * can't be reached or doesn't answer as it should; the text is for the log and names no password.
 */
CHECKED Err *directory_check_password(const DirectorySettings *settings, Arena *a, Str user,
                                      Str password, DirectoryUser *ret_user);
