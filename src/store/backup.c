/* Copies for backups. */
#include "store/backup.h"

#include "store/secret_key.h"
#include "store/store_file.h"
#include "store/store_private.h"

Err *store_backup_file(const Store *s, Arena *a, StoreFile file, const char *path)
{
    CLEANUP(db_close) Db *db = NULL;
    TRY(store_open_db(s, a, file, DB_READ, &db));
    db_set_time_limit(db, 0);
    return db_copy_to(db, a, path);
}

void store_backup_key(const Store *s, char ret_hex[STORE_KEY_CHARS + 1])
{
    secret_key_put_text(s->secret_key, ret_hex, STORE_KEY_CHARS + 1);
}
