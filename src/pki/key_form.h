#pragma once

#include "pki/pem.h"

/* Looks at a private key in DER before GnuTLS computes with its numbers; inside src/pki. A DSA key
 * of 30 KB would make it compute for minutes. */

typedef enum KeyForm {
    KEY_FORM_TAKEN,
    KEY_FORM_OTHER_KIND, /* neither RSA nor a curve that is taken */
    KEY_FORM_DAMAGED,
} KeyForm;

/* der: what was in the block of that label, decrypted. Brings it into PKCS#8, with the algorithm as
 * the label says: *ret_pkcs8, a part of `der` or in `a`. Numbers are of limits.h at most; whether
 * they belong together is left to GnuTLS. */
KeyForm key_form_check(Arena *a, Str label, Str der, Str *ret_pkcs8);
