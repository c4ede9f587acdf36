#pragma once

#include "base/err.h"
#include "base/str.h"

/* Subject names of certificates as people write them, read into their attributes. Taken are RFC
 * 4514 and what the usual tools write besides:
 *
 *   CN=host,O="Company, Inc.",ST=Hesse;C=DE   the most special first; ',' or ';' between
 *   /C=DE/O=Company, Inc./CN=host             the most general first, as OpenSSL's -subj
 *
 * Names of attributes in any case, with their long and short spellings (E, EMAIL and emailAddress;
 * S and ST; G and GN), or as numbers (2.5.4.3). `\` takes the next character, or two hexadecimal
 * digits, for itself; `#` begins the DER of a value. Parts of several attributes (`+`) are refused.
 */

typedef struct NameAttribute {
    const char *oid;
    Str value;   /* never empty */
    bool is_der; /* else a text in UTF-8 */
} NameAttribute;

/* Reads them in the order of the certificate, the most general first; in the arena. Errors:
 * ERR_INVALID without a field. */
CHECKED Err *subject_name_read(Arena *a, Str text, NameAttribute **ret_attributes, size_t *ret_n);
