#pragma once

#include "manager/server/handler.h"

/* /admin/session/: signing in to the web interface, asking who is signed in, signing out (wire
 * 11.4). Outside of the API: needs no Authorization, which it doesn't look at, isn't counted in the
 * rate limit, and stays where the API takes no passwords. docs/sessions.md has it for clients.
 *
 * A password is verified on the password pool, the session is written by the writer of auth.db. */

bool session_endpoint_is_meant(const HttpRequest *http);

/* With the whole body there, of at most SIGN_IN_BODY_MAX bytes. */
void session_endpoint_answer(const Handler *h, HttpRequest *http);
