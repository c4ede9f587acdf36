#pragma once

#include "manager/rest/rest.h"

/* Listings of resources and commands (wire 1.2). Each answers the request. */

void roots_answer_family(const Rest *r, RestRequest *request);
void roots_answer_commands(const Rest *r, RestRequest *request);

/* The schema of one resource (wire 2). */
void roots_answer_schema(RestRequest *request);
