#pragma once

#include "store/store_private.h"

/* One file of the store: making it, migrating it, and what it says of itself. In store_file.c and
 * migrate.c; private to store/. */

/* "config.db", for logs and reports. */
const char *store_file_name(const Store *s, StoreFile file);

/* A connection to a file of the store. */
CHECKED Err *store_open_db(const Store *s, Arena *a, StoreFile file, DbMode mode, Db **ret_db);

/* Takes the file off the disk, with what SQLite keeps beside it; it isn't open. */
CHECKED Err *store_file_remove(const Store *s, StoreFile file, Arena *a);

/* A row of the table meta; NULL if it isn't there. */
CHECKED Err *store_file_get_meta(Db *db, Arena *a, Str name, Value *ret_value);
CHECKED Err *store_file_put_meta(Db *db, Arena *a, Str name, Value value);

/* Whether the file holds a store yet; a creation that was cut short leaves none. */
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
