#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Borrowed text: bytes with a length, not ended by NUL unless said so. Values, passed by copy. */

typedef struct Arena Arena;

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

/* From a literal; usable in initialisers. */
#define STR(literal) ((Str){("" literal), sizeof(literal) - 1})
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        ("" literal), sizeof(literal) - 1                                                          \
    }
#define STR_NONE ((Str){NULL, 0})

/* For "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).ptr

/* text may be NULL, which gives STR_NONE. */
Str str_from(const char *text);

bool str_equal(Str a, Str b);
bool str_equal_ignoring_case(Str a, Str b); /* ASCII only */
int str_compare(Str a, Str b);              /* by bytes, which for UTF-8 is by code point */
int str_compare_items(const void *a, const void *b); /* the same of two Str, for qsort() */
bool str_starts_with(Str s, Str prefix);
bool str_ends_with(Str s, Str suffix);

/* Position of the first c at or after `from`; SIZE_MAX if there is none. */
size_t str_find(Str s, char c, size_t from);

/* Position of the first `part`; SIZE_MAX if there is none. */
size_t str_find_str(Str s, Str part);

/* [from, to) clipped to the text. */
Str str_slice(Str s, size_t from, size_t to);

/* Without blanks, tabs, CR and LF at both ends. */
Str str_trim(Str s);

/* Cuts the part before `separator` off *rest and returns it; without a separator all of it, and
 * *rest becomes STR_NONE. */
Str str_cut(Str *rest, char separator);

/* Decimal digits with an optional sign, nothing else; false if it is no such number or doesn't fit.
 */
bool str_to_int64(Str s, int64_t *ret_number);

/* Copies, ended by NUL (not counted in len). */
Str str_dup(Arena *a, Str s);
char *str_to_cstr(Arena *a, Str s);
Str str_format(Arena *a, const char *format, ...) PRINTF_LIKE(2, 3);
Str str_format_va(Arena *a, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
Str str_lower_ascii(Arena *a, Str s);

/* A name as people write it: "view_order" reads "View order". */
Str str_sentence_case(Arena *a, Str name);

/* FNV-1a; for tables of our own names only. */
uint64_t str_hash(Str s);
