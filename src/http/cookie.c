/* One cookie out of the header that has them all. */
#include "http/cookie.h"

static Str without_quotes(Str value)
{
    const bool quoted = value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"';
    return quoted ? str_slice(value, 1, value.len - 1) : value;
}

HttpCookie http_cookie_find(Str header, Str name, Str *ret_value)
{
    HttpCookie found = HTTP_COOKIE_NONE;
    Str value = STR_NONE;
    Str rest = header;
    while (rest.ptr != NULL) {
        Str pair_rest = str_cut(&rest, ';');
        const Str pair_name = str_trim(str_cut(&pair_rest, '='));
        if (pair_rest.ptr == NULL || !str_equal(pair_name, name)) {
            continue;
        }
        const Str pair_value = without_quotes(str_trim(pair_rest));
        if (found != HTTP_COOKIE_NONE && !str_equal(pair_value, value)) {
            return HTTP_COOKIE_AMBIGUOUS;
        }
        found = HTTP_COOKIE_ONE;
        value = pair_value;
    }
    if (found == HTTP_COOKIE_ONE) {
        *ret_value = value;
    }
    return found;
}
