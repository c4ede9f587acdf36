#pragma once

#include <stdbool.h>

#include "base/buf.h"

/* Search filters of a directory (RFC 4515) as an administrator writes them, with places such as
 * {username} in their values. Pure. */

#define DIRECTORY_FILTER_DEPTH_MAX 32

/* Whether it is one filter in parentheses; blanks may stand between filters, as most programs let
 * them. A place can only be in a value: whatever is put there can't change the filter's shape. */
bool directory_filter_is_valid(Str filter);

/* What is put into a place. */
typedef struct DirectoryFilterValue {
    Str place; /* "{username}" */
    Str value; /* as it is */
} DirectoryFilterValue;

/* Writes the filter with its values, each escaped as it is put in, once: what a value holds is
 * never taken for a place. */
void directory_filter_put(Buf *out, Str filter, const DirectoryFilterValue values[], size_t n);

/* Writes a value so that it stands for itself: NUL, parentheses, asterisk and backslash as \XX. */
void directory_filter_put_value(Buf *out, Str value);
