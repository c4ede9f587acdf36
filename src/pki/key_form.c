/* PKCS#1 (RFC 8017), SEC1 (RFC 5915), PKCS#8 (RFC 5208 and 5958). */
#include "pki/key_form.h"

#include "pki/der.h"
#include "pki/limits.h"

/* A zero in front of a number whose top bit is set. */
#define RSA_NUMBER_MAX (PKI_RSA_BITS_MAX / 8 + 1)
#define CURVE_NUMBER_MAX (66 + 1)
/* version, modulus, both exponents, primes, their exponents, coefficient */
#define RSA_NUMBERS 9

static KeyForm check_rsa(Str key)
{
    Str content = STR_NONE;
    Str number = STR_NONE;
    if (!der_take(&key, DER_SEQUENCE, &content)) {
        return KEY_FORM_DAMAGED;
    }
    for (size_t i = 0; i < RSA_NUMBERS; i++) {
        if (!der_take(&content, DER_INTEGER, &number)) {
            return KEY_FORM_DAMAGED;
        }
        if (number.len > RSA_NUMBER_MAX) {
            return KEY_FORM_OTHER_KIND;
        }
    }
    return KEY_FORM_TAKEN;
}

static bool is_curve_taken(Str oid)
{
    return str_equal(oid, STR(DER_OID_P256)) || str_equal(oid, STR(DER_OID_P384)) ||
           str_equal(oid, STR(DER_OID_P521));
}

/* *ret_rest: what follows the number. */
static KeyForm check_curve_number(Str key, Str *ret_rest)
{
    Str content = STR_NONE;
    Str number = STR_NONE;
    if (!der_take(&key, DER_SEQUENCE, &content) || !der_take(&content, DER_INTEGER, &number) ||
        !der_take(&content, DER_OCTET_STRING, &number) || number.len > CURVE_NUMBER_MAX) {
        return KEY_FORM_DAMAGED;
    }
    *ret_rest = content;
    return KEY_FORM_TAKEN;
}

/* kind: AlgorithmIdentifier */
static KeyForm check_kind(Str kind, Str key)
{
    Str oid = STR_NONE;
    Str curve = STR_NONE;
    if (!der_take(&kind, DER_OID, &oid)) {
        return KEY_FORM_DAMAGED;
    }
    if (str_equal(oid, STR(DER_OID_RSA)) || str_equal(oid, STR(DER_OID_RSA_PSS))) {
        return check_rsa(key);
    }
    if (str_equal(oid, STR(DER_OID_ED25519)) || str_equal(oid, STR(DER_OID_ED448))) {
        return KEY_FORM_TAKEN;
    }
    if (!str_equal(oid, STR(DER_OID_EC)) || !der_take(&kind, DER_OID, &curve) ||
        !is_curve_taken(curve)) {
        return KEY_FORM_OTHER_KIND;
    }
    return check_curve_number(key, &curve);
}

static KeyForm check_pkcs8(Str der)
{
    Str all = STR_NONE, version = STR_NONE, kind = STR_NONE, key = STR_NONE;
    if (!der_take(&der, DER_SEQUENCE, &all) || !der_take(&all, DER_INTEGER, &version) ||
        !der_take(&all, DER_SEQUENCE, &kind) || !der_take(&all, DER_OCTET_STRING, &key)) {
        return KEY_FORM_DAMAGED;
    }
    return check_kind(kind, key);
}

static Str wrap(Arena *a, Str oid, Str parameters, Str der)
{
    const Str kind = DER(a, DER_SEQUENCE, DER(a, DER_OID, oid), parameters);
    return DER(a, DER_SEQUENCE, STR("\2\1\0"), kind, DER(a, DER_OCTET_STRING, der));
}

static KeyForm wrap_elliptic(Arena *a, Str der, Str *ret_pkcs8)
{
    Str rest = STR_NONE;
    Str parameters = STR_NONE;
    Str curve = STR_NONE;
    const KeyForm form = check_curve_number(der, &rest);
    if (form != KEY_FORM_TAKEN || !der_take(&rest, DER_EXPLICIT(0), &parameters)) {
        return KEY_FORM_DAMAGED;
    }
    if (!der_take(&parameters, DER_OID, &curve) || !is_curve_taken(curve)) {
        return KEY_FORM_OTHER_KIND;
    }
    *ret_pkcs8 = wrap(a, STR(DER_OID_EC), DER(a, DER_OID, curve), der);
    return KEY_FORM_TAKEN;
}

KeyForm key_form_check(Arena *a, Str label, Str der, Str *ret_pkcs8)
{
    arena_hold_secrets(a);
    if (str_equal(label, STR("RSA PRIVATE KEY"))) {
        *ret_pkcs8 = wrap(a, STR(DER_OID_RSA), DER(a, DER_NULL, STR("")), der);
        return check_rsa(der);
    }
    if (str_equal(label, STR("EC PRIVATE KEY"))) {
        return wrap_elliptic(a, der, ret_pkcs8);
    }
    if (str_equal(label, STR("DSA PRIVATE KEY"))) {
        return KEY_FORM_OTHER_KIND;
    }
    *ret_pkcs8 = der;
    return check_pkcs8(der);
}
