#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Elements of DER (X.690), for the few structures that must be looked at before, or written more
 * exactly than, GnuTLS does. Tags of one byte, lengths of up to four. Lengths that could have been
 * shorter are taken, indefinite ones aren't: a key is decoded by GnuTLS again, which has the
 * last word. Any thread. */

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_NULL 0x05
#define DER_OID 0x06
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_EXPLICIT(n) (0xA0 + (n))

/* Object identifiers, as content. */
#define DER_OID_RSA "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"
#define DER_OID_RSA_PSS "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"
#define DER_OID_EC "\x2A\x86\x48\xCE\x3D\x02\x01"
#define DER_OID_ED25519 "\x2B\x65\x70"
#define DER_OID_ED448 "\x2B\x65\x71"
#define DER_OID_P256 "\x2A\x86\x48\xCE\x3D\x03\x01\x07"
#define DER_OID_P384 "\x2B\x81\x04\x00\x22"
#define DER_OID_P521 "\x2B\x81\x04\x00\x23"

/* Cuts the element with this tag off *rest; false, and nothing is cut, if another stands there or
 * it is damaged. The content is a part of *rest. */
bool der_take(Str *rest, unsigned char tag, Str *ret_content);

/* The same of an element with any tag. */
bool der_next(Str *rest, unsigned char *ret_tag, Str *ret_content);

/* The element of that tag whose content are the parts, one after the other; in `a`. */
Str der_element(Arena *a, unsigned char tag, const Str parts[], size_t n);
#define DER(a, tag, ...)                                                                           \
    der_element((a), (tag), (const Str[]){__VA_ARGS__}, ARRAY_N(((const Str[]){__VA_ARGS__})))
