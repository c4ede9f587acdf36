#pragma once

#include "manager/auth/directory_connection.h"
#include "manager/auth/directory_filter.h"

/* Searching a directory, and what is read of the entries found. Texts lie in the arena. */

#define DIRECTORY_ATTRIBUTES_MAX ((size_t)16)
#define DIRECTORY_VALUE_MAX ((size_t)4096)

typedef struct DirectorySearch {
    Str base;
    Str filter;
    char **attributes; /* ended by NULL */
    int most;          /* entries; 0: as many as the directory gives */
} DirectorySearch;

/* One below the other: "ou=people" and "dc=example" are "ou=people,dc=example"; either may be
 * empty. */
Str directory_search_base(Arena *a, Str branch, Str base);

/* The text of a filter that was put together. Errors: ERR_LIMIT. */
CHECKED Err *directory_search_filter(Arena *a, const Buf *filter, Str *ret_filter);
Buf *directory_search_filter_new(void);

/* Names of a list separated by commas, and n more. */
char **directory_attributes(Arena *a, Str list, const char *const more[], size_t n);

/* What was found: entries and, to be passed over, references to other directories. */
typedef struct DirectoryFound {
    LDAPMessage *messages; /* the caller's, for ldap_msgfree() */
    bool cut;              /* there are more */
} DirectoryFound;

/* what: for the error. Errors: ERR_IO. */
CHECKED Err *directory_search(DirectoryConnection *c, Arena *a, const char *what,
                              const DirectorySearch *search, DirectoryFound *ret_found);

/* STR_NONE if it has none or too long a one. */
Str directory_entry_name(DirectoryConnection *c, Arena *a, LDAPMessage *entry);

/* Adds the values of an attribute to ret_values[*n], up to `most` of them; those too long don't
 * count. False: there are more. */
CHECKED bool directory_values(DirectoryConnection *c, Arena *a, LDAPMessage *entry,
                              const char *attribute, size_t most, Str ret_values[], size_t *n);
