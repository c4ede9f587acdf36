#pragma once

#include "store/query.h"
#include "store/store.h"

/* Reading: a connection to each file of the store, for one thread.
 *
 * Everything between reader_begin() and reader_end() sees one state of a file. Rows lie in the
 * arena given and outlive the transaction. A query that takes over 5 s ends with ERR_INVALID, also
 * within a transaction that writes.
 * Errors: ERR_IO. */

typedef struct Reader Reader;

CHECKED Err *reader_new(Arena *errors, Store *store, Reader **ret_reader);
Reader *reader_free(Reader *r);
DEFINE_CLEANUP(Reader, reader_free);

/* Connects to every file now, which is else done when it is first read: so that a lack of
 * descriptors later doesn't stop who reads seldom. Not between reader_begin() and reader_end(). */
CHECKED Err *reader_connect(Reader *r, Arena *a);

/* Queries end with ERR_BUSY once is_unwanted(context), asked on this thread, says that nobody waits
 * for them any more. NULL: as before. Not for a reader of a transaction. */
void reader_set_watch(Reader *r, bool (*is_unwanted)(const void *context), const void *context);

/* Opens the snapshots; *ret_seq: the number of the last change, taken before, so that what is seen
 * is at least that new. */
CHECKED Err *reader_begin(Reader *r, Arena *a, int64_t *ret_seq);
void reader_end(Reader *r);

/* The functions below also serve a transaction that writes (tx_reader()). */

/* *ret_row = NULL if there is none. */
CHECKED Err *reader_get(Reader *r, Arena *a, const Resource *resource, Value key,
                        const Row **ret_row);

/* The same in a snapshot of its own: not between reader_begin() and reader_end(). */
CHECKED Err *reader_read_row(Reader *r, Arena *a, const Resource *resource, Value key,
                             const Row **ret_row);

/* Several by key, in the order given; NULL where there is none. One statement. */
CHECKED Err *reader_get_many(Reader *r, Arena *a, const Resource *resource, const Value keys[],
                             size_t n, const Row **ret_rows);

/* A page. */
CHECKED Err *reader_select(Reader *r, Arena *a, const Query *q, const Row ***ret_rows,
                           size_t *ret_n);

/* Keys only, in order; limit and offset of the query hold. */
CHECKED Err *reader_select_keys(Reader *r, Arena *a, const Query *q, Value **ret_keys,
                                size_t *ret_n);

/* Asks the substring index which rows can match, for several pages or counts of one query: what it
 * says lies in the arena, belongs into Query.proposals and holds until the end of the snapshot. */
CHECKED Err *reader_propose(Reader *r, Arena *a, const Query *q, const Str **ret_proposals);

/* All that match, without limit and offset. Kept numbers are used where there is no filter. */
CHECKED Err *reader_count(Reader *r, Arena *a, const Query *q, int64_t *ret_n);

typedef struct Related {
    const Value *keys; /* in key order */
    size_t n;
} Related;

/* What a to-many field (CHILDREN, INVERSE, LINKS of either side) of each row holds: ret_related[n].
 * One statement. */
CHECKED Err *reader_related(Reader *r, Arena *a, const Field *to_many, const Value owners[],
                            size_t n, Related *ret_related);

typedef struct RelatedRows {
    const Row *const *rows; /* in key order */
    size_t n;
} RelatedRows;

/* The same with whole rows. */
CHECKED Err *reader_related_rows(Reader *r, Arena *a, const Field *to_many, const Value owners[],
                                 size_t n, RelatedRows *ret_related);

/* The row whose unique field has this value (a `fold` field: caselessly); *ret_key is VALUE_NONE if
 * there is none. */
CHECKED Err *reader_find(Reader *r, Arena *a, const Field *unique_field, Value value,
                         Value *ret_key);

/* The same with the whole row; *ret_row = NULL if there is none. Two statements. */
CHECKED Err *reader_find_row(Reader *r, Arena *a, const Field *unique_field, Value value,
                             const Row **ret_row);

/* A row that isn't stored, or not so. */
typedef struct ConflictQuery {
    const Row *row;    /* its key: of the stored row that doesn't count; VALUE_NONE: all count */
    bool is_new;       /* the key itself must be free, too */
    const bool *known; /* by Field.index: unique values are looked for where all of their fields
                          are set here; NULL: all */
    const Field *siblings; /* rows that have this to-one in common with the row don't count; NULL:
                              all count */
} ConflictQuery;

/* What the row would share with others although it is unique: an ERR_CONFLICT each, as tx_insert()
 * gives, chained; *ret_first = NULL: nothing. */
CHECKED Err *reader_conflicts(Reader *r, Arena *a, const ConflictQuery *q, Err **ret_first);

const Model *reader_model(const Reader *r);

/* Statements run since reader_new(); the tests count them. */
int64_t reader_n_statements(const Reader *r);
