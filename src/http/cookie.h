#pragma once

#include "base/str.h"

/* Reading the Cookie header (RFC 6265 5.4), as http_request_header() gives it: several headers
 * joined by "; ". Its length is bounded by HTTP_HEAD_MAX, and each look goes over it once. */

typedef enum HttpCookie {
    HTTP_COOKIE_NONE,
    HTTP_COOKIE_ONE,
    HTTP_COOKIE_AMBIGUOUS /* several of that name with different values: another site of the same
                             domain may have set one, and nothing tells which, so neither counts */
} HttpCookie;

/* header: STR_NONE if there is none. name: case matters. *ret_value: with HTTP_COOKIE_ONE, borrowed
 * from the header, without blanks and the quotes around it; not decoded, since nobody says how.
 * Parts without = are skipped. */
HttpCookie http_cookie_find(Str header, Str name, Str *ret_value);
