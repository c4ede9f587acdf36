/* PEM texts: keys, certificates, bundles of them. What is taken can be written and read again,
 * and what is shown of it is text. */
#include <stdint.h>

#include "base/utf8.h"
#include "pki/bundle.h"
#include "pki/certificates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

static void check_text(Str text)
{
    MUST(utf8_valid(text));
    MUST(str_find(text, '\0', 0) == SIZE_MAX);
}

static void check_description(const CertificateDescription *d)
{
    const Str texts[] = {d->subject_name, d->issuer_name,   d->raw_subject,      d->raw_issuer,
                         d->subject_hash, d->issuer_hash,   d->serial_no,        d->key_id,
                         d->text,         d->issuer_key_id, d->subject_alt_names};
    for (size_t i = 0; i < ARRAY_N(texts); i++) {
        check_text(texts[i]);
    }
    MUST(d->subject_hash.len == 8 || d->subject_hash.len == 0);
    MUST(utf8_count(d->subject_name) <= 250 && utf8_count(d->raw_subject) <= 250);
}

static void try_certificates(Arena *a, Str text, const PrivateKey *key)
{
    CLEANUP(certificates_free) Certificates *c = NULL;
    const Err *e = certificates_read_bundle(a, text, &c);
    MUST(e == NULL || e->kind == ERR_INVALID);
    for (size_t i = 0; c != NULL && i < certificates_n(c); i++) {
        CertificateDescription d;
        bool complete = false;
        e = certificates_describe(a, c, i, &d);
        MUST(e == NULL || e->kind == ERR_INVALID);
        if (e == NULL) {
            check_description(&d);
        }
        MUST(str_starts_with(certificates_chain(a, c, i, c, &complete), certificates_text(c, i)));
    }
    if (c != NULL && key != NULL) {
        (void)certificates_of_key(c, key); /* any answer is right */
    }
}

static void try_key(Arena *a, const PrivateKey *key)
{
    CLEANUP(private_key_free) PrivateKey *again = NULL;
    Str pem = STR_NONE;
    MUST(private_key_text(a, key, &pem) == NULL);
    MUST(private_key_read(a, pem, STR_NONE, &again) == NULL);
    MUST(private_key_equal(key, again));
}

static void try_bundle(Arena *a, Str text)
{
    Bundle bundle = {.n_keys = 0};
    const Err *e = bundle_read(a, text, STR("open"), &bundle);
    MUST(e == NULL || e->kind == ERR_INVALID);
    for (size_t i = 0; i < bundle.n_keys; i++) {
        MUST(bundle_is_leaf(&bundle, bundle.leaves[i]));
    }
    bundle_deinit(&bundle);
}

/* The passphrase is "open", which a seed is encrypted with. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Str text = {(const char *)data, size};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    const Err *e = private_key_read(a, text, STR("open"), &key);
    MUST(e == NULL || e->kind == ERR_INVALID);
    if (key != NULL) {
        try_key(a, key);
    }
    try_certificates(a, text, key);
    try_bundle(a, text);
    return 0;
}
