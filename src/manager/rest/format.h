#pragma once

#include "base/arena.h"
#include "model/field.h"

/* The forms that a text may have to have: formats of model/README.md, pattern, choices, lengths.
 *
 * Meant to catch mistakes, not to judge: what an original would take must pass, so addresses of
 * mail or hosts are looked at for what can't be one. Texts that tell what is wrong never repeat the
 * value, which may be a secret. */

/* True if the text has the form; "" never gets here. `scratch` is for what is needed meanwhile. */
bool format_accepts(FieldFormat format, Arena *scratch, Str text);

/* All that the model asks of a text that is given for the field; STR_NONE if it is fine, else what
 * is wrong with it, in words that repeat nothing of the text. "" is always fine. */
Str format_problem(const Field *f, Arena *a, Str text);

/* The same for a number: bounds and choices. */
Str format_integer_problem(const Field *f, Arena *a, int64_t number);
