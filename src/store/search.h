#pragma once

#include "store/query.h"
#include "store/store_private.h"

/* The substring index: for each field marked `search` an FTS5 table of trigrams in search.db, kept
 * up from the change log by a thread of its own, off the write path. Derived: a lost or unreadable
 * file is made anew. Private to store/.
 *
 * It only ever proposes rows. What it proposes, with the rows changed after its cursor, holds every
 * row that can match; the query's own condition decides. */

/* More proposals than this cost more than looking at every row. */
#define SEARCH_HITS_MAX 20000

/* Opens search.db, or makes it, and starts the thread. */
CHECKED Err *search_start(Arena *a, Store *s);
Search *search_stop(Search *search);

/* Which file it is: another number after it was made anew. Any thread. */
unsigned search_generation(const Search *search);

/* Says that this file can't be read; it is made anew, unless that has happened. Any thread. */
void search_report_damage(Search *search, unsigned generation);

/* Waits until all changes up to now are in the index. For the tests. */
void search_wait(Search *search);

/* Keys that may match, as a JSON array; STR_NONE when the index can't help: another lookup or
 * field, fewer than three characters, too many hits, or an index that isn't ready. */
CHECKED Err *search_propose(Reader *r, Arena *a, const Filter *f, Str *ret_keys);

/* The index of a field: fts_<table>_<field>. */
bool search_has_index(const Tables *tables, const Field *f);
Str search_table_name(Arena *a, const Tables *tables, const Field *f);
