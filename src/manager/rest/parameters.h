#pragma once

#include "base/percent.h"

/* Parameters of a query that mean something by themselves, and how errors name parts of others. */

/* True for words of the API, which are no filters, "_" among them: scripts in browsers add it with
 * the time, so that nothing is answered from a cache. */
bool parameter_is_reserved(Str name);

/* True for what begins with an underscore: no field does, so it is meant for others. */
bool parameter_is_private(Str name);

/* Value of the last parameter of that name; STR_NONE if there is none. */
Str parameter_last(const FormPair parameters[], size_t n, Str name);

/* A name in quotes for an error, or "this" where it holds a word by which clients recognise that an
 * object is gone (wire 10.4). */
Str parameter_quoted(Arena *a, Str name);
