#pragma once

#include "base/json.h"
#include "manager/rest/multipart.h"
#include "manager/rest/request.h"

/* The body of a request as one JSON object, whatever form it came in (wire 1.5, 1.8), so that what
 * comes after doesn't ask. Only one difference outlives it: in a form every value is a text, so
 * lists come as JSON in a text, and "" is the only way to say null (`texts`). */

typedef struct Body {
    const Json *object; /* of forms and multipart: the text parts as strings */
    bool texts;         /* form or multipart */
    const Part *files;  /* parts with a file name */
    size_t n_files;
} Body;

/* Memory: the request's arena, but the contents of files: those point into the body. A body in a
 * file is mapped, since it may be far larger than memory, and becomes request->body until
 * body_release(). Errors: ERR_INVALID, ERR_LIMIT, ERR_IO. */
CHECKED Err *body_read(RestRequest *request, Body *ret_body);

/* Ends the mapping, if there is one; contents of files can't be used any longer. */
void body_release(RestRequest *request);

/* Whether parsing it may take long, so that it belongs on the pool: more than here_bytes, or in a
 * file. */
bool body_is_large(const RestRequest *request, size_t here_bytes);

/* The file part of that name; NULL if there is none. */
const Part *body_file(const Body *body, Str name);
