#pragma once

#include "manager/auth/login.h"
#include "manager/auth/session.h"
#include "store/writer.h"

/* Sessions in the store: rows of auth.db, which last over a restart, and what the configuration
 * says of their accounts.
 *
 * Only the hash of an id is stored, so that who reads the file has no session. A use writes
 * nothing: a job notes once a minute what was used, so that much may be lost when the process ends.
 * Rows say how old and how idle a session was when they were written; only the time from then to
 * the next start is measured by the wall clock, and that only forwards. When that clock jumps, they
 * are written anew. */

/* Reads what is stored, at the start. Opens and ends the reader's snapshot itself, as all of these
 * do. now_us: monotonic. Errors: ERR_IO. */
CHECKED Err *sessions_load(Sessions *s, Reader *reader, Arena *a, int64_t wall_us, int64_t now_us);

/* As sessions_recall(), with what the store says now; never SESSION_LOOK_UP. Errors: ERR_IO. */
CHECKED Err *sessions_verify(Sessions *s, Reader *reader, Arena *a, Str id, int64_t now_us,
                             SessionAnswer *ret_answer, SessionView *ret_view);

/* --- signing in --- */

/* Sessions that end since another one begins: the one it takes the place of, and the oldest where
 * there are too many. */
#define SESSION_BEGIN_ENDS_MAX 8

typedef struct SessionBegin {
    Str id;       /* of the new session, by random_token_make() */
    Str replaced; /* id of the one that the browser had before; STR_NONE: none */
    SessionAccount account;
    SessionNew made; /* filled step by step */
    int64_t wall_us;
    int64_t most;                          /* SESSIONS_MAX; less in tests */
    int64_t most_of_user;                  /* SESSIONS_OF_USER_MAX; less in tests */
    int64_t ended[SESSION_BEGIN_ENDS_MAX]; /* their keys */
    size_t n_ended;
} SessionBegin;

/* For who proved with LOGIN_OK who he is. Reads his account anew: false if it isn't valid (any
 * more). Errors: ERR_IO. */
CHECKED Err *session_begin(SessionBegin *begin, Reader *reader, Arena *a, const LoginProof *proof,
                           int64_t now_us, bool *ret_valid);

/* Then, inside a write request of STORE_AUTH. Errors: ERR_IO. */
CHECKED Err *session_write(Tx *tx, SessionBegin *begin);

/* Then, after the commit. Any thread. */
void session_written(Sessions *s, const SessionBegin *begin);

/* --- ending --- */

/* Inside a write request of STORE_AUTH, after sessions_end(). Where that fails, the job removes the
 * row later. Errors: ERR_IO. */
CHECKED Err *session_remove(Tx *tx, int64_t key);

/* A job: writes when sessions were used, ends those that are over, removes their rows. */
#define SESSIONS_UPKEEP_PERIOD_US (INT64_C(60) * 1000000)

/* Its context. */
typedef struct SessionsUpkeep {
    Sessions *sessions;
    Store *store;
    Reader *reader;    /* of its thread */
    int64_t offset_us; /* between the clocks, when all rows were last written */
} SessionsUpkeep;

CHECKED Err *sessions_upkeep(void *context, Arena *a, int64_t wall_us);

/* The same at a time of the tests' choice. */
CHECKED Err *sessions_upkeep_at(SessionsUpkeep *upkeep, Arena *a, int64_t wall_us, int64_t now_us);
