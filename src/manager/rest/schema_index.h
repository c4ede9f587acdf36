#pragma once

#include "manager/rest/rest.h"

/* The index of all schemas: a page for people, or JSON with ?format=json (wire 1.1). Answers the
 * request. */
void schema_index_answer(const Rest *r, RestRequest *request);
