#pragma once

#include "manager/auth/grant.h"

/* Sessions of the web interface, as they are in memory (wire 11.4): who is signed in, since when,
 * and what he may do. auth.db has them too, for the next start (session_store.h).
 *
 * Who presents a session's id is who signed in. All sessions are in memory, so that one is found,
 * and an id that was guessed is refused, without a look into the store; guessing makes nobody wait.
 * Only when the account, a role of it, or the settings changed, a reader has to look again: the
 * rights follow at once, and a session is over when its account is gone, was disabled or has
 * another password, when its source of accounts was given up, or another directory is to be asked;
 * though all of that was set back before anybody looked.
 *
 * Times are measured by the clock that never jumps. Any thread. */

/* In all; then the oldest ends. */
#define SESSIONS_MAX INT64_C(10000)

/* Of one user; then his oldest ends. */
#define SESSIONS_OF_USER_MAX INT64_C(32)

/* However much it is used; idle ones end as global/1 says. */
#define SESSION_LIFE_US (INT64_C(7) * 86400 * 1000000)

/* The same of somebody of the directory, since nobody tells us what changes there. */
#define SESSION_DIRECTORY_LIFE_US (INT64_C(12) * 3600 * 1000000)

#define SESSION_HASH_BYTES 32
#define SESSION_PROOF_SIZE 65 /* hexadecimal, ended by NUL */

typedef struct Sessions Sessions;

/* The store must outlive it. */
Sessions *sessions_new(const Store *store);
Sessions *sessions_free(Sessions *s);
DEFINE_CLEANUP(Sessions, sessions_free);

/* SHA-256 of an id. */
void session_hash(Str id, unsigned char ret_hash[SESSION_HASH_BYTES]);

/* --- using --- */

typedef enum SessionAnswer {
    SESSION_GOOD,
    SESSION_NONE,   /* it never was, or is over */
    SESSION_LOOK_UP /* ask sessions_verify() of session_store.h, on a reader thread */
} SessionAnswer;

typedef struct SessionView {
    Principal principal;
    int64_t idle_us; /* it ends when it isn't used for so long; 0: it doesn't */
    int64_t left_us; /* it ends after this in any case */
} SessionView;

/* Counts as a use of the session. The view lies in `a`. */
SessionAnswer sessions_recall(Sessions *s, Arena *a, Str id, int64_t now_us, SessionView *ret_view);

/* Ends it at once; false: there is none. *ret_key: of its row, which is still to be removed. */
bool sessions_end(Sessions *s, Str id, int64_t *ret_key);

/* --- what session_store.h finds out before one is added --- */

/* What a session needs of its account. */
typedef struct SessionAccount {
    bool valid; /* else the session is over */
    Grant grant;
    int64_t idle_us; /* as in SessionView */
} SessionAccount;

/* Whose a session is. */
typedef struct SessionOwner {
    int64_t account_key;            /* of the local administrator; 0: of the directory */
    char proof[SESSION_PROOF_SIZE]; /* hash of its stamp (account_stamp.h) */
    Str user;                       /* of the directory; else STR_NONE, as the groups */
    Str groups;                     /* comparable names, as a JSON list */
} SessionOwner;

/* How long a session of theirs lasts at most. */
int64_t session_life_us(const SessionOwner *owner);

typedef struct SessionNew {
    unsigned char hash[SESSION_HASH_BYTES];
    SessionOwner owner; /* copied */
    int64_t key;        /* of the row */
    int64_t begun_us;   /* monotonic; before it started, where it is older than this process */
    int64_t used_us;
    const SessionAccount *account; /* NULL: not known yet */
} SessionNew;
