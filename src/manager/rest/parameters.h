#pragma once

#include "base/percent.h"

/* Parameters of a query that mean something by themselves, and how errors name parts of others. */

/* True for what can't be a filter: words of the API, and anything that starts with an underscore.
 */
bool parameter_is_reserved(Str name);

/* Value of the last parameter of that name; STR_NONE if there is none. */
Str parameter_last(const FormPair parameters[], size_t n, Str name);

/* A name in quotes for an error, or "this" where it holds a word by which clients recognise that an
 * object is gone (wire 10.4). */
Str parameter_quoted(Arena *a, Str name);
