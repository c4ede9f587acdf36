#pragma once

#include <stdatomic.h>

#include "store/reader.h"
#include "store/tables.h"

/* The inside of Store, for store/ only. */

typedef struct Writer Writer;
typedef struct Search Search;
typedef struct SecretKey SecretKey;

/* What is the same for the whole life of an open store, but the counters. */
typedef struct StoreFileState {
    const char *path;
    Str epoch;           /* 16 hex digits */
    _Atomic int64_t seq; /* published by the writer after its commit, before callers go on */
    Writer *writer;      /* owned; NULL for STORE_SEARCH */
} StoreFileState;

struct Store {
    Arena *arena; /* owns all texts and tables below */
    const Model *model;
    const Tables *tables;
    const char *folder;
    int lock_fd;
    bool is_new;
    StoreFileState files[STORE_FILE_N];
    SecretKey *secret_key; /* secret.c */
    Search *search;        /* search.c; NULL while it isn't running */
};

/* --- writer.c, seed.c, secret.c (and of store.h: store_unchanged_since, store_can_write) --- */

/* Starts the writer thread of a file on its connection, which it takes over also on failure. The
 * file exists, is migrated, and holds its counter. */
CHECKED Err *writer_start(Arena *a, Store *s, StoreFile file, Db *db, Writer **ret_writer);

/* Lets waiting requests finish, ends the thread, closes the connection. */
Writer *writer_stop(Writer *w);

/* Puts the seeds of those resources of a file whose wanted[Resource.index] is set into their
 * tables, which are new and empty: inside the transaction that made them. logged: each with its log
 * row (a new store; a migration writes none). */
CHECKED Err *store_seed(Store *s, StoreFile file, Db *db, Arena *a, const StoreOptions *options,
                        const bool wanted[], bool logged);

/* Reads the key named by the options, or makes it for a new store. Errors: ERR_INVALID (an old
 * store without its key), ERR_IO. */
CHECKED Err *secret_key_open(Arena *a, const StoreOptions *options, bool is_new,
                             SecretKey **ret_key);
SecretKey *secret_key_free(SecretKey *key);

/* Notes in the tables of a new config.db which key seals its secrets; refuses another one. */
CHECKED Err *secret_key_note(const Store *s, Db *db, Arena *a);
CHECKED Err *secret_key_check(const Store *s, Db *db, Arena *a);

/* Its hexadecimal digits, and a key of such digits; ERR_INVALID if they are none. */
void secret_key_put_text(const SecretKey *key, char *ret_hex, size_t size);
CHECKED Err *secret_key_from_text(Arena *a, Str hex, SecretKey **ret_key);

/* Whether they are the same key. */
bool secret_key_equal(const SecretKey *a, const SecretKey *b);

/* The same text with every secret in it that `from` opens sealed with `to`, under the same mask;
 * texts that only look like secrets stay. In `a`, unless nothing changed. */
Str secret_reseal(Arena *a, const SecretKey *from, const SecretKey *to, Str text);

/* Which key the secrets of a config.db are sealed with. */
CHECKED Err *secret_key_put_note(const SecretKey *key, Db *db, Arena *a);
CHECKED Err *secret_key_check_note(const SecretKey *key, Db *db, Arena *a);

/* --- restore.c, folder.c --- */

/* Moves a restored store that is ready into its place; drops one that isn't. The lock is held. */
CHECKED Err *store_restore_finish(Arena *a, const char *folder);

/* Takes the lock file of a folder. */
CHECKED Err *store_folder_lock(Arena *a, const char *folder, int *ret_lock);

/* Removes a folder with all in it, links not followed; it may be missing. */
CHECKED Err *store_folder_remove(Arena *a, const char *path);

/* --- reader.c --- */

/* A reader that sees the open transaction of `db` (borrowed) in `file`, and committed state
 * elsewhere. reader_begin() and reader_end() of it do nothing for that file. */
CHECKED Err *reader_new_on(Arena *errors, Store *s, StoreFile file, Db *db, Reader **ret_reader);

/* Of queries on the transaction: DB_TIME_LIMIT_US at first, other ones are for the tests. */
void reader_set_time_limit(Reader *r, int64_t limit_us);

/* The connection to a file, with its snapshot open: for changelog.c and search.c. */
CHECKED Err *reader_db(Reader *r, Arena *a, StoreFile file, Db **ret_db);
const Store *reader_store(const Reader *r);

/* --- store_file.c, migrate.c --- */

/* "config.db", for logs and reports. */
const char *store_file_name(const Store *s, StoreFile file);

/* A connection to a file of the store. */
CHECKED Err *store_open_db(const Store *s, Arena *a, StoreFile file, DbMode mode, Db **ret_db);

/* Whether the file holds a store yet; a creation that was cut short leaves none. */
/* Takes the file off the disk, with what SQLite keeps beside it; it isn't open. */
CHECKED Err *store_file_remove(const Store *s, StoreFile file, Arena *a);

/* A row of the table meta; NULL if it isn't there. */
CHECKED Err *store_file_get_meta(Db *db, Arena *a, Str name, Value *ret_value);
CHECKED Err *store_file_put_meta(Db *db, Arena *a, Str name, Value value);

CHECKED Err *store_file_is_empty(Db *db, Arena *a, bool *ret_empty);

/* All tables of a file; wanted[Resource.index]: those of resources. */
CHECKED Err *store_file_create_tables(const Store *s, StoreFile file, Db *db, Arena *a,
                                      bool *wanted);

/* Tables, meta, counter and seeds, in one transaction. */
CHECKED Err *store_file_create(Store *s, StoreFile file, Db *db, Arena *a,
                               const StoreOptions *options);

/* Makes the tables those of the model, if they aren't: in one transaction, after a copy of the
 * file. Errors: ERR_INVALID (written by a newer program, or data that doesn't fit), ERR_IO. */
CHECKED Err *store_file_migrate(Store *s, StoreFile file, Db *db, Arena *a,
                                const StoreOptions *options);

/* Into s->files: the epoch, and the counter. */
CHECKED Err *store_file_load(Store *s, StoreFile file, Db *db, Arena *a);

/* One transaction around run(); undone when it fails. */
CHECKED Err *store_file_transact(Db *db, Arena *a, Err *(*run)(void *context, Db *db, Arena *a),
                                 void *context);

/* Notes model, shape and a new epoch in `meta`. */
CHECKED Err *store_file_stamp(const Model *model, Db *db, Arena *a);

/* A new epoch alone. */
CHECKED Err *store_file_renew_epoch(Db *db, Arena *a);

/* Whether its tables are those of the model. Errors: ERR_INVALID (written by a newer program). */
CHECKED Err *store_file_is_current(const Store *s, Db *db, Arena *a, bool *ret_current);

/* The row of a new table in resource_state. */
CHECKED Err *store_file_put_state(Db *db, Arena *a, const Table *t);

/* --- store_copy.c --- */

/* A plain copy of the file in the store's folder, "<file>.before-<time>"; the newest three are
 * kept. */
CHECKED Err *store_keep_copy(const Store *s, StoreFile file, Db *db, Arena *a);
