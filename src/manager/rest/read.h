#pragma once

#include "manager/rest/rest.h"

/* What reads: lists, single objects, sets, and the documents about the API; the stages of rest.h
 * for such requests. Each kind has a file of its own with a pair of functions: parse, which needs
 * no row and runs on a loop, and run, inside a snapshot. */

/* Parses the query; answers at once where no row is needed or the cache holds it. ANSWERED, READ or
 * READ_POOL. */
RestNext read_parse(const Rest *r, RestRequest *request);

/* Fills the answer; opens and ends the reader's snapshot itself. */
void read_run(const Rest *r, RestRequest *request, Reader *reader);
