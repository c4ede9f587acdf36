/* PKCS#12 files: the first byte says whether a passphrase is given, the rest is the file. What is
 * found is PEM that can be read as such. */
#include <stdint.h>

#include "pki/certificates.h"
#include "pki/pkcs12.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const Str file = {(const char *)data + 1, size - 1};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Str pem = STR_NONE;
    const Err *e = pkcs12_read(a, file, data[0] == 's' ? STR("secret") : STR_NONE, &pem);
    MUST(e == NULL || e->kind == ERR_INVALID);
    if (e != NULL) {
        return 0;
    }
    CLEANUP(certificates_free) Certificates *c = NULL;
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    e = certificates_read_bundle(a, pem, &c);
    MUST(e == NULL || e->kind == ERR_INVALID);
    e = private_key_read(a, pem, STR_NONE, &key);
    MUST(e == NULL || e->kind == ERR_INVALID);
    return 0;
}
