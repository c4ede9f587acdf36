#pragma once

/* Comparing a Str with what was expected, readably. */
#include <string.h>

#include "base/str.h"
#include "test.h"

#define assert_text(text, expected)                                                                \
    do {                                                                                           \
        const Str found_text = (text);                                                             \
        const char *expected_text = (expected);                                                    \
        if (!str_equal(found_text, str_from(expected_text))) {                                     \
            fail_msg("'%.*s' instead of '%s'", STR_ARG(found_text), expected_text);                \
        }                                                                                          \
    } while (0)
