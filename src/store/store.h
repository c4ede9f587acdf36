#pragma once

#include "base/err.h"
#include "model/model.h"

/* The store: rows in, rows out, durably. One SQLite file a lifetime (config, history, auth, live,
 * search), tables derived from the model, one writer thread a file (writer.h), any number of
 * readers (reader.h). No SQL leaves this folder. */

typedef struct Store Store;

typedef enum StoreFile {
    STORE_CONFIG,
    STORE_HISTORY,
    STORE_AUTH,
    STORE_LIVE,
    STORE_SEARCH,
    STORE_FILE_N
} StoreFile;

typedef struct StoreOptions {
    const char *folder;   /* DIR; made if it isn't there */
    bool existing;        /* a store that isn't there is an error rather than made */
    const char *key_file; /* NULL: DIR/secret.key */
    /* Works out the value of a seed that says {"computed": what}: called while a new store is made.
     * NULL value if it has none. */
    Err *(*compute_seed)(void *context, Arena *a, const Seed *seed, const SeedValue *value,
                         Value *ret_value);
    void *context;
} StoreOptions;

/* Takes DIR/lock, opens or makes the files, migrates them to the model, makes live.db anew, starts
 * the writers and the search thread. The model must outlive the store. Errors: ERR_BUSY (another
 * process has it), ERR_INVALID (a newer program's store; a store without its key; none, where it is
 * to exist: nothing is made then), ERR_IO. */
CHECKED Err *store_open(Arena *errors, const Model *model, const StoreOptions *options,
                        Store **ret_store);

/* Lets waiting writes finish, then closes. */
Store *store_close(Store *s);
DEFINE_CLEANUP(Store, store_close);

const Model *store_model(const Store *s);

/* True if store_open() made the store just now. */
bool store_is_new(const Store *s);

/* The number of the model that the store had before store_open() migrated it; 0: it didn't. */
int64_t store_migrated_from(const Store *s);

/* ERR_INVALID if there is no store in a folder, nor one that was restored and waits for its place;
 * ERR_IO if nobody lets us look. Asks no lock: for those who want to know before they begin. */
CHECKED Err *store_check_exists(Arena *a, const char *folder);

/* ERR_BUSY if another process has the store of a folder now; with no folder, no lock and no right
 * to look nobody has. */
CHECKED Err *store_check_idle(Arena *a, const char *folder);

/* New at every restore, migration or new store; part of every ETag. */
Str store_epoch(const Store *s, StoreFile file);

/* Wall clock when a file was made anew beside those that were there already, as auth.db is after a
 * restore: what it knew until then is forgotten. 0: it is as old as the store. */
int64_t store_remade_us(const Store *s, StoreFile file);

/* Number of the last change that is committed; never decreases. Any thread. */
int64_t store_seq(const Store *s, StoreFile file);

/* Which file holds the rows of a resource. */
StoreFile store_file_of(const Resource *r);

/* Whether anything of a rendered body changed since: for each of the n (resource, key) pairs the
 * newest change is at most `seq`. May say "changed" wrongly, never "unchanged". A pair without a
 * key stands for all rows of the resource, those to come included. Any thread, no lock. */
typedef struct RowName {
    const Resource *resource;
    Value key;
} RowName;
bool store_unchanged_since(const Store *s, const RowName names[], size_t n, int64_t seq);

/* False once a write failed for lack of space or by an I/O error, until one succeeds: for /healthz.
 */
bool store_can_write(const Store *s);

/* What a file takes and what waits for it, for those who look for trouble. Any thread; `a` is for
 * scratch. */
typedef struct StoreFileNumbers {
    const char *name;            /* "config.db" */
    int64_t bytes;               /* on the disk; -1: unknown */
    int64_t written_ahead_bytes; /* of its log, which is folded in by and by; -1: there is none */
    size_t n_waiting;            /* writes that nobody has begun */
} StoreFileNumbers;
void store_file_numbers(const Store *s, Arena *a, StoreFile file, StoreFileNumbers *ret_numbers);

/* DIR. */
const char *store_folder(const Store *s);
