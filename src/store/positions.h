#pragma once

#include "model/model.h"

/* Where the rows of tables stand: the key of every POSITIONS_STEP-th row in key order, kept up to
 * the next row that comes or goes. SQLite finds a page by walking over all rows before it; from one
 * of these keys it walks over at most POSITIONS_STEP. For tables with integer keys. Any thread.
 * Private to store/.
 *
 * `seq` is the newest change in the asker's snapshot, which the writer must have published already:
 * only then positions_changed() has been called for all of them. */

enum { POSITIONS_STEP = 256 };

/* Rows of a table beyond so many times the step are found by walking. */
enum { POSITIONS_MAX = 65536 };

typedef struct Positions Positions;

Positions *positions_new(size_t n_resources);
Positions *positions_free(Positions *p);
DEFINE_CLEANUP(Positions, positions_free);

/* Rows came or went in a commit up to `seq`: nothing is known any more. Before that is published.
 */
void positions_changed(Positions *p, const Resource *r, int64_t seq);

/* The greatest n ≤ wanted for which the key of row n * POSITIONS_STEP (counted from 0) is known;
 * 0: none. */
size_t positions_find(Positions *p, const Resource *r, int64_t seq, size_t wanted,
                      int64_t *ret_key);

/* Tells the key of row n * POSITIONS_STEP, n > 0, which positions_find() said to be the next. */
void positions_add(Positions *p, const Resource *r, int64_t seq, size_t n, int64_t key);
