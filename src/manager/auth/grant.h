#pragma once

#include "manager/auth/principal.h"
#include "store/reader.h"

/* What somebody who logs in may do, and which rows that follows from: user or client, roles, the
 * settings of authentication. A changed one of them makes it void, so a remembered login asks the
 * store about these rows (credentials.h) instead of being told of changes. Read in one snapshot;
 * lies in an arena, and is never changed once it is complete. */

/* Rows of a grant; one of more is good, but isn't remembered, since the memory of a credential has
 * a fixed size. Nobody has thirty roles. */
#define GRANT_ROWS_MAX 32

typedef struct Grant {
    Principal principal;
    RowName rows[GRANT_ROWS_MAX];
    size_t n_rows; /* > GRANT_ROWS_MAX: more than are noted */
    int64_t seq;   /* the state it was read from */
} Grant;

/* Notes that it follows from this row. */
void grant_note(Grant *g, const Resource *resource, Value key);

/* Adds the rights of roles, by their keys, and notes the roles. Inside a snapshot; one statement.
 * Errors: ERR_IO. */
CHECKED Err *grant_add_roles(Grant *g, Reader *reader, Arena *a, const Value roles[], size_t n);

/* Adds an administrator, by his row: name and rights. Errors: ERR_IO. */
CHECKED Err *grant_add_administrator(Grant *g, Reader *reader, Arena *a, const Row *row);

/* authentication/1, on which all ways of logging in depend; notes it. Inside a snapshot. Errors:
 * ERR_IO. */
CHECKED Err *grant_read_settings(Grant *g, Reader *reader, Arena *a, const Row **ret_settings);
