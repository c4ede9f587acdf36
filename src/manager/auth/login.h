#pragma once

#include "manager/auth/principal.h"
#include "store/reader.h"

/* Basic authentication (RFC 7617) of local administrators, with a memory of verified credentials
 * and a throttle of failures.
 *
 * Recalling is quick and for loop threads; verifying takes argon2id and is for the slow pool. */

typedef struct Login Login;

typedef enum LoginAnswer {
    LOGIN_OK,
    LOGIN_REFUSED,  /* 401: none, unknown or wrong credentials, a scheme that isn't served, a
                       disabled account */
    LOGIN_UNKNOWN,  /* login_recall() only: ask login_verify() */
    LOGIN_THROTTLED /* 429: too many failures */
} LoginAnswer;

Login *login_new(Store *store);
Login *login_free(Login *l);
DEFINE_CLEANUP(Login, login_free);

/* authorization: the header's value, STR_NONE if absent. *ret_wait_s: seconds to wait when
 * throttled. Never touches the store. */
LoginAnswer login_recall(Login *l, Arena *a, Str authorization, Str address,
                         Principal *ret_principal, int64_t *ret_wait_s);

/* Errors: ERR_IO of the store. */
CHECKED Err *login_verify(Login *l, Reader *reader, Arena *a, Str authorization, Str address,
                          LoginAnswer *ret_answer, Principal *ret_principal, int64_t *ret_wait_s);

/* Sets the password of a local administrator, makes the account if it isn't there (with the role of
 * everything), and enables it. Waits for the commit: not on a loop or writer thread. Errors:
 * ERR_INVALID (not a valid name or password), ERR_IO. */
CHECKED Err *login_set_password(Store *store, Arena *a, Str user, Str password);
