#pragma once

#include "manager/rest/rest.h"

/* Listings of resources and commands (wire 1.2). Each answers the request, from the model alone.
 * One client reads every member as a pair of addresses and fetches the schema behind each, so
 * nothing else may be in there. */

void roots_answer_family(const Rest *r, RestRequest *request);
void roots_answer_commands(const Rest *r, RestRequest *request);

/* The schema of one resource (wire 2). */
void roots_answer_schema(RestRequest *request);
