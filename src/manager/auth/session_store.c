/* Rows of sessions, their accounts, and the job that keeps both in step. */
#include "manager/auth/session_store.h"

#include <sodium.h>
#include <string.h>

#include "base/datetime.h"
#include "base/hex.h"
#include "base/json_write.h"
#include "manager/auth/account_stamp.h"
#include "manager/auth/directory_account.h"
#include "manager/auth/directory_name.h"
#include "manager/auth/session_private.h"
#include "manager/auth/sign_in_source.h"
#include "manager/auth/user_name.h"
#include "model/keys.h"
#include "store/row_values.h"

/* Of the groups that a session keeps: 512, each with quotes, comma and blank. */
#define GROUPS_BYTES_MAX (DIRECTORY_GROUPS_MAX * (DIRECTORY_NAME_COMPARABLE_LEN + 4) + 2)

/* What it takes to look at one session; then it is given back. */
#define LOOK_BYTES ((size_t)64 * 1024 * 1024)

/* Rows that one write of the job changes at most. */
#define UPKEEP_ROUND ((size_t)500)

/* Clocks that drift apart by less are as good as equal. */
#define CLOCK_JUMP_US (INT64_C(5) * DATETIME_SECOND_US)

_Static_assert(SESSION_PROOF_SIZE == 2 * crypto_hash_sha256_BYTES + 1, "SHA-256 in hexadecimal");

static const Resource *sessions_resource(const Model *model)
{
    return model_at(model, RES_AUTH_SESSION);
}

static void write_proof(Str stamp, char out[SESSION_PROOF_SIZE])
{
    unsigned char hash[SESSION_HASH_BYTES];
    session_hash(stamp, hash);
    (void)sodium_bin2hex(out, SESSION_PROOF_SIZE, hash, sizeof hash);
}

/* --- accounts --- */

static bool is_proof_of(const SessionOwner *owner, Str stamp)
{
    char now[SESSION_PROOF_SIZE];
    write_proof(stamp, now);
    return sodium_memcmp(now, owner->proof, sizeof now) == 0;
}

/* How long a session may be idle. */
static Err *read_idle(Reader *reader, Arena *a, SessionAccount *account)
{
    const Resource *global = model_at(reader_model(reader), RES_GLOBAL);
    const Value key = value_integer(SINGLETON_KEY);
    const Row *row = NULL;
    grant_note(&account->grant, global, key);
    TRY(reader_get(reader, a, global, key, &row));
    if (row_true(row, FLD_GLOBAL_SESSION_TIMEOUT_ENABLED)) {
        account->idle_us =
            row_number(row, FLD_GLOBAL_MANAGEMENT_SESSION_TIMEOUT) * DATETIME_MINUTE_US;
    }
    return NULL;
}

static const Resource *administrators_of(Reader *reader)
{
    return model_at(reader_model(reader), RES_ADMINISTRATOR);
}

static Err *read_local(Reader *reader, Arena *a, const SessionOwner *owner, const Row *settings,
                       SessionAccount *account)
{
    const Row *row = NULL;
    TRY(reader_get(reader, a, administrators_of(reader), value_integer(owner->account_key), &row));
    account->valid = row != NULL && row_true(row, FLD_ADMINISTRATOR_ENABLED) &&
                     is_proof_of(owner, account_stamp_local(a, settings, row));
    return account->valid ? grant_add_administrator(&account->grant, reader, a, row) : NULL;
}

/* The list as it was stored: our own words. */
static Err *read_groups(Arena *a, Str text, Str **ret_groups, size_t *ret_n)
{
    Json *list = NULL;
    size_t n = 0;
    TRY(json_parse(a, text, &json_limits_default, &list));
    Str *groups = ARENA_ARRAY(a, Str, list->n + 1);
    for (const Json *one = list->first; one != NULL; one = one->next) {
        groups[n++] = one->text;
    }
    *ret_groups = groups;
    *ret_n = n;
    return NULL;
}

/* Not with the name of a local account (login.h). */
static Err *read_of_directory(Reader *reader, Arena *a, const SessionOwner *owner,
                              const Row *settings, SessionAccount *account)
{
    Str *groups = NULL;
    size_t n = 0;
    bool is_local = false;
    TRY(read_groups(a, owner->groups, &groups, &n));
    TRY(user_name_find_local(reader, a, &owner->user, 1, &is_local));
    account->valid = !is_local && is_proof_of(owner, account_stamp_directory(a, settings));
    return directory_account_grant(reader, a, owner->user, groups, n, &account->grant);
}

static Err *read_account_in_snapshot(Reader *reader, Arena *a, const SessionOwner *owner,
                                     SessionAccount *account)
{
    Grant settings = {.n_rows = 0};
    const Row *row = NULL;
    TRY(grant_read_settings(&settings, reader, a, &row));
    const SignInSource source = sign_in_source(row);
    if (owner->account_key != 0 ? !source.local : !source.ldap) {
        return NULL;
    }
    TRY(owner->account_key != 0 ? read_local(reader, a, owner, row, account)
                                : read_of_directory(reader, a, owner, row, account));
    grant_note(&account->grant, row->resource, row->key);
    return read_idle(reader, a, account);
}

static Err *read_account(Reader *reader, Arena *a, const SessionOwner *owner,
                         SessionAccount *ret_account)
{
    SessionAccount account = {.valid = false};
    TRY(reader_begin(reader, a, &account.grant.seq));
    Err *e = read_account_in_snapshot(reader, a, owner, &account);
    reader_end(reader);
    *ret_account = account;
    return e;
}

/* Reads what it belongs to and notes that. ret_view: NULL if that is no use of it. */
static Err *refresh(Sessions *s, Reader *reader, Arena *a,
                    const unsigned char hash[SESSION_HASH_BYTES], int64_t now_us,
                    SessionView *ret_view, bool *ret_lives)
{
    SessionOwner owner;
    SessionAccount account;
    *ret_lives = false;
    if (!sessions_owner_of(s, a, hash, &owner)) {
        return NULL;
    }
    TRY(read_account(reader, a, &owner, &account));
    *ret_lives = sessions_note_account(s, hash, &account, now_us, a, ret_view);
    return NULL;
}

Err *sessions_verify(Sessions *s, Reader *reader, Arena *a, Str id, int64_t now_us,
                     SessionAnswer *ret_answer, SessionView *ret_view)
{
    unsigned char hash[SESSION_HASH_BYTES];
    bool lives = false;
    session_hash(id, hash);
    TRY(refresh(s, reader, a, hash, now_us, ret_view, &lives));
    *ret_answer = lives ? SESSION_GOOD : SESSION_NONE;
    return NULL;
}

/* --- the start --- */

/* Now from what it was when it was written: `since_us` later. */
static int64_t then_and_since(const Row *row, uint16_t field, int64_t since_us)
{
    return row_number(row, field) * DATETIME_SECOND_US + since_us;
}

static void load_row(Sessions *s, const Row *row, int64_t wall_us, int64_t now_us)
{
    const int64_t written_us = row_number(row, FLD_AUTH_SESSION_WRITTEN);
    const int64_t since_us = MAX(wall_us - written_us, 0); /* the clock may have been put back */
    const int64_t age_us = then_and_since(row, FLD_AUTH_SESSION_AGE, since_us);
    const Str hash = row_text(row, FLD_AUTH_SESSION_HASH);
    const Str proof = row_text(row, FLD_AUTH_SESSION_PROOF);
    size_t n = 0;
    SessionNew session = {
        .key = row->key.integer,
        .owner = {.account_key = row_number(row, FLD_AUTH_SESSION_ACCOUNT),
                  .user = row_text(row, FLD_AUTH_SESSION_USER),
                  .groups = row_text(row, FLD_AUTH_SESSION_GROUPS)},
        .begun_us = now_us - age_us,
        .used_us = now_us - then_and_since(row, FLD_AUTH_SESSION_IDLE, since_us),
    };
    if (age_us >= session_life_us(&session.owner) || proof.len >= sizeof session.owner.proof ||
        sodium_hex2bin(session.hash, sizeof session.hash, hash.ptr, hash.len, NULL, &n, NULL) !=
            0 ||
        n != sizeof session.hash) {
        sessions_add_gone(s, session.key);
        return;
    }
    if (proof.len > 0) {
        memcpy(session.owner.proof, proof.ptr, proof.len);
    }
    sessions_add(s, &session);
}

Err *sessions_load(Sessions *s, Reader *reader, Arena *a, int64_t wall_us, int64_t now_us)
{
    const Query all = {.resource = sessions_resource(reader_model(reader)),
                       .limit = 2 * SESSIONS_MAX};
    const Row **rows = NULL;
    int64_t seq = 0;
    size_t n = 0;
    TRY(reader_begin(reader, a, &seq));
    Err *e = reader_select(reader, a, &all, &rows, &n);
    reader_end(reader);
    for (size_t i = 0; e == NULL && i < n; i++) {
        load_row(s, rows[i], wall_us, now_us);
    }
    return e;
}

/* --- signing in --- */

/* As they are compared (directory_name.h), which is short. */
static Str list_of(Arena *a, const Str groups[], size_t n)
{
    CLEANUP(buf_free) Buf *out = buf_new(GROUPS_BYTES_MAX);
    bool first = true;
    buf_put_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        json_put_comma(out, &first);
        json_put_string(out, groups[i]);
    }
    buf_put_char(out, ']');
    MUST(!buf_failed(out));
    return str_dup(a, buf_str(out));
}

static void set_owner(SessionOwner *owner, Arena *a, const LoginProof *proof)
{
    *owner = (SessionOwner){.user = STR_NONE};
    write_proof(proof->stamp, owner->proof);
    if (!value_is_null(proof->account)) {
        owner->account_key = proof->account.integer;
    } else {
        owner->user = proof->user;
        owner->groups = list_of(a, proof->groups, proof->n_groups);
    }
}

Err *session_begin(SessionBegin *begin, Reader *reader, Arena *a, const LoginProof *proof,
                   int64_t now_us, bool *ret_valid)
{
    SessionNew *made = &begin->made;
    session_hash(begin->id, made->hash);
    set_owner(&made->owner, a, proof);
    TRY(read_account(reader, a, &made->owner, &begin->account));
    made->account = &begin->account;
    made->begun_us = now_us;
    made->used_us = now_us;
    *ret_valid = begin->account.valid;
    return NULL;
}

static Err *end_row(Tx *tx, SessionBegin *begin, Value key)
{
    bool found = false;
    MUST(begin->n_ended < SESSION_BEGIN_ENDS_MAX);
    begin->ended[begin->n_ended++] = key.integer;
    return tx_delete(tx, sessions_resource(tx_model(tx)), key, &found);
}

static Err *end_replaced(Tx *tx, SessionBegin *begin)
{
    const Resource *sessions = sessions_resource(tx_model(tx));
    unsigned char hash[SESSION_HASH_BYTES];
    Value key = VALUE_NONE;
    session_hash(begin->replaced, hash);
    TRY(reader_find(tx_reader(tx), tx_arena(tx), &sessions->fields[FLD_AUTH_SESSION_HASH],
                    value_text(hex_text(tx_arena(tx), hash, sizeof hash)), &key));
    return value_is_null(key) ? NULL : end_row(tx, begin, key);
}

/* Ends the oldest of what the query finds, so that one more is less than `most`. Each sign-in ends
 * some, so it doesn't matter that one ends only so many. */
static Err *make_room(Tx *tx, SessionBegin *begin, Query *query, int64_t n, int64_t most)
{
    Value *keys = NULL;
    size_t n_keys = 0;
    query->limit = MIN(n - most + 1, SESSION_BEGIN_ENDS_MAX / 2 - 1);
    if (query->limit <= 0) {
        return NULL;
    }
    TRY(reader_select_keys(tx_reader(tx), tx_arena(tx), query, &keys, &n_keys));
    for (size_t i = 0; i < n_keys; i++) {
        TRY(end_row(tx, begin, keys[i]));
    }
    return NULL;
}

static Err *make_room_of_user(Tx *tx, SessionBegin *begin)
{
    const Resource *sessions = sessions_resource(tx_model(tx));
    const SessionOwner *owner = &begin->made.owner;
    const bool local = owner->account_key != 0;
    const Value name = local ? value_integer(owner->account_key) : value_text(owner->user);
    const Filter filter = {
        .field = &sessions->fields[local ? FLD_AUTH_SESSION_ACCOUNT : FLD_AUTH_SESSION_USER],
        .lookup = LOOKUP_EXACT,
        .values = &name,
        .n_values = 1};
    Query of_user = {.resource = sessions, .filters = &filter, .n_filters = 1};
    int64_t n = 0;
    TRY(reader_count(tx_reader(tx), tx_arena(tx), &of_user, &n));
    return make_room(tx, begin, &of_user, n, begin->most_of_user);
}

static void put_owner(Row *row, Arena *a, const SessionOwner *owner)
{
    row->values[FLD_AUTH_SESSION_PROOF] = value_text(str_dup(a, str_from(owner->proof)));
    if (owner->account_key != 0) {
        row->values[FLD_AUTH_SESSION_ACCOUNT] = value_integer(owner->account_key);
    } else {
        row->values[FLD_AUTH_SESSION_USER] = value_text(owner->user);
        row->values[FLD_AUTH_SESSION_GROUPS] = value_text(owner->groups);
    }
}

Err *session_write(Tx *tx, SessionBegin *begin)
{
    const Resource *sessions = sessions_resource(tx_model(tx));
    Arena *a = tx_arena(tx);
    Query all = {.resource = sessions};
    begin->n_ended = 0; /* this may be another run */
    if (begin->replaced.ptr != NULL) {
        TRY(end_replaced(tx, begin));
    }
    TRY(make_room_of_user(tx, begin));
    TRY(make_room(tx, begin, &all, tx_n_rows(tx, sessions), begin->most));
    Row *row = row_new(a, sessions);
    row->values[FLD_AUTH_SESSION_HASH] =
        value_text(hex_text(a, begin->made.hash, sizeof begin->made.hash));
    put_owner(row, a, &begin->made.owner);
    row->values[FLD_AUTH_SESSION_AGE] = value_integer(0);
    row->values[FLD_AUTH_SESSION_IDLE] = value_integer(0);
    row->values[FLD_AUTH_SESSION_WRITTEN] = value_integer(begin->wall_us);
    TRY(tx_insert(tx, row));
    begin->made.key = row->key.integer;
    return NULL;
}

void session_written(Sessions *s, const SessionBegin *begin)
{
    for (size_t i = 0; i < begin->n_ended; i++) {
        sessions_end_key(s, begin->ended[i]);
    }
    sessions_add(s, &begin->made);
}

/* --- ending --- */

Err *session_remove(Tx *tx, int64_t key)
{
    bool found = false;
    return tx_delete(tx, sessions_resource(tx_model(tx)), value_integer(key), &found);
}

/* --- the job --- */

/* What one write of it does. */
typedef struct Round {
    const SessionNote *notes;
    const Value *gone;
    size_t n; /* of either */
    int64_t wall_us;
} Round;

static Err *write_note(Tx *tx, const SessionNote *note, int64_t wall_us)
{
    Arena *a = tx_arena(tx);
    const Row *old = NULL;
    TRY(reader_get(tx_reader(tx), a, sessions_resource(tx_model(tx)), value_integer(note->key),
                   &old));
    if (old == NULL) {
        return NULL; /* it ended meanwhile */
    }
    Row *row = row_copy(a, old);
    row->values[FLD_AUTH_SESSION_AGE] = value_integer(note->age_us / DATETIME_SECOND_US);
    row->values[FLD_AUTH_SESSION_IDLE] = value_integer(note->idle_us / DATETIME_SECOND_US);
    row->values[FLD_AUTH_SESSION_WRITTEN] = value_integer(wall_us);
    return tx_update(tx, old, row);
}

static Err *write_round(Tx *tx, WriteRequest *request)
{
    const Round *round = request->context;
    for (size_t i = 0; i < round->n; i++) {
        TRY(round->notes != NULL ? write_note(tx, &round->notes[i], round->wall_us)
                                 : session_remove(tx, round->gone[i].integer));
    }
    return NULL;
}

/* Ends what is over. */
static Err *look_at(const SessionsUpkeep *upkeep, Arena *a, const SessionNote *note, int64_t now_us)
{
    bool lives = false;
    if (note->is_stale) {
        return refresh(upkeep->sessions, upkeep->reader, a, note->hash, now_us, NULL, &lives);
    }
    (void)sessions_note_account(upkeep->sessions, note->hash, NULL, now_us, a,
                                NULL); /* over: gone */
    return NULL;
}

static Err *look_at_all(const SessionsUpkeep *upkeep, Arena *a, int64_t now_us)
{
    CLEANUP(arena_free) Arena *scratch = arena_new(LOOK_BYTES);
    SessionNote *notes = NULL;
    const size_t n = sessions_list(upkeep->sessions, a, now_us, &notes);
    for (size_t i = 0; i < n; i++) {
        arena_reset(scratch);
        Err *e = look_at(upkeep, scratch, &notes[i], now_us);
        if (e != NULL) {
            return err_copy(a, e);
        }
    }
    return NULL;
}

/* Moves those to write to the front; how many they are. */
static size_t choose(SessionNote notes[], size_t n, bool all)
{
    size_t n_chosen = 0;
    for (size_t i = 0; i < n; i++) {
        if (all || notes[i].is_unwritten) {
            notes[n_chosen++] = notes[i];
        }
    }
    return n_chosen;
}

static Err *write_notes(const SessionsUpkeep *upkeep, Arena *a, bool all, int64_t wall_us,
                        int64_t now_us)
{
    SessionNote *notes = NULL;
    const size_t n_all = sessions_list(upkeep->sessions, a, now_us, &notes);
    const size_t n = choose(notes, n_all, all);
    for (size_t i = 0; i < n; i += UPKEEP_ROUND) {
        Round round = {.notes = notes + i, .n = MIN(n - i, UPKEEP_ROUND), .wall_us = wall_us};
        TRY(store_write_as_system(upkeep->store, STORE_AUTH, a, write_round, &round, round.n));
        for (size_t k = 0; k < round.n; k++) {
            sessions_note_written(upkeep->sessions, &round.notes[k]);
        }
    }
    return NULL;
}

static Err *remove_gone(const SessionsUpkeep *upkeep, Arena *a)
{
    Value *keys = NULL;
    const size_t n = sessions_gone(upkeep->sessions, a, &keys);
    for (size_t i = 0; i < n; i += UPKEEP_ROUND) {
        Round round = {.gone = keys + i, .n = MIN(n - i, UPKEEP_ROUND)};
        TRY(store_write_as_system(upkeep->store, STORE_AUTH, a, write_round, &round, round.n));
        sessions_forget_gone(upkeep->sessions, round.gone, round.n);
    }
    return NULL;
}

Err *sessions_upkeep_at(SessionsUpkeep *upkeep, Arena *a, int64_t wall_us, int64_t now_us)
{
    const int64_t moved_us = wall_us - now_us - upkeep->offset_us;
    const bool jumped = moved_us > CLOCK_JUMP_US || moved_us < -CLOCK_JUMP_US;
    TRY(look_at_all(upkeep, a, now_us));
    TRY(remove_gone(upkeep, a));
    TRY(write_notes(upkeep, a, jumped, wall_us, now_us));
    if (jumped) {
        upkeep->offset_us = wall_us - now_us;
    }
    return NULL;
}

Err *sessions_upkeep(void *context, Arena *a, int64_t wall_us)
{
    return sessions_upkeep_at(context, a, wall_us, datetime_monotonic_us());
}
