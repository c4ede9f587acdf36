#pragma once

#include "manager/server/handler.h"

/* POST /oauth/token/ (wire 11.3): needs no login, isn't counted in the rate limit, and stands
 * outside of the API. The signature is verified on a reader thread, the token is written by the
 * writer of auth.db; auth/oauth.h decides, this file leads the request there and answers. */

/* With or without the final slash: some clients leave it out, and a POST isn't redirected. */
bool token_endpoint_is_meant(const HttpRequest *http);

/* With the whole body there, of at most OAUTH_BODY_MAX bytes. On the loop; the request isn't the
 * caller's any more. */
void token_endpoint_answer(const Handler *h, HttpRequest *http);
