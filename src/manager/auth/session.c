/* A table of sessions by the hash of their ids, and the list of those whose rows are to be removed.
 */
#include "manager/auth/session.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"
#include "base/thread.h"
#include "manager/auth/session_private.h"

typedef struct Session {
    HashNode node;
    unsigned char hash[SESSION_HASH_BYTES];
    SessionOwner owner;
    char *texts; /* owned: those of `owner` */
    int64_t key;
    int64_t begun_us;
    int64_t used_us;
    int64_t written_us; /* used_us as its row has it */
    int64_t idle_us;    /* valid with `grant` */
    Grant *grant;       /* owned, its name right behind it; NULL: not known yet */
} Session;

typedef struct Gone {
    struct Gone *next;
    int64_t key;
} Gone;

struct Sessions {
    const Store *store;
    Mutex lock;
    HashTable table; /* under lock, owns its elements */
    Gone *gone;      /* under lock, owned */
    size_t n_gone;   /* under lock */
};

Sessions *sessions_new(const Store *store)
{
    Sessions *s = calloc(1, sizeof *s);
    MUST(s != NULL);
    s->store = store;
    mutex_init(&s->lock);
    hash_table_init(&s->table);
    return s;
}

static void put_gone_locked(Sessions *s, int64_t key) REQUIRES(s->lock)
{
    Gone *gone = malloc(sizeof *gone);
    MUST(gone != NULL);
    *gone = (Gone){.next = s->gone, .key = key};
    s->gone = gone;
    s->n_gone++;
}

static void free_session(Session *session)
{
    free(session->grant);
    free(session->texts);
    free(session);
}

/* The session isn't there any more afterwards. */
static void end_locked(Sessions *s, Session *session) REQUIRES(s->lock)
{
    hash_table_remove(&s->table, &session->node);
    put_gone_locked(s, session->key);
    free_session(session);
}

static void pop_gone_locked(Sessions *s, Gone **at) REQUIRES(s->lock)
{
    Gone *gone = *at;
    *at = gone->next;
    s->n_gone--;
    free(gone);
}

Sessions *sessions_free(Sessions *s)
{
    if (s != NULL) {
        mutex_lock(&s->lock);
        for (HashNode *n = hash_table_any(&s->table, NULL); n != NULL;
             n = hash_table_any(&s->table, NULL)) {
            Session *session = CONTAINER_OF(n, Session, node);
            hash_table_remove(&s->table, n);
            free_session(session);
        }
        while (s->gone != NULL) {
            pop_gone_locked(s, &s->gone);
        }
        hash_table_deinit(&s->table);
        mutex_unlock(&s->lock);
        mutex_deinit(&s->lock);
        free(s);
    }
    return NULL;
}

void session_hash(Str id, unsigned char ret_hash[SESSION_HASH_BYTES])
{
    (void)crypto_hash_sha256(ret_hash, (const unsigned char *)(id.len > 0 ? id.ptr : ""), id.len);
}

static uint64_t table_hash(const unsigned char hash[SESSION_HASH_BYTES])
{
    uint64_t number;
    memcpy(&number, hash, sizeof number);
    return number;
}

static Session *find_locked(const Sessions *s, const unsigned char hash[SESSION_HASH_BYTES])
    REQUIRES(s->lock)
{
    for (HashNode *n = hash_table_first(&s->table, table_hash(hash)); n != NULL;
         n = hash_table_next_same(n)) {
        Session *session = CONTAINER_OF(n, Session, node);
        if (sodium_memcmp(session->hash, hash, SESSION_HASH_BYTES) == 0) {
            return session;
        }
    }
    return NULL;
}

/* --- using --- */

static bool is_stale(const Sessions *s, const Session *session)
{
    const Grant *grant = session->grant;
    return grant == NULL || grant->n_rows > GRANT_ROWS_MAX ||
           !store_unchanged_since(s->store, grant->rows, grant->n_rows, grant->seq);
}

/* By what is known of the settings. */
static bool is_over(const Session *session, int64_t now_us)
{
    const bool idle = session->grant != NULL && session->idle_us > 0 &&
                      now_us - session->used_us >= session->idle_us;
    return idle || now_us - session->begun_us >= session_life_us(&session->owner);
}

/* Its account is known. */
static void use_session(Session *session, Arena *a, int64_t now_us, SessionView *ret_view)
{
    session->used_us = MAX(session->used_us, now_us); /* threads overtake each other */
    *ret_view = (SessionView){
        .principal = {.name = str_dup(a, session->grant->principal.name),
                      .permissions = session->grant->principal.permissions},
        .idle_us = session->idle_us,
        .left_us = session->begun_us + session_life_us(&session->owner) - now_us,
    };
}

static SessionAnswer recall_locked(Sessions *s, Arena *a, Session *session, int64_t now_us,
                                   SessionView *ret_view) REQUIRES(s->lock)
{
    if (is_stale(s, session)) {
        return SESSION_LOOK_UP; /* perhaps other settings let it live on */
    }
    if (is_over(session, now_us)) {
        end_locked(s, session);
        return SESSION_NONE;
    }
    use_session(session, a, now_us, ret_view);
    return SESSION_GOOD;
}

SessionAnswer sessions_recall(Sessions *s, Arena *a, Str id, int64_t now_us, SessionView *ret_view)
{
    unsigned char hash[SESSION_HASH_BYTES];
    session_hash(id, hash);
    mutex_lock(&s->lock);
    Session *session = find_locked(s, hash);
    const SessionAnswer answer =
        session == NULL ? SESSION_NONE : recall_locked(s, a, session, now_us, ret_view);
    mutex_unlock(&s->lock);
    return answer;
}

bool sessions_end(Sessions *s, Str id, int64_t *ret_key)
{
    unsigned char hash[SESSION_HASH_BYTES];
    session_hash(id, hash);
    mutex_lock(&s->lock);
    Session *session = find_locked(s, hash);
    const bool found = session != NULL;
    if (found) {
        *ret_key = session->key;
        end_locked(s, session);
    }
    mutex_unlock(&s->lock);
    return found;
}

/* --- session_private.h --- */

/* A copy that lasts, with its name. */
static Grant *keep_grant(const Grant *grant)
{
    const Str name = grant->principal.name;
    Grant *kept = malloc(sizeof *kept + name.len + 1);
    MUST(kept != NULL);
    *kept = *grant;
    char *text = (char *)(kept + 1);
    if (name.len > 0) {
        memcpy(text, name.ptr, name.len);
    }
    kept->principal.name = (Str){text, name.len};
    return kept;
}

static void set_account(Session *session, const SessionAccount *account)
{
    free(session->grant);
    session->grant = keep_grant(&account->grant);
    session->idle_us = account->idle_us;
}

int64_t session_life_us(const SessionOwner *owner)
{
    return owner->account_key != 0 ? SESSION_LIFE_US : SESSION_DIRECTORY_LIFE_US;
}

static Str put_text(char *place, Str text)
{
    if (text.len > 0) {
        memcpy(place, text.ptr, text.len);
    }
    return (Str){place, text.len};
}

static void keep_owner(Session *session, const SessionOwner *owner)
{
    session->owner = *owner;
    session->texts = malloc(owner->user.len + owner->groups.len + 1);
    MUST(session->texts != NULL);
    session->owner.user = put_text(session->texts, owner->user);
    session->owner.groups = put_text(session->texts + owner->user.len, owner->groups);
}

void sessions_add(Sessions *s, const SessionNew *added)
{
    Session *session = calloc(1, sizeof *session);
    MUST(session != NULL);
    *session = (Session){
        .key = added->key,
        .begun_us = added->begun_us,
        .used_us = added->used_us,
        .written_us = added->used_us,
    };
    memcpy(session->hash, added->hash, sizeof session->hash);
    keep_owner(session, &added->owner);
    if (added->account != NULL) {
        set_account(session, added->account);
    }
    mutex_lock(&s->lock);
    hash_table_insert(&s->table, &session->node, table_hash(session->hash));
    mutex_unlock(&s->lock);
}

static Session *find_key_locked(const Sessions *s, int64_t key) REQUIRES(s->lock)
{
    for (HashNode *n = hash_table_any(&s->table, NULL); n != NULL;
         n = hash_table_any(&s->table, n)) {
        Session *session = CONTAINER_OF(n, Session, node);
        if (session->key == key) {
            return session;
        }
    }
    return NULL;
}

void sessions_end_key(Sessions *s, int64_t key)
{
    mutex_lock(&s->lock);
    Session *session = find_key_locked(s, key);
    if (session != NULL) {
        end_locked(s, session);
    }
    mutex_unlock(&s->lock);
}

void sessions_add_gone(Sessions *s, int64_t key)
{
    mutex_lock(&s->lock);
    put_gone_locked(s, key);
    mutex_unlock(&s->lock);
}

bool sessions_owner_of(Sessions *s, Arena *a, const unsigned char hash[SESSION_HASH_BYTES],
                       SessionOwner *ret_owner)
{
    mutex_lock(&s->lock);
    const Session *session = find_locked(s, hash);
    const bool found = session != NULL;
    if (found) {
        *ret_owner = session->owner;
        ret_owner->user = str_dup(a, session->owner.user);
        ret_owner->groups = str_dup(a, session->owner.groups);
    }
    mutex_unlock(&s->lock);
    return found;
}

/* The newest that was read counts, in whatever order readers come. */
static void take_account(Session *session, const SessionAccount *account)
{
    if (session->grant == NULL || session->grant->seq <= account->grant.seq) {
        set_account(session, account);
    }
}

static bool note_account_locked(Sessions *s, Session *session, const SessionAccount *account,
                                int64_t now_us) REQUIRES(s->lock)
{
    const bool valid = account == NULL || account->valid;
    if (account != NULL && valid) {
        take_account(session, account);
    }
    if (!valid || is_over(session, now_us)) {
        end_locked(s, session);
        return false;
    }
    return true;
}

bool sessions_note_account(Sessions *s, const unsigned char hash[SESSION_HASH_BYTES],
                           const SessionAccount *account, int64_t now_us, Arena *a,
                           SessionView *ret_view)
{
    mutex_lock(&s->lock);
    Session *session = find_locked(s, hash);
    const bool lives = session != NULL && note_account_locked(s, session, account, now_us);
    if (lives && ret_view != NULL) {
        use_session(session, a, now_us, ret_view);
    }
    mutex_unlock(&s->lock);
    return lives;
}

static SessionNote note_of(const Sessions *s, const Session *session, int64_t now_us)
{
    SessionNote note = {
        .key = session->key,
        .age_us = now_us - session->begun_us,
        .idle_us = MAX(now_us - session->used_us, 0),
        .used_us = session->used_us,
        .is_stale = is_stale(s, session),
        .is_unwritten = session->used_us != session->written_us,
    };
    memcpy(note.hash, session->hash, sizeof note.hash);
    return note;
}

size_t sessions_list(Sessions *s, Arena *a, int64_t now_us, SessionNote **ret_notes)
{
    size_t n = 0;
    mutex_lock(&s->lock);
    SessionNote *notes = ARENA_ARRAY(a, SessionNote, s->table.n + 1);
    for (HashNode *node = hash_table_any(&s->table, NULL); node != NULL;
         node = hash_table_any(&s->table, node)) {
        notes[n++] = note_of(s, CONTAINER_OF(node, Session, node), now_us);
    }
    mutex_unlock(&s->lock);
    *ret_notes = notes;
    return n;
}

void sessions_note_written(Sessions *s, const SessionNote *note)
{
    mutex_lock(&s->lock);
    Session *session = find_locked(s, note->hash);
    if (session != NULL) {
        session->written_us = note->used_us;
    }
    mutex_unlock(&s->lock);
}

size_t sessions_gone(Sessions *s, Arena *a, Value **ret_keys)
{
    size_t n = 0;
    mutex_lock(&s->lock);
    Value *keys = ARENA_ARRAY(a, Value, s->n_gone + 1);
    for (const Gone *gone = s->gone; gone != NULL; gone = gone->next) {
        keys[n++] = value_integer(gone->key);
    }
    mutex_unlock(&s->lock);
    *ret_keys = keys;
    return n;
}

static bool is_among(const Value keys[], size_t n, int64_t key)
{
    for (size_t i = 0; i < n; i++) {
        if (keys[i].integer == key) {
            return true;
        }
    }
    return false;
}

void sessions_forget_gone(Sessions *s, const Value keys[], size_t n)
{
    mutex_lock(&s->lock);
    for (Gone **at = &s->gone; *at != NULL;) {
        if (is_among(keys, n, (*at)->key)) {
            pop_gone_locked(s, at);
        } else {
            at = &(*at)->next;
        }
    }
    mutex_unlock(&s->lock);
}
