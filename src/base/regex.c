/* Regular expressions by PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/regex.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/utf8.h"

enum {
    REGEX_PATTERN_MAX = 16 * 1024, /* bytes */
    REGEX_MATCH_LIMIT = 1000000,
    REGEX_DEPTH_LIMIT = 100000, /* the heap limit is what counts; (a|b)* needs one a character */
    REGEX_HEAP_LIMIT_KIB = 20 * 1024,
};

struct Regex {
    pcre2_code *code;
    pcre2_match_context *context; /* read only once it is made */
};

static uint32_t compile_options(unsigned flags)
{
    uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
    if ((flags & REGEX_IGNORE_CASE) != 0) {
        options |= PCRE2_CASELESS;
    }
    if ((flags & REGEX_WHOLE) != 0) {
        options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY;
    }
    return options;
}

static Err *pattern_error(Arena *a, Str pattern, int code, size_t at)
{
    PCRE2_UCHAR text[256] = "";
    (void)pcre2_get_error_message(code, text, sizeof text); /* cut at worst */
    return err(a, ERR_INVALID, "Not a valid regular expression: %s at character %zu.",
               (const char *)text, utf8_count(str_slice(pattern, 0, at)) + 1);
}

Err *regex_new(Arena *a, Str pattern, unsigned flags, Regex **ret_regex)
{
    if (pattern.len > REGEX_PATTERN_MAX) {
        return err(a, ERR_INVALID, "Not a valid regular expression: longer than %d bytes.",
                   REGEX_PATTERN_MAX);
    }
    int code = 0;
    size_t at = 0;
    const Str text = pattern.len == 0 ? STR("") : pattern;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)text.ptr, text.len, compile_options(flags), &code, &at, NULL);
    if (compiled == NULL) {
        return pattern_error(a, pattern, code, at);
    }
    /* Where there is no JIT, or not for this pattern, matching goes on without. */
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    Regex *r = calloc(1, sizeof *r);
    MUST(r != NULL);
    r->code = compiled;
    r->context = pcre2_match_context_create(NULL);
    MUST(r->context != NULL);
    (void)pcre2_set_match_limit(r->context, REGEX_MATCH_LIMIT);
    (void)pcre2_set_depth_limit(r->context, REGEX_DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(r->context, REGEX_HEAP_LIMIT_KIB);
    *ret_regex = r;
    return NULL;
}

Regex *regex_free(Regex *r)
{
    if (r != NULL) {
        pcre2_match_context_free(r->context);
        pcre2_code_free(r->code);
        free(r);
    }
    return NULL;
}

static bool is_over_limit(int result)
{
    return result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT ||
           result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_JIT_STACKLIMIT ||
           result == PCRE2_ERROR_NOMEMORY;
}

RegexAnswer regex_match(const Regex *r, Str text)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    MUST(data != NULL);
    const PCRE2_SPTR subject = (PCRE2_SPTR)(text.len == 0 ? "" : text.ptr);
    int result = pcre2_match(r->code, subject, text.len, 0, 0, data, r->context);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) { /* the interpreter may use more memory */
        result = pcre2_match(r->code, subject, text.len, 0, PCRE2_NO_JIT, data, r->context);
    }
    pcre2_match_data_free(data);
    if (result >= 0) {
        return REGEX_YES;
    }
    return is_over_limit(result) ? REGEX_GAVE_UP : REGEX_NO;
}
