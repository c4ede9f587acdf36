#pragma once

#include "manager/auth/session.h"

/* What session_store.c tells the sessions in memory of their rows and accounts, and asks of them.
 * Private to session.c and session_store.c. Any thread. */

/* account: valid ones only. */
void sessions_add(Sessions *s, const SessionNew *added);

/* The same as sessions_end() by the key of its row. */
void sessions_end_key(Sessions *s, int64_t key);

/* A row that stands for no session. */
void sessions_add_gone(Sessions *s, int64_t key);

/* Whose it is, in `a`; false: there is none. */
bool sessions_owner_of(Sessions *s, Arena *a, const unsigned char hash[SESSION_HASH_BYTES],
                       SessionOwner *ret_owner);

/* Notes what was read of its account (NULL: nothing new), and ends it if that isn't valid, or if it
 * is too old or idle. False: there is none any more.
 *
 *   a, ret_view   else this is a use of the session; NULL: it isn't */
bool sessions_note_account(Sessions *s, const unsigned char hash[SESSION_HASH_BYTES],
                           const SessionAccount *account, int64_t now_us, Arena *a,
                           SessionView *ret_view);

/* What the row of a session should say now. */
typedef struct SessionNote {
    unsigned char hash[SESSION_HASH_BYTES];
    int64_t key;
    int64_t age_us;
    int64_t idle_us;
    int64_t used_us;   /* for sessions_note_written() */
    bool is_stale;     /* what is known of its account isn't so any more */
    bool is_unwritten; /* it was used since its row was written */
} SessionNote;

/* All sessions, in `a`. */
size_t sessions_list(Sessions *s, Arena *a, int64_t now_us, SessionNote **ret_notes);

/* A row has been written as of `note`. */
void sessions_note_written(Sessions *s, const SessionNote *note);

/* Keys of rows to remove, in `a`; they stay in the list until sessions_forget_gone(). */
size_t sessions_gone(Sessions *s, Arena *a, Value **ret_keys);
void sessions_forget_gone(Sessions *s, const Value keys[], size_t n);
