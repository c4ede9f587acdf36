#pragma once

#include <stddef.h>

#include "base/attr.h"
#include "base/str.h"

/* Bytes that are made once and sent by many connections: immutable and shared by count. Any thread.
 */

typedef struct HttpBytes HttpBytes;

/* A copy, with a count of one. */
HttpBytes *http_bytes_new(Str content);

/* One more owner; returns its argument. */
HttpBytes *http_bytes_share(HttpBytes *bytes);

/* One owner less; the last one frees. Returns NULL. */
HttpBytes *http_bytes_free(HttpBytes *bytes);
DEFINE_CLEANUP(HttpBytes, http_bytes_free);

Str http_bytes_str(const HttpBytes *bytes);
