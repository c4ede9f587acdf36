#pragma once

#include "manager/rest/context.h"
#include "manager/rest/rest.h"
#include "store/reader.h"

/* GET of one object. */

/* ANSWERED (from the cache, or it can't exist) or READ. */
RestNext read_object_parse(const Rest *r, RestRequest *request);

/* Needs an open snapshot; seq: number of the last change, taken before. */
CHECKED Err *read_object_run(const Rest *r, RestRequest *request, Reader *reader, int64_t seq);
