#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* Perl's regular expressions (PCRE2, UTF, JIT) with a bound on the effort of a match: a
 * tenth of a second, 20 MiB. A pattern has at most 16 KiB. A text that isn't UTF-8 matches nothing.
 *
 * A compiled Regex is immutable and may be used by several threads at once. */

typedef struct Regex Regex;

typedef enum RegexFlags {
    REGEX_IGNORE_CASE = 1,
    REGEX_WHOLE = 2, /* must match the whole text, and $ not before a final line feed */
} RegexFlags;

typedef enum RegexAnswer {
    REGEX_NO,
    REGEX_YES,
    REGEX_GAVE_UP /* over the effort allowed */
} RegexAnswer;

/* flags: RegexFlags or'ed. Errors: ERR_INVALID ("Not a valid regular expression: …"). */
CHECKED Err *regex_new(Arena *a, Str pattern, unsigned flags, Regex **ret_regex);
Regex *regex_free(Regex *r);
DEFINE_CLEANUP(Regex, regex_free);

RegexAnswer regex_match(const Regex *r, Str text);
