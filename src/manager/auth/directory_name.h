#pragma once

#include <stdbool.h>

#include "base/str.h"

/* Distinguished names (RFC 4514) that mean the same, as one text (wire 11.4). Pure; any thread. */

#define DIRECTORY_NAME_MAX ((size_t)4096)
#define DIRECTORY_NAME_COMPARABLE_LEN ((size_t)32)

/* A text that is equal for two names if and only if they have the same parts in the same order,
 * each with the same attributes (in any order, by name or number) and values, ignoring case, blanks
 * that don't count and how characters were escaped. It is for comparing only: a hash of
 * DIRECTORY_NAME_COMPARABLE_LEN letters, since sessions keep hundreds. False if `name` is none, is
 * empty or longer than DIRECTORY_NAME_MAX. */
bool directory_name_read(Arena *a, Str name, Str *ret_comparable);

/* A value as it is compared: without case and blanks that don't count. Valid UTF-8 only. */
Str directory_name_fold(Arena *a, Str value);

/* The uid or sAMAccountName that a distinguished name begins with; STR_NONE: another attribute. */
Str directory_name_user(Arena *a, Str name);
