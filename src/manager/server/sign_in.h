#pragma once

#include "http/request.h"
#include "manager/rest/answer.h"

/* The body of a sign-in: a user's name and password, as JSON or as a form. */

#define SIGN_IN_BODY_MAX ((size_t)64 * 1024)

typedef struct SignIn {
    Str username;
    Str password;
} SignIn;

/* False: the answer says what is wrong with it (400, 415). With the whole body there; texts lie in
 * the request's arena, which wipes them. */
bool sign_in_read(HttpRequest *http, RestAnswer *answer, SignIn *ret_sign_in);
