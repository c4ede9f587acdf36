/* JSON: what is read, written and read again is the same; and Jansson agrees, where it is there.
 *
 * Where Jansson differs, and may: it refuses numbers too big for its types, takes deeper nesting
 * than we do, and ends at a NUL byte behind a number. A byte order mark, which it refuses, is taken
 * away before it is asked. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "jansson_peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024, BUF_LIMIT = 64 * 1024 * 1024 };

static Str without_mark(Str text)
{
    return str_starts_with(text, STR("\xef\xbb\xbf")) ? str_slice(text, 3, text.len) : text;
}

static void check_refused(Str text, const Err *e)
{
    MUST(e->kind == ERR_INVALID || e->kind == ERR_LIMIT);
    const bool differs_rightly = e->kind == ERR_LIMIT ||
                                 strstr(e->text, "nested too deep") != NULL ||
                                 str_find(text, '\0', 0) != SIZE_MAX;
    MUST(differs_rightly || jansson_compare(text, text) != JANSSON_SAME);
}

static void check_taken(Arena *a, Str text, const Json *json)
{
    CLEANUP(buf_free) Buf *written = buf_new(BUF_LIMIT);
    json_put_tree(written, a, json);
    MUST(!buf_failed(written));
    Json *again = NULL;
    MUST(json_parse(a, buf_str(written), &json_limits_default, &again) == NULL);
    CLEANUP(buf_free) Buf *rewritten = buf_new(BUF_LIMIT);
    json_put_tree(rewritten, a, again);
    MUST(str_equal(buf_str(written), buf_str(rewritten)));
    const JanssonAnswer answer = jansson_compare(text, buf_str(written));
    MUST(answer == JANSSON_SAME || answer == JANSSON_CANNOT_TELL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Str text = {(const char *)data, size};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Json *json = NULL;
    const Err *e = json_parse(a, text, &json_limits_default, &json);
    if (e != NULL) {
        check_refused(without_mark(text), e);
    } else {
        check_taken(a, without_mark(text), json);
    }
    return 0;
}
