#pragma once

#include "base/err.h"
#include "base/str.h"

/* multipart/form-data (RFC 7578): the parts of a body that is in memory or mapped. Contents point
 * into the body and end with it; names are in the arena or the body. One pass over the body,
 * without a copy. Knows nothing of fields or encodings: a text isn't checked for UTF-8 here. */

#define MULTIPART_PARTS_MAX 1000  /* with those without a name; no resource has as many fields */
#define MULTIPART_HEAD_MAX 8192   /* bytes of headers of one part */
#define MULTIPART_BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */

typedef struct Part {
    Str name;
    bool is_file;  /* it has a file name, even an empty one */
    Str file_name; /* base name only */
    Str content;
} Part;

/* content_type: the whole header with its boundary. Parts without a name are skipped, and so are
 * empty files without a file name, which nobody chose. Errors:
 * ERR_INVALID (no boundary, no final boundary, a malformed part). */
CHECKED Err *multipart_parse(Arena *a, Str content_type, Str body, Part **ret_parts, size_t *ret_n);

/* The last part of a path of either kind of slash, without controls; "file" for what names a
 * folder. */
Str multipart_base_name(Arena *a, Str path);

/* The value of a parameter of a header (`name=value`, `name="value"`); false if it has none. */
bool multipart_parameter(Arena *a, Str header, Str name, Str *ret_value);
