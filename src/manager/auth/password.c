/* argon2id by libsodium, with parameters that are the same for every password. */
#include "manager/auth/password.h"

#include <sodium.h>
#include <string.h>

#define PASSWORD_PASSES 2
#define PASSWORD_MEMORY_BYTES ((size_t)64 * 1024 * 1024)

/* argon2id of random bytes that nobody kept: compared with when there is no such user. */
static const char no_password[] = "$argon2id$v=19$m=65536,t=2,p=1$cm9zdHJhLW5vLXVzZXItMA$"
                                  "L0zTcQd0n6u6Q0cQW4rM0p0kzq1tq7y6VQ5x3m2J8sA";

Err *password_hash(Arena *a, Str password, Str *ret_hash)
{
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(hash, password.ptr != NULL ? password.ptr : "", password.len,
                          PASSWORD_PASSES, PASSWORD_MEMORY_BYTES) != 0) {
        return err(a, ERR_IO, "There is not enough memory to hash a password.");
    }
    *ret_hash = str_dup(a, str_from(hash));
    return NULL;
}

bool password_verify(Str hash, Str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    const bool plausible = hash.len > 0 && hash.len < sizeof text;
    if (plausible) {
        memcpy(text, hash.ptr, hash.len);
    } else {
        memcpy(text, no_password, sizeof no_password);
    }
    const bool same =
        crypto_pwhash_str_verify(text, password.ptr != NULL ? password.ptr : "", password.len) == 0;
    return same && plausible;
}
