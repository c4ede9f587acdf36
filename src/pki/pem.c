/* Finds blocks; base64 is left to GnuTLS. */
#include "pki/pem.h"

#include <gnutls/gnutls.h>

#include "pki/data.h"

#define BEGIN STR("-----BEGIN ")
#define DASHES STR("-----")
#define LABEL_MAX 64

/* The label of the block that begins here; false for dashes that begin none. */
static bool read_label(Str text, Str *ret_label)
{
    const Str after = str_slice(text, BEGIN.len, BEGIN.len + LABEL_MAX + DASHES.len);
    const size_t end = str_find_str(after, DASHES);
    if (end == SIZE_MAX || end == 0 || str_find(str_slice(after, 0, end), '\n', 0) != SIZE_MAX) {
        return false;
    }
    *ret_label = str_slice(after, 0, end);
    return true;
}

/* Bytes up to and with the line's end of "-----END label-----"; 0 if it isn't there. */
static size_t block_len(Arena *a, Str text, Str label)
{
    const Str end = str_format(a, "-----END %.*s-----", STR_ARG(label));
    size_t at = str_find_str(text, end);
    if (at == SIZE_MAX) {
        return 0;
    }
    at += end.len;
    if (at < text.len && text.ptr[at] == '\r') {
        at++;
    }
    return at < text.len && text.ptr[at] == '\n' ? at + 1 : at;
}

Err *pem_next(Arena *a, Str *rest, PemBlock *ret_block, bool *ret_found)
{
    Str label = STR_NONE;
    for (;;) {
        const size_t at = str_find_str(*rest, BEGIN);
        if (at == SIZE_MAX) {
            *rest = STR_NONE;
            *ret_found = false;
            return NULL;
        }
        *rest = str_slice(*rest, at, rest->len);
        if (read_label(*rest, &label)) {
            break;
        }
        *rest = str_slice(*rest, BEGIN.len, rest->len);
    }
    const size_t len = block_len(a, *rest, label);
    if (len == 0) {
        return err(a, ERR_INVALID, "A PEM block has no end.");
    }
    *ret_block = (PemBlock){.label = label, .text = str_slice(*rest, 0, len)};
    *rest = str_slice(*rest, len, rest->len);
    *ret_found = true;
    return NULL;
}

static bool is_one_of(Str label, const Str labels[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(label, labels[i])) {
            return true;
        }
    }
    return false;
}

bool pem_is_certificate(const PemBlock *block)
{
    static const Str labels[] = {STR_INIT("CERTIFICATE"), STR_INIT("X509 CERTIFICATE")};
    return is_one_of(block->label, labels, ARRAY_N(labels));
}

bool pem_is_private_key(const PemBlock *block)
{
    static const Str labels[] = {STR_INIT("PRIVATE KEY"), STR_INIT("ENCRYPTED PRIVATE KEY"),
                                 STR_INIT("RSA PRIVATE KEY"), STR_INIT("EC PRIVATE KEY"),
                                 STR_INIT("DSA PRIVATE KEY")};
    return is_one_of(block->label, labels, ARRAY_N(labels));
}

Err *pem_decode(Arena *a, const PemBlock *block, Str *ret_der)
{
    const gnutls_datum_t text = data_of(block->text);
    gnutls_datum_t der = {NULL, 0};
    if (gnutls_pem_base64_decode2(str_to_cstr(a, block->label), &text, &der) < 0) {
        return err(a, ERR_INVALID, "A PEM block is damaged.");
    }
    *ret_der = data_take(a, &der);
    return NULL;
}
