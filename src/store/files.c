/* Uploaded files, by their hash. */
#include "store/files.h"

#include <sodium.h>

#include "base/file.h"
#include "store/store_private.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600

static const char *folder_of(const Store *s, Arena *a)
{
    return str_format(a, "%s/files", s->folder).ptr;
}

const char *files_path(const Store *s, Arena *a, Str hash)
{
    return str_format(a, "%s/%.*s", folder_of(s, a), STR_ARG(hash)).ptr;
}

Err *files_put(const Store *s, Arena *a, Str content, Str *ret_hash)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(a, 2 * sizeof digest + 1);
    (void)crypto_hash_sha256(digest, (const unsigned char *)content.ptr, content.len);
    (void)sodium_bin2hex(hex, 2 * sizeof digest + 1, digest, sizeof digest);
    Str hash = {hex, 2 * sizeof digest};
    const char *path = files_path(s, a, hash);
    if (file_exists(path)) { /* perhaps put just now by another request, which hasn't synced yet */
        TRY(file_sync_folder(a, folder_of(s, a)));
    } else {
        TRY(file_make_folder(a, folder_of(s, a), FOLDER_MODE));
        TRY(file_write(a, path, FILE_MODE, content));
    }
    *ret_hash = hash;
    return NULL;
}
