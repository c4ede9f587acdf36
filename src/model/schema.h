#pragma once

#include "base/buf.h"
#include "model/model.h"

/* The documents that tell clients about a resource. */

/* The schema document that the API serves, its keys in order. now_us is the default that
 * creation_time shows; every uuid field shows a fresh UUID. */
void schema_put(Buf *out, const Resource *r, int64_t now_us);
