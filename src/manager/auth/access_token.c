/* Tokens in auth.db: two resources of the model that no answer shows, found by hashes. A plain hash
 * is enough: who knows it would have to guess 256 bits. */
#include "manager/auth/access_token.h"

#include <sodium.h>

#include "base/datetime.h"
#include "base/hex.h"
#include "manager/auth/api_client.h"
#include "model/model_ids.h"

#define TOKEN_MAX_LEN ((size_t)256) /* longer ones aren't ours, and needn't be hashed */

/* A run of the job removes at most ROUNDS times ROUND rows of each kind: in transactions that other
 * logins wait for, hence short ones. */
#define CLEANING_ROUND ((size_t)500)
#define CLEANING_ROUNDS 100

/* SHA-256 of texts, none of which can be taken for part of its neighbour; in hexadecimal. */
static Str hash_of(Arena *a, const Str texts[], size_t n)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < n; i++) {
        const uint64_t len = texts[i].len;
        (void)crypto_hash_sha256_update(&state, (const unsigned char *)&len, sizeof len);
        (void)crypto_hash_sha256_update(&state, (const unsigned char *)texts[i].ptr, texts[i].len);
    }
    (void)crypto_hash_sha256_final(&state, hash);
    return hex_text(a, hash, sizeof hash);
}

/* --- using --- */

/* Its rights are read anew each time: the token itself holds none. */
static Err *read_in_snapshot(Reader *reader, Arena *a, Str token, int64_t now_us, AccessToken *ret)
{
    const Resource *tokens = model_at(reader_model(reader), RES_AUTH_ACCESS_TOKEN);
    const Field *hash = &tokens->fields[FLD_AUTH_ACCESS_TOKEN_HASH];
    const Row *row = NULL;
    TRY(reader_find_row(reader, a, hash, value_text(hash_of(a, &token, 1)), &row));
    if (row == NULL || row->values[FLD_AUTH_ACCESS_TOKEN_EXPIRES].integer <= now_us) {
        return NULL;
    }
    ApiClient client;
    TRY(api_client_read(reader, a, row->values[FLD_AUTH_ACCESS_TOKEN_CLIENT_ID].text, &client));
    ret->valid = client.found;
    ret->expires_us = row->values[FLD_AUTH_ACCESS_TOKEN_EXPIRES].integer;
    ret->grant = client.grant;
    return NULL;
}

Err *access_token_read(Reader *reader, Arena *a, Str token, int64_t now_us, AccessToken *ret_token)
{
    AccessToken read = {.valid = false};
    int64_t seq = 0;
    if (token.len > TOKEN_MAX_LEN) {
        *ret_token = read;
        return NULL;
    }
    TRY(reader_begin(reader, a, &seq));
    Err *e = read_in_snapshot(reader, a, token, now_us, &read);
    reader_end(reader);
    read.grant.seq = seq;
    if (e == NULL) {
        *ret_token = read;
    }
    return e;
}

/* --- giving --- */

/* Of one client only as many as can be counted for each token. */
static Err *check_room(Tx *tx, const Field *client_id, const AccessTokenIssue *issue)
{
    Arena *a = tx_arena(tx);
    const Value value = value_text(issue->client_id);
    const Filter filter = {
        .field = client_id, .lookup = LOOKUP_EXACT, .values = &value, .n_values = 1};
    const Query of_client = {.resource = client_id->resource, .filters = &filter, .n_filters = 1};
    int64_t n = 0;
    if (tx_n_rows(tx, client_id->resource) >= issue->most) {
        return err(a, ERR_BUSY, "There are too many access tokens.");
    }
    TRY(reader_count(tx_reader(tx), a, &of_client, &n));
    return n >= issue->most_of_client ? err(a, ERR_BUSY, "This client has too many access tokens.")
                                      : NULL;
}

/* Notes the assertion. One that nobody would take any more may be used for another. */
static Err *use_assertion(Tx *tx, AccessTokenIssue *issue)
{
    Arena *a = tx_arena(tx);
    const Resource *used = model_at(tx_model(tx), RES_AUTH_USED_ASSERTION);
    const Field *field = &used->fields[FLD_AUTH_USED_ASSERTION_HASH];
    const Str texts[] = {issue->client_id, issue->jti};
    const Value hash = value_text(hash_of(a, texts, ARRAY_N(texts)));
    const Row *old = NULL;
    TRY(reader_find_row(tx_reader(tx), a, field, hash, &old));
    issue->replayed =
        old != NULL && old->values[FLD_AUTH_USED_ASSERTION_EXPIRES].integer > tx_now_us(tx);
    if (issue->replayed) {
        return err(a, ERR_CONFLICT, "The assertion was used before.");
    }
    Row *row = old != NULL ? row_copy(a, old) : row_new(a, used);
    row->values[FLD_AUTH_USED_ASSERTION_HASH] = hash;
    row->values[FLD_AUTH_USED_ASSERTION_CLIENT_ID] = value_text(issue->client_id);
    row->values[FLD_AUTH_USED_ASSERTION_EXPIRES] = value_integer(issue->assertion_expires_us);
    if (old != NULL) {
        return tx_update(tx, old, row);
    }
    TRY(check_room(tx, &used->fields[FLD_AUTH_USED_ASSERTION_CLIENT_ID], issue));
    return tx_insert(tx, row);
}

Err *access_token_issue(Tx *tx, AccessTokenIssue *issue)
{
    Arena *a = tx_arena(tx);
    const Resource *tokens = model_at(tx_model(tx), RES_AUTH_ACCESS_TOKEN);
    TRY(use_assertion(tx, issue));
    TRY(check_room(tx, &tokens->fields[FLD_AUTH_ACCESS_TOKEN_CLIENT_ID], issue));
    Row *row = row_new(a, tokens);
    row->values[FLD_AUTH_ACCESS_TOKEN_HASH] = value_text(hash_of(a, &issue->token, 1));
    row->values[FLD_AUTH_ACCESS_TOKEN_CLIENT_ID] = value_text(issue->client_id);
    row->values[FLD_AUTH_ACCESS_TOKEN_EXPIRES] = value_integer(issue->expires_us);
    return tx_insert(tx, row);
}

/* --- forgetting --- */

/* A key may stand for something new since it was found: an assertion that is used again. */
static CHECKED Err *remove_row(Tx *tx, const AccessTokenExpired *expired, Value key)
{
    const Resource *resource = expired->field->resource;
    const Row *row = NULL;
    bool found = false;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), resource, key, &row));
    const bool is_expired =
        row != NULL && row->values[expired->field->index].integer <= expired->now_us;
    return is_expired ? tx_delete(tx, resource, key, &found) : NULL;
}

Err *access_token_remove_expired(Tx *tx, const AccessTokenExpired *expired)
{
    for (size_t i = 0; i < expired->n; i++) {
        TRY(remove_row(tx, expired, expired->keys[i]));
    }
    return NULL;
}

static Err *remove_expired(Tx *tx, WriteRequest *request)
{
    return access_token_remove_expired(tx, request->context);
}

static Err *find_expired(Reader *reader, Arena *a, const Field *expires, int64_t now_us,
                         AccessTokenExpired *ret)
{
    const Value now = value_integer(now_us);
    const Filter filter = {.field = expires, .lookup = LOOKUP_LTE, .values = &now, .n_values = 1};
    const Query query = {.resource = expires->resource,
                         .filters = &filter,
                         .n_filters = 1,
                         .limit = (int64_t)CLEANING_ROUND};
    Value *keys = NULL;
    int64_t seq = 0;
    TRY(reader_begin(reader, a, &seq));
    Err *e = reader_select_keys(reader, a, &query, &keys, &ret->n);
    reader_end(reader);
    ret->field = expires;
    ret->keys = keys;
    ret->now_us = now_us;
    return e;
}

static Err *clean(const AccessTokenCleaning *cleaning, Arena *a, const Field *expires,
                  int64_t now_us)
{
    AccessTokenExpired expired = {.n = CLEANING_ROUND};
    for (int i = 0; i < CLEANING_ROUNDS && expired.n == CLEANING_ROUND; i++) {
        TRY(find_expired(cleaning->reader, a, expires, now_us, &expired));
        if (expired.n > 0) {
            TRY(store_write_as_system(cleaning->store, STORE_AUTH, a, remove_expired, &expired,
                                      expired.n));
        }
    }
    return NULL;
}

Err *access_token_clean(void *context, Arena *a, int64_t now_us)
{
    AccessTokenCleaning *cleaning = context;
    const Model *model = store_model(cleaning->store);
    const Resource *tokens = model_at(model, RES_AUTH_ACCESS_TOKEN);
    const Resource *used = model_at(model, RES_AUTH_USED_ASSERTION);
    if (!steady_clock_look(&cleaning->clock, now_us, datetime_monotonic_us(),
                           cleaning->steady_us)) {
        return NULL;
    }
    TRY(clean(cleaning, a, &tokens->fields[FLD_AUTH_ACCESS_TOKEN_EXPIRES], now_us));
    return clean(cleaning, a, &used->fields[FLD_AUTH_USED_ASSERTION_EXPIRES], now_us);
}
