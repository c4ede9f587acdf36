#pragma once

#include "store/changelog.h"
#include "store/tables.h"
#include "store/writer.h"

/* Writing the change log, for store/ only. */

/* The log is cut to so much, from the front. */
#define CHANGELOG_AGE_US (INT64_C(90) * 86400 * 1000000)
#define CHANGELOG_BYTES (INT64_C(2) * 1024 * 1024 * 1024)

typedef struct NewChange {
    ChangeKind kind;
    const Table *table;
    Value object;
    const Field *field; /* LINK, UNLINK */
    Value other;
    const Row *new_row;  /* CREATE, UPDATE */
    const Row *old_row;  /* UPDATE, DELETE */
    const bool *changed; /* UPDATE: by Field.index */
} NewChange;

/* Appends a change under the next number. In files without a log only the number is used up.
 * Errors: ERR_INVALID (too many changes in one request), ERR_IO. */
CHECKED Err *changelog_append(Tx *tx, const NewChange *change);

/* Deletes at most `limit` changes that are older than age_us or over the size; the newest always
 * stays. *ret_n: how many it deleted. */
CHECKED Err *changelog_trim(Tx *tx, int64_t age_us, int64_t bytes, int64_t limit, int64_t *ret_n);
