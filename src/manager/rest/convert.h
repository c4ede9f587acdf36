#pragma once

#include "base/json.h"
#include "manager/rest/answer.h"
#include "model/field.h"
#include "store/store.h"

/* Wire value → typed value of a field, by the model (wire 1.9), with every fault noted.
 *
 * Lenient where a known client needs it (numbers as text, "yes", 8.0 for 8), and never silent: what
 * fits neither type nor bounds is a fault, not a default. Texts borrow from the body or lie in the
 * arena. Any thread; nothing here looks at rows. */

/* What reading one object of a body needs. */
typedef struct Typing {
    Arena *arena;
    Problems *problems;
    const Store *store; /* seals secrets; may be NULL where there are none */
    bool texts;         /* form or multipart: lists come as JSON text, "" clears a nullable field */
    bool creating;      /* what is read becomes a new object: its children must be complete */
    bool whole;         /* a PUT of one object: null for a secret means that it stays */
    Str under; /* the parent's field if this is an object inside another, else empty: faults are
                  told under it */
} Typing;

/* Notes a fault of a field, in the shape of wire 10.3: under the parent's field, with its own name
 * before the text, where the object lies inside another. */
void typing_problem(const Typing *t, const Field *f, Str text);

#define TYPING_REQUIRED STR("This field is required.") /* clients match it (wire 10.4) */

/* Types what was given for a field that is no relation, file or secret. null and "" become what
 * wire 7 says: null, the default, or a fault. Dates, times, lists and dictionaries become text.
 * False: a fault was noted, *ret_value untouched. */
bool convert_value(const Typing *t, const Field *f, const Json *json, Value *ret_value);

/* The text of a string field: strings as they are, numbers and booleans as they stand. False if it
 * is none of these. */
bool convert_text(const Json *json, Str *ret_text);

/* An array of embedded plain objects (RELATION_VALUES), typed member by member: as JSON text. */
bool convert_plain_objects(const Typing *t, const Field *f, const Json *json, Value *ret_value);

/* The JSON array in a text of a form or multipart body; `json` itself where it is none. */
const Json *convert_array(const Typing *t, const Json *json);
