#pragma once

#include "manager/auth/grant.h"
#include "manager/auth/throttle.h"
#include "store/reader.h"

/* Who sends a request: Basic authentication (RFC 7617) of local administrators and of those of a
 * directory (directory.h), and the access tokens of OAuth2 clients (RFC 6750; oauth.h gives them).
 * With a memory of verified credentials and a throttle of failures.
 *
 * Recalling is quick and for loop threads. Verifying a password takes argon2id and is for the slow
 * pool, or takes a conversation with the directory and is for threads that do only this; a token
 * takes a look into the store and is for readers. Tokens can't be guessed, so failures with them
 * make nobody wait.
 *
 * `authentication.source` says where accounts are looked up. A name that a local account has in any
 * spelling (user_name.h), disabled or not, and whether local ones may sign in or not, is never
 * asked of the directory, nor is a user taken whom the directory also calls so: nobody there can
 * become somebody here, and no local password gets there. */

typedef struct Login Login;

typedef enum LoginAnswer {
    LOGIN_OK,
    LOGIN_REFUSED,       /* 401: none, unknown or wrong credentials, a scheme that isn't served, a
                            disabled account */
    LOGIN_NEEDS_TOKEN,   /* 401: a token that isn't valid (any more), or passwords aren't taken */
    LOGIN_UNKNOWN,       /* login_recall() only: ask login_verify(), which is slow */
    LOGIN_LOOK_UP,       /* the same, for a reader thread */
    LOGIN_ASK_DIRECTORY, /* no local account: ask login_verify_directory() or
                            login_check_directory(), on a thread for that */
    LOGIN_THROTTLED      /* 429: too many failures */
} LoginAnswer;

Login *login_new(Store *store);
Login *login_free(Login *l);
DEFINE_CLEANUP(Login, login_free);

/* Shared by all ways of logging in. */
Throttle *login_throttle(Login *l);

/* authorization: the header's value, STR_NONE if absent. *ret_wait_s: seconds to wait when
 * throttled. Never touches the store. */
LoginAnswer login_recall(Login *l, Arena *a, Str authorization, const HttpAddress *address,
                         Principal *ret_principal, int64_t *ret_wait_s);

/* Errors: ERR_IO of the store. */
CHECKED Err *login_verify(Login *l, Reader *reader, Arena *a, Str authorization,
                          const HttpAddress *address, LoginAnswer *ret_answer,
                          Principal *ret_principal, int64_t *ret_wait_s);

/* After the answer LOGIN_ASK_DIRECTORY. Errors: ERR_IO of the store; a directory that fails is
 * logged and refuses everybody. */
CHECKED Err *login_verify_directory(Login *l, Reader *reader, Arena *a, Str authorization,
                                    const HttpAddress *address, LoginAnswer *ret_answer,
                                    Principal *ret_principal, int64_t *ret_wait_s);

/* A user's name and password, however they were presented: by Basic, or at the sign-in of the web
 * interface. */
typedef struct LoginPassword {
    Str user;
    Str password;               /* compared whole (wire 11.1) */
    const HttpAddress *address; /* of the client, for the throttle */
    bool is_web;                /* the sign-in, which stays where the API takes no passwords */
} LoginPassword;

typedef struct LoginProof {
    LoginAnswer answer; /* LOGIN_OK, _REFUSED, _NEEDS_TOKEN, _THROTTLED or _ASK_DIRECTORY */
    int64_t wait_s;     /* LOGIN_THROTTLED: seconds to wait */

    /* With LOGIN_OK: */
    Grant grant;
    int64_t life_us;   /* for how long it may be remembered at most, while the grant's rows stay */
    Value account;     /* key of the local administrator; VALUE_NONE: of the directory */
    Str stamp;         /* of what it was checked by (account_stamp.h) */
    Str user;          /* of the directory: the name, */
    const Str *groups; /* and the groups, for directory_account_grant() */
    size_t n_groups;
} LoginProof;

typedef Err *LoginCheck(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                        LoginProof *ret_proof);

/* The one place where passwords are checked: refuses an empty one before anything else, asks the
 * throttle and tells it the outcome, and notes the last login. Remembers nothing: that is for its
 * callers, under what they were presented with. Opens and ends the reader's snapshot itself; for
 * the password pool. Errors: ERR_IO of the store. */
CHECKED Err *login_check_password(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                                  LoginProof *ret_proof);

/* The same of the directory's users, after LOGIN_ASK_DIRECTORY: as slow as the directory. No
 * snapshot is open while it is asked. */
CHECKED Err *login_check_directory(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                                   LoginProof *ret_proof);
