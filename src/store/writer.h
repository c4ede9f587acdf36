#pragma once

#include "store/reader.h"

/* Writing: requests wait in the queue of a file; its writer thread takes a group, runs each request
 * under its own savepoint, commits once, and then tells them all. */

typedef struct Tx Tx;

typedef struct WriteRequest WriteRequest;
struct WriteRequest {
    /* Runs on the writer thread. No effect outside the transaction, doesn't consume its input: it
     * may be run again. An Err undoes this request only. Errors lie in tx_arena(). */
    Err *(*run)(Tx *tx, WriteRequest *request);
    /* Runs on the writer thread after the commit is on disk, or after the failure: must be quick,
     * can't fail, must not call the store. e lives until done returns. seq: number of the request's
     * last change; 0: it changed nothing. */
    void (*done)(WriteRequest *request, const Err *e, int64_t seq);
    void *context;
    const char *user; /* who asks, for the change log; borrowed until done */
    const char *name; /* request id for the change log; "" if it has none */
    size_t n_objects; /* how many objects it writes: over 500 runs alone */
    int64_t
        deadline_us;    /* monotonic; while it waits longer it is answered with ERR_BUSY; 0: none */
    WriteRequest *next; /* of the queue */
};

/* Any thread. The request belongs to the store until done() was called, which happens exactly once.
 */
void store_write(Store *s, StoreFile file, WriteRequest *request);

/* The same, waiting for the outcome; errors are copied into `a`. Not on a writer or loop thread. */
CHECKED Err *store_write_wait(Store *s, StoreFile file, Arena *a, WriteRequest *request,
                              int64_t *ret_seq);

/* The same for what nobody asked for: the change log calls its user "system". */
CHECKED Err *store_write_as_system(Store *s, StoreFile file, Arena *a,
                                   Err *(*run)(Tx *tx, WriteRequest *request), void *context,
                                   size_t n_objects);

/* Refuses writes with ERR_BUSY, but for those of live.db, until store_allow_writes(): what was told
 * to be stored wouldn't be, since another store takes this one's place. Returns when all that were
 * taken before have their answers. Not on a writer or loop thread. */
void store_hold_writes(Store *s);
void store_allow_writes(Store *s);

/* --- inside run(), on the writer thread --- */

/* Memory of this request's run. */
Arena *tx_arena(Tx *tx);

/* Reads what the transaction sees, its own changes included. */
Reader *tx_reader(Tx *tx);

const Model *tx_model(const Tx *tx);

/* For what needs its key: secrets. */
const Store *tx_store(const Tx *tx);

/* Changes that the request has made so far, with all that went along. */
size_t tx_n_changes(const Tx *tx);

/* Rows of a resource as the transaction sees them, of the file that it writes: a number that is
 * kept, however many there are. */
int64_t tx_n_rows(const Tx *tx, const Resource *r);

/* Time of this group's changes. */
int64_t tx_now_us(const Tx *tx);

/* A key that VALUE_NONE leaves open is made (integers only; others must be given). Fills row->key
 * and row->version. Unique values are checked at the end of the request. Errors: ERR_CONFLICT (key
 * taken, or unique; names the field and the resource that owns it, other conflicts of the row
 * chained; text "<Label> with this <Field label> already exists."), ERR_INVALID (a to-one that
 * leads nowhere, names the field). */
CHECKED Err *tx_insert(Tx *tx, Row *row);

/* Stores `new`, which has the key of `old`, the row as this transaction reads it. No change, no log
 * row. A unique value that waits for the end of the request reads as NULL; one that stays NULL in
 * `new` stands for it. Protected seeds are the caller's business. Errors: as tx_insert(). */
CHECKED Err *tx_update(Tx *tx, const Row *old, Row *new);

/* With all that goes along (on_delete, links). Errors: ERR_INVALID "This object is still used by X
 * objects." and for protected seeds. *ret_found = false if there was none. */
CHECKED Err *tx_delete(Tx *tx, const Resource *r, Value key, bool *ret_found);

/* The same for a nested resource with a key of its own. */
CHECKED Err *tx_delete_nested(Tx *tx, const Resource *r, Value parent, Value key, bool *ret_found);

/* Makes exactly `keys` the links of a LINKS field (either side) of the row `owner`; duplicates
 * collapse. */
CHECKED Err *tx_set_links(Tx *tx, const Field *links, Value owner, const Value keys[], size_t n);

/* Raises the version of a row whose computed fields changed with something else. */
CHECKED Err *tx_touch(Tx *tx, const Resource *r, Value key);

/* The unique values that rows written so far would share with others if the request ended now: an
 * ERR_CONFLICT each, as tx_insert() gives, chained; *ret_first = NULL: none. The end of the request
 * stays the judge of them, but tells only those of one row. */
CHECKED Err *tx_conflicts(Tx *tx, Err **ret_first);
