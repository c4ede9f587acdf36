#pragma once

#include "http/request.h"

/* What a request says of a session (wire 11.4): its cookies, and whether our own pages sent it. */

#define SESSION_COOKIE "sessionid"
#define SESSION_CSRF_COOKIE "csrftoken"

/* The id of the session; STR_NONE if there is none, or several that differ. */
Str session_request_id(HttpRequest *http);

/* Whether it has such a cookie at all, of whatever use. */
bool session_request_has_cookie(HttpRequest *http);

/* The csrftoken cookie; STR_NONE likewise. */
Str session_request_token(HttpRequest *http);

/* NULL if it comes from our own origin; else why it is refused (403). */
const char *session_request_check_origin(HttpRequest *http);

/* The same for a change in the name of this session: it must show the session's token, too. */
const char *session_request_check(HttpRequest *http, Str id);
