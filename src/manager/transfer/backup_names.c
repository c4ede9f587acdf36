/* Names in backups. */
#include "manager/transfer/backup_names.h"

#define FILES STR("files/")
#define KEYS STR("keys/")

enum { HASH_CHARS = 64 };

static bool is_hash(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
            return false;
        }
    }
    return name.len == HASH_CHARS;
}

static bool is_plain_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* What the server makes anew is left out, and so is the key of the secrets, which goes its own way.
 */
static bool is_key(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!is_plain_character(name.ptr[i])) {
            return false;
        }
    }
    return (str_ends_with(name, STR(".key")) || str_ends_with(name, STR(".pem"))) &&
           !str_starts_with(name, STR(".")) && !str_equal(name, STR("secret.key")) &&
           !str_equal(name, STR("management.pem"));
}

BackupFolder backup_name_folder(Str name)
{
    if (name.len > BACKUP_NAME_MAX) {
        return BACKUP_FOLDER_NONE;
    }
    if (str_equal(name, STR("config.db")) || str_equal(name, STR("history.db"))) {
        return BACKUP_FOLDER_DATABASE;
    }
    const bool plain =
        (str_starts_with(name, FILES) && is_hash(str_slice(name, FILES.len, name.len))) ||
        (str_starts_with(name, KEYS) && is_key(str_slice(name, KEYS.len, name.len)));
    return plain ? BACKUP_FOLDER_PLAIN : BACKUP_FOLDER_NONE;
}

Str backup_name_path(Str name)
{
    return str_starts_with(name, KEYS) ? str_slice(name, KEYS.len, name.len) : name;
}
