#pragma once

#include "manager/auth/principal.h"
#include "store/reader.h"

/* What somebody who logs in may do, and which rows that follows from: a changed one of them makes
 * it void. Read in one snapshot; lies in an arena. */

#define GRANT_ROWS_MAX 32 /* more are noted, but such a grant isn't remembered */

typedef struct Grant {
    Principal principal;
    RowName rows[GRANT_ROWS_MAX];
    size_t n_rows; /* > GRANT_ROWS_MAX: more than are noted */
    int64_t seq;   /* the state it was read from */
} Grant;

/* Notes that it follows from this row. */
void grant_note(Grant *g, const Resource *resource, Value key);

/* Adds the rights of roles, by their keys. Errors: ERR_IO. */
CHECKED Err *grant_add_roles(Grant *g, Reader *reader, Arena *a, const Value roles[], size_t n);

/* Adds an administrator, by his row: name and rights. Errors: ERR_IO. */
CHECKED Err *grant_add_administrator(Grant *g, Reader *reader, Arena *a, const Row *row);

/* authentication/1, on which all ways of logging in depend. Errors: ERR_IO. */
CHECKED Err *grant_read_settings(Grant *g, Reader *reader, Arena *a, const Row **ret_settings);
