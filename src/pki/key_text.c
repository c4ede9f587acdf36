/* PKCS#8 (RFC 5208), in it the structure of RFC 5915 for the curves of NIST. */
#include "pki/key_text.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "pki/data.h"
#include "pki/der.h"
#include "pki/failure.h"

typedef struct Curve {
    gnutls_ecc_curve_t curve;
    size_t bytes; /* of a number */
    Str oid;
} Curve;

static const Curve *curve_of(gnutls_ecc_curve_t wanted)
{
    static const Curve curves[] = {
        {GNUTLS_ECC_CURVE_SECP256R1, 32, STR_INIT(DER_OID_P256)},
        {GNUTLS_ECC_CURVE_SECP384R1, 48, STR_INIT(DER_OID_P384)},
        {GNUTLS_ECC_CURVE_SECP521R1, 66, STR_INIT(DER_OID_P521)},
    };
    for (size_t i = 0; i < ARRAY_N(curves); i++) {
        if (curves[i].curve == wanted) {
            return &curves[i];
        }
    }
    return NULL;
}

/* In exactly so many bytes, zeros in front. Takes the datum. */
static Str take_number(Arena *a, gnutls_datum_t *number, size_t bytes)
{
    Str digits = data_take(a, number);
    while (digits.len > 0 && digits.ptr[0] == '\0') {
        digits = str_slice(digits, 1, digits.len);
    }
    MUST(digits.len <= bytes);
    char *out = arena_alloc(a, bytes);
    memset(out, 0, bytes - digits.len);
    if (digits.len > 0) {
        memcpy(out + bytes - digits.len, digits.ptr, digits.len);
    }
    return (Str){out, bytes};
}

static CHECKED Err *elliptic_der(Arena *a, gnutls_x509_privkey_t key, Str *ret_der)
{
    gnutls_ecc_curve_t id = GNUTLS_ECC_CURVE_INVALID;
    gnutls_datum_t x = {NULL, 0}, y = {NULL, 0}, k = {NULL, 0};
    TRY(pki_checked(a, "numbers of the key",
                    gnutls_x509_privkey_export_ecc_raw(key, &id, &x, &y, &k)));
    const Curve *curve = curve_of(id);
    const size_t bytes = curve != NULL ? curve->bytes : MAX(MAX(x.size, y.size), k.size);
    const Str point_x = take_number(a, &x, bytes);
    const Str point_y = take_number(a, &y, bytes);
    const Str number = take_number(a, &k, bytes);
    if (curve == NULL) {
        return err(a, ERR_IO, "The curve of a private key is unknown.");
    }
    /* a bit string of whole bytes; a point that isn't compressed */
    const Str point = DER(a, DER_BIT_STRING, STR("\0\4"), point_x, point_y);
    const Str content = DER(a, DER_SEQUENCE, STR("\2\1\1"), DER(a, DER_OCTET_STRING, number),
                            DER(a, DER_EXPLICIT(1), point));
    const Str kind =
        DER(a, DER_SEQUENCE, DER(a, DER_OID, STR(DER_OID_EC)), DER(a, DER_OID, curve->oid));
    *ret_der = DER(a, DER_SEQUENCE, STR("\2\1\0"), kind, DER(a, DER_OCTET_STRING, content));
    return NULL;
}

static CHECKED Err *elliptic_text(Arena *a, gnutls_x509_privkey_t key, gnutls_datum_t *ret_pem)
{
    Str der = STR_NONE;
    TRY(elliptic_der(a, key, &der));
    const gnutls_datum_t data = data_of(der);
    return pki_checked(a, "PEM of the key",
                       gnutls_pem_base64_encode2("PRIVATE KEY", &data, ret_pem));
}

Err *key_text(Arena *a, gnutls_x509_privkey_t key, Str *ret_pem)
{
    gnutls_datum_t pem = {NULL, 0};
    arena_hold_secrets(a);
    if (gnutls_x509_privkey_get_pk_algorithm(key) == (int)GNUTLS_PK_ECDSA) {
        TRY(elliptic_text(a, key, &pem));
    } else {
        TRY(pki_checked(a, "PEM of the key",
                        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
                                                          GNUTLS_PKCS_PLAIN, &pem)));
    }
    *ret_pem = data_take(a, &pem);
    if (!str_ends_with(*ret_pem, STR("\n"))) {
        *ret_pem = str_format(a, "%.*s\n", STR_ARG(*ret_pem));
    }
    return NULL;
}
