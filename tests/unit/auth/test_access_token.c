/* Tokens in auth.db: given once for an assertion, good till they end, then removed. */
#include "test.h"

#include "base/datetime.h"
#include "manager/auth/access_token.h"
#include "manager/auth/random_token.h"
#include "model/model_ids.h"
#include "store/script.h"

#define SECOND DATETIME_SECOND_US

typedef struct Fixture {
    Script *script;
    Reader *reader;
} Fixture;

static Fixture fixture_new(void)
{
    Fixture f = {.script = script_new()};
    script_do(f.script, "create oauth2_client 1 client_name=one client_id=c1 role=1; "
                        "create oauth2_client 2 client_name=two client_id=c2 role=2");
    assert_null(reader_new(f.script->arena, f.script->store, &f.reader));
    return f;
}

static void fixture_free(Fixture *f)
{
    f->reader = reader_free(f->reader);
    f->script = script_free(f->script);
}

static Err *run_issue(Tx *tx, WriteRequest *request)
{
    return access_token_issue(tx, request->context);
}

static const Err *issue(Fixture *f, AccessTokenIssue *issue)
{
    WriteRequest request = {
        .run = run_issue, .context = issue, .user = "tester", .name = "", .n_objects = 2};
    int64_t seq = 0;
    if (issue->token.len == 0) {
        issue->token = random_token_make(f->script->arena);
    }
    if (issue->most == 0) {
        issue->most = ACCESS_TOKENS_MAX;
    }
    if (issue->most_of_client == 0) {
        issue->most_of_client = ACCESS_TOKENS_OF_CLIENT_MAX;
    }
    return store_write_wait(f->script->store, STORE_AUTH, f->script->arena, &request, &seq);
}

static AccessToken read_token(Fixture *f, Str token, int64_t now_us)
{
    AccessToken read = {.valid = false};
    assert_null(access_token_read(f->reader, f->script->arena, token, now_us, &read));
    return read;
}

static int64_t n_rows(Fixture *f, uint16_t resource)
{
    return script_count_of(f->script, model_at(f->script->model, resource));
}

#define ISSUE(client, id, ends_us)                                                                 \
    {                                                                                              \
        .client_id = STR(client), .jti = STR(id), .expires_us = (ends_us),                         \
        .assertion_expires_us = (ends_us)                                                          \
    }

static void test_use(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    AccessTokenIssue one = ISSUE("c1", "1", now_us + 60 * SECOND);
    AccessTokenIssue two = ISSUE("c2", "1", now_us + 60 * SECOND);
    assert_null(issue(&f, &one));
    assert_null(issue(&f, &two));
    assert_false(str_equal(one.token, two.token));
    assert_int_equal(one.token.len, 43);
    const AccessToken read = read_token(&f, one.token, now_us);
    assert_true(read.valid);
    assert_true(str_equal(read.grant.principal.name, STR("oauth2:one")));
    assert_true(permission_set_has(read.grant.principal.permissions, f.script->model->is_admin));
    assert_int_equal(read.expires_us, now_us + 60 * SECOND);
    assert_false(permission_set_has(read_token(&f, two.token, now_us).grant.principal.permissions,
                                    f.script->model->is_admin));
    assert_true(read_token(&f, one.token, now_us + 59 * SECOND).valid);
    assert_false(read_token(&f, one.token, now_us + 60 * SECOND).valid);
    assert_false(read_token(&f, STR(""), now_us).valid);
    assert_false(read_token(&f, STR("x"), now_us).valid);
    fixture_free(&f);
}

/* What the rights follow from is noted, so that nobody remembers them when it changes. */
static void test_what_ends_it(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "update oauth2_client 1 client_name=other", "update role 1 name=x",
        "update authentication 1 api_oauth2_expiration=61", "delete oauth2_client 1"};
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    AccessTokenIssue one = ISSUE("c1", "1", now_us + 60 * SECOND);
    assert_null(issue(&f, &one));
    for (size_t i = 0; i < ARRAY_N(scripts); i++) {
        const AccessToken read = read_token(&f, one.token, now_us);
        const Grant *grant = &read.grant;
        assert_true(read.valid);
        assert_true(store_unchanged_since(f.script->store, grant->rows, grant->n_rows, grant->seq));
        script_do(f.script, "update oauth2_client 2 client_name=third");
        assert_true(store_unchanged_since(f.script->store, grant->rows, grant->n_rows, grant->seq));
        script_do(f.script, scripts[i]);
        assert_false(
            store_unchanged_since(f.script->store, grant->rows, grant->n_rows, grant->seq));
    }
    assert_false(read_token(&f, one.token, now_us).valid);
    fixture_free(&f);
}

static void test_assertions_are_used_once(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    AccessTokenIssue first = ISSUE("c1", "1", now_us + 600 * SECOND);
    AccessTokenIssue again = ISSUE("c1", "1", now_us + 900 * SECOND);
    AccessTokenIssue other = ISSUE("c2", "1", now_us + 600 * SECOND);
    AccessTokenIssue joined = ISSUE("c", "11", now_us + 600 * SECOND);
    AccessTokenIssue past = ISSUE("c1", "2", now_us - 1);
    AccessTokenIssue reused = ISSUE("c1", "2", now_us + 600 * SECOND);
    AccessTokenIssue reused_again = ISSUE("c1", "2", now_us + 600 * SECOND);
    assert_null(issue(&f, &first));
    assert_int_equal(issue(&f, &again)->kind, ERR_CONFLICT);
    assert_true(again.replayed && !first.replayed);
    assert_false(read_token(&f, again.token, now_us).valid);
    assert_null(issue(&f, &other));
    assert_null(issue(&f, &joined));
    f.reader = reader_free(f.reader);
    script_reopen(f.script);
    assert_null(reader_new(f.script->arena, f.script->store, &f.reader));
    assert_non_null(issue(&f, &again));
    assert_true(again.replayed);
    assert_true(read_token(&f, first.token, now_us).valid);
    /* what nobody would take any more may come again, once */
    assert_null(issue(&f, &past));
    assert_null(issue(&f, &reused));
    assert_non_null(issue(&f, &reused_again));
    assert_int_equal(n_rows(&f, RES_AUTH_USED_ASSERTION), 4);
    fixture_free(&f);
}

static void test_limit(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    AccessTokenIssue one = ISSUE("c1", "1", now_us + SECOND);
    AccessTokenIssue two = ISSUE("c1", "2", now_us + SECOND);
    one.most = 1;
    two.most = 1;
    assert_null(issue(&f, &one));
    assert_int_equal(issue(&f, &two)->kind, ERR_BUSY);
    assert_false(two.replayed);
    assert_int_equal(n_rows(&f, RES_AUTH_ACCESS_TOKEN), 1);
    fixture_free(&f);
}

/* Seen: one client could fill the tables for all. */
static void test_limit_of_a_client(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    AccessTokenIssue one = ISSUE("c1", "1", now_us + SECOND);
    AccessTokenIssue two = ISSUE("c1", "2", now_us + SECOND);
    AccessTokenIssue other = ISSUE("c2", "1", now_us + SECOND);
    one.most_of_client = two.most_of_client = other.most_of_client = 1;
    assert_null(issue(&f, &one));
    const Err *e = issue(&f, &two);
    assert_int_equal(e->kind, ERR_BUSY);
    assert_string_equal(e->text, "This client has too many access tokens.");
    assert_null(issue(&f, &other));
    assert_int_equal(n_rows(&f, RES_AUTH_USED_ASSERTION), 2);
    AccessTokenCleaning cleaning = {.store = f.script->store, .reader = f.reader};
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us + SECOND));
    assert_null(issue(&f, &two));
    fixture_free(&f);
}

static Err *run_remove(Tx *tx, WriteRequest *request)
{
    return access_token_remove_expired(tx, request->context);
}

/* Seen: an assertion that was used again between the look and the removal was forgotten, and could
 * be used once more. */
static void test_what_was_renewed_stays(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    AccessTokenIssue first = ISSUE("c1", "1", now_us - 1);
    AccessTokenIssue renewed = ISSUE("c1", "1", now_us + 600 * SECOND);
    AccessTokenIssue again = ISSUE("c1", "1", now_us + 600 * SECOND);
    const Resource *used = model_at(f.script->model, RES_AUTH_USED_ASSERTION);
    const Value keys[] = {value_integer(1), value_integer(7)};
    AccessTokenExpired expired = {&used->fields[FLD_AUTH_USED_ASSERTION_EXPIRES], keys,
                                  ARRAY_N(keys), now_us};
    WriteRequest request = {
        .run = run_remove, .context = &expired, .user = "tester", .name = "", .n_objects = 2};
    int64_t seq = 0;
    assert_null(issue(&f, &first));
    assert_null(issue(&f, &renewed));
    assert_null(store_write_wait(f.script->store, STORE_AUTH, f.script->arena, &request, &seq));
    assert_int_equal(issue(&f, &again)->kind, ERR_CONFLICT);
    expired.now_us = now_us + 600 * SECOND;
    assert_null(store_write_wait(f.script->store, STORE_AUTH, f.script->arena, &request, &seq));
    assert_int_equal(n_rows(&f, RES_AUTH_USED_ASSERTION), 0);
    fixture_free(&f);
}

enum { MANY = 1203 }; /* more than two rounds */

static void test_cleaning(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    AccessTokenCleaning cleaning = {.store = f.script->store, .reader = f.reader};
    for (int i = 0; i < MANY; i++) {
        AccessTokenIssue one = {.client_id = STR("c1"),
                                .jti = str_format(f.script->arena, "%d", i),
                                .expires_us = now_us + SECOND,
                                .assertion_expires_us = now_us + 2 * SECOND};
        assert_null(issue(&f, &one));
    }
    AccessTokenIssue longer = ISSUE("c1", "longer", now_us + 60 * SECOND);
    assert_null(issue(&f, &longer));
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us));
    assert_int_equal(n_rows(&f, RES_AUTH_ACCESS_TOKEN), MANY + 1);
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us + SECOND));
    assert_int_equal(n_rows(&f, RES_AUTH_ACCESS_TOKEN), 1);
    assert_int_equal(n_rows(&f, RES_AUTH_USED_ASSERTION), MANY + 1);
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us + 2 * SECOND));
    assert_int_equal(n_rows(&f, RES_AUTH_USED_ASSERTION), 1);
    assert_true(read_token(&f, longer.token, now_us).valid);
    fixture_free(&f);
}

/* A clock that was set to another year for a while makes no assertion be forgotten. */
static void test_clock_jump(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const int64_t now_us = datetime_now_us();
    const int64_t year_us = 365 * DATETIME_DAY_US;
    AccessTokenCleaning cleaning = {
        .store = f.script->store, .reader = f.reader, .steady_us = ACCESS_TOKEN_STEADY_US};
    AccessTokenIssue one = ISSUE("c1", "1", now_us + 600 * SECOND);
    AccessTokenIssue again = ISSUE("c1", "1", now_us + 600 * SECOND);
    assert_null(issue(&f, &one));
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us));
    cleaning.clock.steady_us -= ACCESS_TOKEN_STEADY_US; /* half an hour later */
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us + year_us));
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us));
    assert_true(read_token(&f, one.token, now_us).valid);
    assert_int_equal(issue(&f, &again)->kind, ERR_CONFLICT);
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us + year_us));
    cleaning.clock.steady_us -= ACCESS_TOKEN_STEADY_US; /* it still is that year */
    assert_null(access_token_clean(&cleaning, f.script->arena, now_us + year_us));
    assert_int_equal(n_rows(&f, RES_AUTH_ACCESS_TOKEN), 0);
    assert_int_equal(n_rows(&f, RES_AUTH_USED_ASSERTION), 0);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_use),
        cmocka_unit_test(test_what_ends_it),
        cmocka_unit_test(test_assertions_are_used_once),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_limit_of_a_client),
        cmocka_unit_test(test_what_was_renewed_stays),
        cmocka_unit_test(test_cleaning),
        cmocka_unit_test(test_clock_jump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
