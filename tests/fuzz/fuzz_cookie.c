/* Cookies: what is found lies in the header, and is found again where it stands alone. */
#include <stdint.h>

#include "base/arena.h"
#include "http/cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const Str header = str_dup(a, (Str){(const char *)data, size});
    Str value = STR_NONE;
    Str again = STR_NONE;
    if (http_cookie_find(header, STR("sessionid"), &value) == HTTP_COOKIE_ONE) {
        MUST(value.ptr >= header.ptr && value.ptr + value.len <= header.ptr + header.len);
        MUST(str_find(value, ';', 0) == SIZE_MAX);
        const Str alone = str_format(a, "sessionid=\"%.*s\"", STR_ARG(value));
        MUST(http_cookie_find(alone, STR("sessionid"), &again) == HTTP_COOKIE_ONE);
        MUST(str_equal(value, again) || str_find(value, '\0', 0) != SIZE_MAX);
    } else {
        MUST(value.ptr == NULL);
    }
    return 0;
}
