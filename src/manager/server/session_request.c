/* Headers of an HTTP request for cookie.h and csrf.h. */
#include "manager/server/session_request.h"

#include "http/cookie.h"
#include "manager/auth/csrf.h"

static Str cookie(HttpRequest *http, Str name)
{
    Str value = STR_NONE;
    (void)http_cookie_find(http_request_header(http, STR("cookie")), name, &value);
    return value;
}

Str session_request_id(HttpRequest *http)
{
    return cookie(http, STR(SESSION_COOKIE));
}

bool session_request_has_cookie(HttpRequest *http)
{
    Str value;
    return http_cookie_find(http_request_header(http, STR("cookie")), STR(SESSION_COOKIE),
                            &value) != HTTP_COOKIE_NONE;
}

Str session_request_token(HttpRequest *http)
{
    return cookie(http, STR(SESSION_CSRF_COOKIE));
}

const char *session_request_check_origin(HttpRequest *http)
{
    const CsrfHeaders headers = {
        .host = http->host,
        .origin = http_request_header(http, STR("origin")),
        .referer = http_request_header(http, STR("referer")),
        .through_proxy = http->through_proxy,
        .forwarded_host = http_request_header(http, STR("x-forwarded-host")),
        .forwarded_proto = http_request_header(http, STR("x-forwarded-proto")),
    };
    return csrf_check_origin(&headers);
}

const char *session_request_check(HttpRequest *http, Str id)
{
    const char *refusal = session_request_check_origin(http);
    return refusal != NULL ? refusal
                           : csrf_check_token(http->arena, id, session_request_token(http),
                                              http_request_header(http, STR("x-csrftoken")));
}
