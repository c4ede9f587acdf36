#pragma once

#include "base/json.h"

/* Other spellings of arguments that clients use, put into that of the model (CommandEntry.spell).
 */

/* A member `from` counts as `to`, unless that is given, too. */
void spelling_rename(Json *body, Str from, Str to);

/* A text `from` of that member, in any case, counts as `to`. */
void spelling_replace(Json *body, Str member, Str from, Str to);

/* A text of that member in lower case. */
void spelling_lower(Arena *a, Json *body, Str member);

/* The members of the object in that member count as members of the body, unless the body has them
 * itself. The object may be JSON in a text. */
void spelling_lift(Arena *a, Json *body, Str member);

/* An array of texts in that member counts as its lines. */
void spelling_join(Arena *a, Json *body, Str member);
