#pragma once

#include <stdatomic.h>

#include "store/reader.h"
#include "store/tables.h"

/* The inside of Store, for store/ only. */

typedef struct Writer Writer;
typedef struct Search Search;
typedef struct Positions Positions;
typedef struct SecretKey SecretKey;

/* What is the same for the whole life of an open store, but the counters. */
typedef struct StoreFileState {
    const char *path;
    Str epoch;           /* 16 hex digits; what ETags and cursors of another state don't share */
    int64_t remade_us;   /* see store_remade_us() */
    _Atomic int64_t seq; /* published by the writer after its commit, before callers go on */
    Writer *writer;      /* owned; NULL for STORE_SEARCH */
} StoreFileState;

struct Store {
    Arena *arena;          /* owns all texts and tables below */
    const Model *model;    /* borrowed; outlives the store */
    const Tables *tables;  /* made of the model, immutable */
    const char *folder;    /* DIR */
    int lock_fd;           /* of DIR/lock, held as long as the store is open */
    bool is_new;           /* this store_open() made it */
    int64_t migrated_from; /* see store_migrated_from() */
    _Atomic bool held;     /* store_hold_writes() */
    StoreFileState files[STORE_FILE_N];
    SecretKey *secret_key; /* secret.c */
    Positions *positions;  /* of config.db */
    Search *search;        /* search.c; NULL while it isn't running */
};

/* --- writer.c, seed.c (and of store.h: store_unchanged_since, store_can_write) --- */

/* Starts the writer thread of a file on its connection, which it takes over also on failure. The
 * file exists, is migrated, and holds its counter. */
CHECKED Err *writer_start(Arena *a, Store *s, StoreFile file, Db *db, Writer **ret_writer);

/* How many requests wait. Any thread. */
size_t writer_n_waiting(Writer *w);

/* Lets waiting requests finish, ends the thread, closes the connection. */
Writer *writer_stop(Writer *w);

/* Puts the seeds of those resources of a file whose wanted[Resource.index] is set into their
 * tables, which are new and empty: inside the transaction that made them. logged: each with its log
 * row (a new store; a migration writes none). */
CHECKED Err *store_seed(Store *s, StoreFile file, Db *db, Arena *a, const StoreOptions *options,
                        const bool wanted[], bool logged);

/* --- restore.c, restore_keep.c, folder.c --- */

/* Moves a restored store that is ready into its place, its key to key_file (NULL: DIR/secret.key);
 * drops one that isn't ready. The lock is held. */
CHECKED Err *store_restore_finish(Arena *a, const char *folder, const char *key_file);

/* Before the first file of `ready` moves: keeps the store of the folder in DIR/replaced, by links,
 * which take no room and aren't touched when others take the names of what they link to. A mark in
 * `ready` says that it was done, since what is moved later isn't the old store any more. That it
 * can't be kept (no room, a file system without links) is only logged: the restore was decided.
 * Errors: ERR_IO; nothing may be moved then. */
CHECKED Err *store_restore_keep(Arena *a, const char *folder, const char *ready);

/* Writes what SQLite has beside the files of a store into them; nobody has them open. Errors:
 * ERR_IO; nothing is lost then. */
CHECKED Err *store_restore_fold(Arena *a, const char *folder);

bool store_restore_is_ready(Arena *a, const char *folder);

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

/* After an error of the substring index: if its file is damaged, it is made anew. */
void reader_note_damage(Reader *r);

/* --- store_copy.c --- */

/* A plain copy of the file in the store's folder, "<file>.before-<time>"; the newest three are
 * kept. */
CHECKED Err *store_keep_copy(const Store *s, StoreFile file, Db *db, Arena *a);
