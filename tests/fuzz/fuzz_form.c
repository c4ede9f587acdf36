/* Forms and queries: what is taken is text, and comes back the same when it is encoded again. */
#include <stdint.h>

#include "base/percent.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024, BUF_LIMIT = 64 * 1024 * 1024, MAX_PAIRS = 1000 };

static void check_text(Str s)
{
    MUST(utf8_valid(s));
    MUST(str_find(s, '\0', 0) == SIZE_MAX);
}

static void check_pairs(Arena *a, const FormPair *pairs, size_t n)
{
    MUST(n <= MAX_PAIRS);
    CLEANUP(buf_free) Buf *encoded = buf_new(BUF_LIMIT);
    for (size_t i = 0; i < n; i++) {
        check_text(pairs[i].name);
        check_text(pairs[i].value);
        percent_put_form(encoded, pairs[i].name);
        buf_put_char(encoded, '=');
        percent_put_form(encoded, pairs[i].value);
        buf_put_char(encoded, '&');
    }
    FormPair *again = NULL;
    size_t n_again = 0;
    MUST(form_parse(a, buf_str(encoded), &again, &n_again) == NULL);
    MUST(n_again == n);
    for (size_t i = 0; i < n; i++) {
        MUST(str_equal(again[i].name, pairs[i].name));
        MUST(str_equal(again[i].value, pairs[i].value));
    }
}

static void check_round_trip(Arena *a, Str text)
{
    CLEANUP(buf_free) Buf *encoded = buf_new(BUF_LIMIT);
    percent_put(encoded, text);
    MUST(str_equal(percent_decode(a, buf_str(encoded), false), text));
    MUST(percent_decode(a, text, true).len <= text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Str text = {(const char *)data, size};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    FormPair *pairs = NULL;
    size_t n = 0;
    const Err *e = form_parse(a, text, &pairs, &n);
    MUST(e == NULL || e->kind == ERR_INVALID || e->kind == ERR_LIMIT);
    if (e == NULL) {
        check_pairs(a, pairs, n);
    }
    check_round_trip(a, text);
    return 0;
}
