#pragma once

#include "manager/rest/rest.h"
#include "store/reader.h"

/* GET of a list, and of several objects by their ids (wire 3, 6.2, 13.4): read_list.c and
 * read_set.c. Errors as of the reader; ERR_INVALID where the answer would be too large, or takes
 * more than the time that a query has. */

/* Parses the query. ANSWERED (a fault, or 304), READ for a page of few rows by an index, else
 * READ_POOL. */
RestNext read_list_parse(const Rest *r, RestRequest *request);

/* Needs an open snapshot; seq: number of the last change, taken before. */
CHECKED Err *read_list_run(const Rest *r, RestRequest *request, Reader *reader, int64_t seq);

/* …/set/1;2;3/. ANSWERED (too many ids) or READ_POOL. */
RestNext read_set_parse(const Rest *r, RestRequest *request);
CHECKED Err *read_set_run(const Rest *r, RestRequest *request, Reader *reader, int64_t seq);
