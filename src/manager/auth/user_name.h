#pragma once

#include "store/reader.h"

/* Names that people sign in by. A local account is found by its name as it is, to the byte; a
 * directory takes other spellings for the same name: case, blanks, wide letters. So whoever asks
 * one, or counts failures, compares names as it does. Any thread. */

/* Longer names are nobody's, and are compared as they are. */
#define USER_NAME_MAX ((size_t)1024)

/* A text that is equal for all spellings of one name. It is for comparing only. Lies in `a`, or is
 * the name itself. */
Str user_name_comparable(Arena *a, Str name);

/* Whether a local account, enabled or not, has one of these names in any spelling. Inside a
 * snapshot. Cost: one statement for some hundred accounts. Errors: ERR_IO. */
CHECKED Err *user_name_find_local(Reader *reader, Arena *errors, const Str names[], size_t n,
                                  bool *ret_found);
