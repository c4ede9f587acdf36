#pragma once

#include "manager/auth/directory_search.h"

/* The groups of a user: those that his entry names, those whose entries name him, and likewise the
 * groups of these groups, each looked at once. */

/* Groups that one search asks about. */
#define DIRECTORY_GROUPS_AT_ONCE ((size_t)16)

typedef struct DirectoryGroups {
    /* Given: */
    DirectoryConnection *connection;
    Arena *arena;
    Str base;
    Str filter;            /* of groups; may be empty */
    Str membership_filter; /* empty: entries of groups aren't asked for */
    char **attributes;     /* that name groups */
    size_t most;
    int nesting;

    /* Found: */
    Str *names;      /* as the directory writes them */
    Str *comparable; /* the same, for comparing */
    size_t n;
    bool cut; /* there are more than `most`, or deeper */
} DirectoryGroups;

/* name, uid: of the user whose entry it is. Errors: of directory_search(). */
CHECKED Err *directory_groups_find(DirectoryGroups *g, LDAPMessage *entry, Str name, Str uid);
