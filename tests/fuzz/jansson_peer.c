#include "jansson_peer.h"

#ifdef FUZZ_WITH_JANSSON
#include <jansson.h>

static json_t *load(Str text, bool *too_big)
{
    json_error_t error = {0};
    json_t *json = json_loadb(text.len == 0 ? "" : text.ptr, text.len, JSON_DECODE_ANY, &error);
    *too_big = *too_big || (json == NULL && json_error_code(&error) == json_error_numeric_overflow);
    return json;
}

JanssonAnswer jansson_compare(Str left, Str right)
{
    bool too_big = false;
    json_t *left_json = load(left, &too_big);
    json_t *right_json = load(right, &too_big);
    const bool same = left_json != NULL && json_equal(left_json, right_json) != 0;
    json_decref(left_json);
    json_decref(right_json);
    if (too_big) {
        return JANSSON_CANNOT_TELL;
    }
    return same ? JANSSON_SAME : JANSSON_DIFFERENT;
}
#else
JanssonAnswer jansson_compare(Str left, Str right)
{
    (void)left;
    (void)right;
    return JANSSON_CANNOT_TELL;
}
#endif
