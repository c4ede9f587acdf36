/* Sessions: found while they last, over with their account, kept over a restart. */
#include "test.h"

#include <string.h>

#include "base/datetime.h"
#include "manager/auth/directory.h"
#include "manager/auth/directory_name.h"
#include "manager/auth/random_token.h"
#include "manager/auth/session_store.h"
#include "model/model_ids.h"
#include "store/script.h"

#define SECOND DATETIME_SECOND_US
#define MINUTE (60 * SECOND)
#define DAY DATETIME_DAY_US

/* The clocks of these tests. */
#define START (INT64_C(5000) * SECOND)
#define WALL (INT64_C(20000) * DAY)

typedef struct Fixture {
    Script *script;
    Reader *reader;
    Sessions *sessions;
    SessionsUpkeep upkeep;
    int64_t most, most_of_user;
} Fixture;

static void fixture_open(Fixture *f)
{
    assert_null(reader_new(f->script->arena, f->script->store, &f->reader));
    f->sessions = sessions_new(f->script->store);
    f->upkeep =
        (SessionsUpkeep){.sessions = f->sessions, .store = f->script->store, .reader = f->reader};
}

static Fixture fixture_new(void)
{
    Fixture f = {
        .script = script_new(), .most = SESSIONS_MAX, .most_of_user = SESSIONS_OF_USER_MAX};
    script_do(f.script, "create administrator 5 name=one password=p1 enabled=1; "
                        "create administrator 6 name=two password=p2 enabled=1");
    script_do(f.script, "link administrator.roles 5 1");
    fixture_open(&f);
    return f;
}

static void fixture_close(Fixture *f)
{
    f->sessions = sessions_free(f->sessions);
    f->reader = reader_free(f->reader);
}

static void fixture_free(Fixture *f)
{
    fixture_close(f);
    f->script = script_free(f->script);
}

/* Another process, whose clocks show this. */
static void fixture_restart(Fixture *f, int64_t wall_us, int64_t now_us)
{
    fixture_close(f);
    script_reopen(f->script);
    fixture_open(f);
    assert_null(sessions_load(f->sessions, f->reader, f->script->arena, wall_us, now_us));
}

static Err *run_write(Tx *tx, WriteRequest *request)
{
    return session_write(tx, request->context);
}

static void write_begun(Fixture *f, SessionBegin *begin)
{
    WriteRequest request = {
        .run = run_write, .context = begin, .user = "tester", .name = "", .n_objects = 1};
    int64_t seq = 0;
    assert_null(store_write_wait(f->script->store, STORE_AUTH, f->script->arena, &request, &seq));
    session_written(f->sessions, begin);
}

/* Signs in; the id of the session. */
static Str sign_in(Fixture *f, int64_t account, const char *stamp, Str replaced, int64_t now_us)
{
    SessionBegin *begin = ARENA_NEW(f->script->arena, SessionBegin);
    bool valid = false;
    *begin = (SessionBegin){.id = random_token_make(f->script->arena),
                            .replaced = replaced,
                            .wall_us = WALL + now_us - START,
                            .most = f->most,
                            .most_of_user = f->most_of_user};
    const LoginProof proof = {.account = value_integer(account), .stamp = str_from(stamp)};
    assert_null(session_begin(begin, f->reader, f->script->arena, &proof, now_us, &valid));
    assert_true(valid);
    write_begun(f, begin);
    return begin->id;
}

static Str sign_in_one(Fixture *f, int64_t now_us)
{
    return sign_in(f, 5, "0 0 p1", STR_NONE, now_us);
}

static bool is_good(Fixture *f, Str id, int64_t now_us, SessionView *ret_view)
{
    Arena *a = f->script->arena;
    SessionAnswer answer = sessions_recall(f->sessions, a, id, now_us, ret_view);
    if (answer == SESSION_LOOK_UP) {
        assert_null(sessions_verify(f->sessions, f->reader, a, id, now_us, &answer, ret_view));
    }
    return answer == SESSION_GOOD;
}

static bool is_good_at(Fixture *f, Str id, int64_t now_us)
{
    SessionView view;
    return is_good(f, id, now_us, &view);
}

static SessionAnswer recall(Fixture *f, Str id, int64_t now_us)
{
    SessionView view;
    return sessions_recall(f->sessions, f->script->arena, id, now_us, &view);
}

static int64_t n_rows(Fixture *f)
{
    return script_count_of(f->script, model_at(f->script->model, RES_AUTH_SESSION));
}

static void upkeep(Fixture *f, int64_t wall_us, int64_t now_us)
{
    assert_null(sessions_upkeep_at(&f->upkeep, f->script->arena, wall_us, now_us));
}

static void test_use(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    SessionView view;
    const Str id = sign_in_one(&f, START);
    const Str other = sign_in(&f, 6, "0 0 p2", STR_NONE, START);
    assert_int_equal(id.len, RANDOM_TOKEN_LEN);
    /* Without a look into the store. */
    assert_int_equal(recall(&f, id, START), SESSION_GOOD);
    assert_true(is_good(&f, id, START + SECOND, &view));
    assert_true(str_equal(view.principal.name, STR("one")));
    assert_true(permission_set_has(view.principal.permissions, f.script->model->use_api));
    assert_int_equal(view.idle_us, 30 * MINUTE);
    assert_int_equal(view.left_us, SESSION_LIFE_US - SECOND);
    assert_true(is_good(&f, other, START, &view));
    assert_true(str_equal(view.principal.name, STR("two")));
    assert_int_equal(view.principal.permissions, 0);
    const Str bad[] = {STR_NONE, STR(""), STR("x"), str_slice(id, 0, 42),
                       random_token_make(f.script->arena)};
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        assert_int_equal(recall(&f, bad[i], START), SESSION_NONE);
        assert_false(is_good_at(&f, bad[i], START));
    }
    assert_int_equal(n_rows(&f), 2);
    fixture_free(&f);
}

static void test_times(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    int64_t now_us = START;
    const Str id = sign_in_one(&f, now_us);
    assert_true(is_good_at(&f, id, now_us += 30 * MINUTE - 1));
    assert_true(is_good_at(&f, id, now_us += 30 * MINUTE - 1)); /* used meanwhile */
    assert_false(is_good_at(&f, id, now_us + 30 * MINUTE));
    assert_false(is_good_at(&f, id, now_us)); /* for good */
    /* Other settings count at once. */
    const Str second = sign_in_one(&f, now_us);
    script_do(f.script, "update global 1 management_session_timeout=5");
    assert_true(is_good_at(&f, second, now_us += 5 * MINUTE - 1));
    assert_false(is_good_at(&f, second, now_us + 5 * MINUTE));
    /* None at all, but for the limit of all. */
    script_do(f.script, "update global 1 session_timeout_enabled=0");
    const Str third = sign_in_one(&f, now_us);
    assert_true(is_good_at(&f, third, now_us + SESSION_LIFE_US - 1));
    assert_false(is_good_at(&f, third, now_us + SESSION_LIFE_US));
    fixture_free(&f);
}

static void test_rights_follow(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    SessionView view;
    const Str id = sign_in_one(&f, START);
    script_do(f.script, "link administrator.roles 5 2");
    assert_int_equal(recall(&f, id, START), SESSION_LOOK_UP);
    assert_true(is_good(&f, id, START, &view));
    const PermissionSet of_reader = view.principal.permissions;
    assert_int_equal(recall(&f, id, START), SESSION_GOOD);
    script_do(f.script, "link administrator.roles 5 1");
    assert_true(is_good(&f, id, START, &view));
    assert_true(view.principal.permissions != of_reader);
    script_do(f.script, "link role.permissions 1 1");
    assert_true(is_good(&f, id, START, &view));
    assert_true(view.principal.permissions != of_reader);
    script_do(f.script, "update administrator 5 name=renamed");
    assert_true(is_good(&f, id, START, &view));
    assert_true(str_equal(view.principal.name, STR("renamed")));
    fixture_free(&f);
}

static void test_what_ends_it(void **state)
{
    (void)state;
    static const char *const ends[] = {
        "update administrator 5 enabled=0",
        "update administrator 5 password=p3",
        "delete administrator 5",
    };
    for (size_t i = 0; i < ARRAY_N(ends); i++) {
        Fixture f = fixture_new();
        const Str id = sign_in_one(&f, START);
        const Str other = sign_in(&f, 6, "0 0 p2", STR_NONE, START);
        script_do(f.script, ends[i]);
        assert_false(is_good_at(&f, id, START));
        assert_true(is_good_at(&f, other, START));
        if (i == 0) { /* for good */
            script_do(f.script, "update administrator 5 enabled=1");
            assert_false(is_good_at(&f, id, START));
        }
        upkeep(&f, WALL, START);
        assert_int_equal(n_rows(&f), 1);
        fixture_free(&f);
    }
}

static void test_a_changed_account_begins_none(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    SessionBegin begin = {.id = random_token_make(f.script->arena)};
    bool valid = true;
    const LoginProof proofs[] = {{.account = value_integer(5), .stamp = STR("0 0 another")},
                                 {.account = value_integer(99), .stamp = STR("0 0 p1")},
                                 {.account = VALUE_NONE, .user = STR("somebody")}};
    for (size_t i = 0; i < ARRAY_N(proofs); i++) {
        assert_null(session_begin(&begin, f.reader, f.script->arena, &proofs[i], START, &valid));
        assert_false(valid);
    }
    fixture_free(&f);
}

static Err *run_remove(Tx *tx, WriteRequest *request)
{
    const int64_t *key = request->context;
    return session_remove(tx, *key);
}

static void test_signing_out(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    int64_t key = 0;
    int64_t seq = 0;
    const Str id = sign_in_one(&f, START);
    assert_true(sessions_end(f.sessions, id, &key));
    assert_false(is_good_at(&f, id, START));
    assert_false(sessions_end(f.sessions, id, &key));
    assert_int_equal(n_rows(&f), 1);
    WriteRequest request = {
        .run = run_remove, .context = &key, .user = "tester", .name = "", .n_objects = 1};
    assert_null(store_write_wait(f.script->store, STORE_AUTH, f.script->arena, &request, &seq));
    assert_int_equal(n_rows(&f), 0);
    /* Another whose row couldn't be removed: the job does. */
    const Str second = sign_in_one(&f, START);
    assert_true(sessions_end(f.sessions, second, &key));
    upkeep(&f, WALL, START);
    assert_int_equal(n_rows(&f), 0);
    fixture_free(&f);
}

static void test_one_takes_the_place_of_another(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const Str first = sign_in_one(&f, START);
    const Str kept = sign_in_one(&f, START);
    const Str second = sign_in(&f, 6, "0 0 p2", first, START);
    assert_false(is_good_at(&f, first, START));
    assert_true(is_good_at(&f, kept, START) && is_good_at(&f, second, START));
    assert_true(is_good_at(&f, sign_in(&f, 6, "0 0 p2", STR("unknown"), START), START));
    assert_int_equal(n_rows(&f), 3);
    fixture_free(&f);
}

static void test_limits(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    Str ids[4];
    f.most_of_user = 3;
    const Str other = sign_in(&f, 6, "0 0 p2", STR_NONE, START);
    for (size_t i = 0; i < ARRAY_N(ids); i++) {
        ids[i] = sign_in_one(&f, START);
    }
    assert_false(is_good_at(&f, ids[0], START));
    for (size_t i = 1; i < ARRAY_N(ids); i++) {
        assert_true(is_good_at(&f, ids[i], START));
    }
    assert_true(is_good_at(&f, other, START));
    f.most = 4;
    assert_true(is_good_at(&f, sign_in(&f, 6, "0 0 p2", STR_NONE, START), START));
    assert_false(is_good_at(&f, other, START)); /* the oldest of all */
    assert_int_equal(n_rows(&f), 4);
    /* A limit that was lowered is reached step by step. */
    f.most = SESSIONS_MAX;
    f.most_of_user = 1;
    for (int i = 0; i < 3; i++) {
        ids[0] = sign_in_one(&f, START);
    }
    assert_true(is_good_at(&f, ids[0], START));
    assert_int_equal(n_rows(&f), 2);
    fixture_free(&f);
}

/* Both clocks after so long, in another process. */
static void restart_after(Fixture *f, int64_t us)
{
    fixture_restart(f, WALL + us, 7 * SECOND);
}

static void test_restart(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    SessionView view;
    const Str id = sign_in_one(&f, START);
    upkeep(&f, WALL, START);
    assert_true(is_good_at(&f, id, START + 20 * MINUTE));
    upkeep(&f, WALL + 20 * MINUTE, START + 20 * MINUTE);
    restart_after(&f, 49 * MINUTE);
    assert_int_equal(recall(&f, id, 7 * SECOND), SESSION_LOOK_UP);
    assert_true(is_good(&f, id, 7 * SECOND, &view));
    assert_int_equal(view.left_us, SESSION_LIFE_US - 49 * MINUTE);
    /* That use wasn't written, so this one has been idle for 30 minutes. */
    restart_after(&f, 50 * MINUTE);
    assert_false(is_good_at(&f, id, 7 * SECOND));
    upkeep(&f, WALL + 50 * MINUTE, 7 * SECOND);
    assert_int_equal(n_rows(&f), 0);
    fixture_free(&f);
}

static void test_changes_while_it_was_down(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    const Str id = sign_in_one(&f, START);
    script_do(f.script, "update administrator 5 password=p3");
    restart_after(&f, 0);
    assert_false(is_good_at(&f, id, 7 * SECOND));
    fixture_free(&f);
}

static void test_clock_jumps(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    SessionView view;
    const Str id = sign_in_one(&f, START);
    upkeep(&f, WALL, START);
    /* Forwards by a year while it runs: nothing happens, now or at the next start. */
    upkeep(&f, WALL + 365 * DAY, START + MINUTE);
    assert_true(is_good_at(&f, id, START + MINUTE));
    upkeep(&f, WALL + 365 * DAY + MINUTE, START + 2 * MINUTE);
    restart_after(&f, 365 * DAY + 2 * MINUTE);
    assert_true(is_good(&f, id, 7 * SECOND, &view));
    assert_int_equal(view.left_us, SESSION_LIFE_US - 3 * MINUTE);
    /* Backwards between two starts: that time isn't counted, no more. */
    upkeep(&f, WALL + 365 * DAY, 7 * SECOND);
    restart_after(&f, 0);
    assert_true(is_good(&f, id, 7 * SECOND, &view));
    assert_int_equal(view.left_us, SESSION_LIFE_US - 3 * MINUTE);
    fixture_free(&f);
}

static void test_limit_of_all_over_restarts(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    script_do(f.script, "update global 1 session_timeout_enabled=0");
    const Str id = sign_in_one(&f, START);
    restart_after(&f, SESSION_LIFE_US - MINUTE);
    assert_true(is_good_at(&f, id, 7 * SECOND));
    restart_after(&f, SESSION_LIFE_US);
    assert_int_equal(recall(&f, id, 7 * SECOND), SESSION_NONE);
    upkeep(&f, WALL, 7 * SECOND);
    assert_int_equal(n_rows(&f), 0);
    fixture_free(&f);
}

enum { MANY = 1203 }; /* more than two rounds */

static void test_upkeep(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    f.most_of_user = MANY;
    Str id = STR_NONE;
    for (int i = 0; i < MANY; i++) {
        id = sign_in_one(&f, START);
    }
    upkeep(&f, WALL, START);
    const int64_t written = store_seq(f.script->store, STORE_AUTH);
    upkeep(&f, WALL + MINUTE, START + MINUTE); /* none was used: nothing to write */
    assert_int_equal(store_seq(f.script->store, STORE_AUTH), written);
    assert_true(is_good_at(&f, id, START + MINUTE));
    upkeep(&f, WALL + MINUTE, START + MINUTE);
    assert_int_equal(store_seq(f.script->store, STORE_AUTH), written + 1);
    upkeep(&f, WALL + 30 * MINUTE, START + 30 * MINUTE);
    assert_int_equal(n_rows(&f), 1);
    assert_true(is_good_at(&f, id, START + 30 * MINUTE));
    script_do(f.script, "update administrator 5 enabled=0");
    upkeep(&f, WALL + 30 * MINUTE, START + 30 * MINUTE);
    assert_int_equal(n_rows(&f), 0);
    fixture_free(&f);
}

static void test_somebody_of_the_directory(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    Str groups[] = {STR("none of ours"), STR_NONE};
    assert_true(directory_name_read(f.script->arena, STR("cn=b,dc=x"), &groups[1]));
    const LoginProof proof = {.account = VALUE_NONE,
                              .stamp = STR("directory 0"),
                              .user = STR("dora"),
                              .groups = groups,
                              .n_groups = ARRAY_N(groups)};
    SessionView view;
    bool valid = false;
    script_do(f.script, "update authentication 1 source=LDAP+LOCAL");
    script_do(f.script, "update global 1 session_timeout_enabled=0");
    SessionBegin begin = {.id = random_token_make(f.script->arena),
                          .wall_us = WALL,
                          .most = SESSIONS_MAX,
                          .most_of_user = 1};
    assert_null(session_begin(&begin, f.reader, f.script->arena, &proof, START, &valid));
    assert_true(valid);
    write_begun(&f, &begin);
    assert_true(is_good(&f, begin.id, START, &view));
    assert_true(str_equal(view.principal.name, STR("ldap:dora")));
    assert_int_equal(view.principal.permissions, 0);
    assert_int_equal(view.left_us, SESSION_DIRECTORY_LIFE_US);
    /* Rights follow at once, also for who came before a restart. */
    script_do(f.script, "create ldap_role 1 name=m ldap_group_dn=cn=b,dc=x");
    script_do(f.script, "link ldap_role.roles 1 1");
    assert_true(is_good(&f, begin.id, START, &view));
    assert_true(permission_set_has(view.principal.permissions, f.script->model->use_api));
    restart_after(&f, MINUTE);
    assert_true(is_good(&f, begin.id, 7 * SECOND, &view));
    assert_true(permission_set_has(view.principal.permissions, f.script->model->use_api));
    assert_int_equal(view.left_us, SESSION_DIRECTORY_LIFE_US - MINUTE);
    /* Another of the same name takes its place. */
    const Str first = begin.id;
    begin.id = random_token_make(f.script->arena);
    assert_null(session_begin(&begin, f.reader, f.script->arena, &proof, 7 * SECOND, &valid));
    write_begun(&f, &begin);
    assert_false(is_good_at(&f, first, 7 * SECOND));
    assert_true(is_good_at(&f, begin.id, 7 * SECOND));
    assert_false(is_good_at(&f, begin.id, 7 * SECOND + SESSION_DIRECTORY_LIFE_US));
    fixture_free(&f);
}

/* Seen: up to 4 MiB of names in each session, so that the job could not look at all of them. */
static void test_many_groups_take_little(void **state)
{
    (void)state;
    Fixture f = fixture_new();
    Arena *a = f.script->arena;
    Str groups[DIRECTORY_GROUPS_MAX];
    char long_name[2000];
    memset(long_name, 'x', sizeof long_name);
    for (size_t i = 0; i < ARRAY_N(groups); i++) {
        const Str name = str_format(a, "cn=%zu,ou=%.*s,dc=x", i, (int)sizeof long_name, long_name);
        assert_true(directory_name_read(a, name, &groups[i]));
    }
    const LoginProof proof = {.account = VALUE_NONE,
                              .stamp = STR("directory 0"),
                              .user = STR("dora"),
                              .groups = groups,
                              .n_groups = ARRAY_N(groups)};
    SessionBegin begin = {.id = random_token_make(a), .most = 9, .most_of_user = 9};
    SessionView view;
    bool valid = false;
    script_do(f.script, "update authentication 1 source=LDAP");
    script_do(f.script, "create ldap_role 1 name=m ldap_group_dn=x");
    assert_null(session_begin(&begin, f.reader, a, &proof, START, &valid));
    assert_true(valid && begin.made.owner.groups.len < 20000);
    write_begun(&f, &begin);
    assert_true(is_good(&f, begin.id, START, &view));
    fixture_free(&f);
}

/* What the counts of account_stamp.h are for. */
static void test_counts_that_end_sessions(void **state)
{
    static const char *const ends[] = {"update administrator 5 sessions_ended=1",
                                       "update authentication 1 sessions_ended_local=1"};
    (void)state;
    for (size_t i = 0; i < ARRAY_N(ends); i++) {
        Fixture f = fixture_new();
        const Str id = sign_in_one(&f, START);
        script_do(f.script, "update authentication 1 sessions_ended_directory=1");
        assert_true(is_good_at(&f, id, START));
        script_do(f.script, ends[i]);
        assert_false(is_good_at(&f, id, START));
        fixture_free(&f);
    }
}

static void test_what_ends_somebody_of_the_directory(void **state)
{
    (void)state;
    static const char *const ends[] = {
        "update authentication 1 source=LOCAL",
        "update authentication 1 sessions_ended_directory=1",
        "create administrator 7 name=dora password=p enabled=1",
        "create administrator 7 name=DORA password=p enabled=1",
    };
    for (size_t i = 0; i < ARRAY_N(ends); i++) {
        Fixture f = fixture_new();
        const LoginProof proof = {
            .account = VALUE_NONE, .stamp = STR("directory 0"), .user = STR("dora")};
        bool valid = false;
        script_do(f.script, "update authentication 1 source=LDAP+LOCAL");
        const Str local = sign_in_one(&f, START);
        SessionBegin begin = {
            .id = random_token_make(f.script->arena), .most = 9, .most_of_user = 9};
        assert_null(session_begin(&begin, f.reader, f.script->arena, &proof, START, &valid));
        write_begun(&f, &begin);
        assert_true(is_good_at(&f, begin.id, START));
        script_do(f.script, ends[i]);
        assert_false(is_good_at(&f, begin.id, START));
        assert_true(is_good_at(&f, local, START));
        script_do(f.script, "update authentication 1 source=LDAP");
        assert_false(is_good_at(&f, local, START));
        fixture_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_use),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_rights_follow),
        cmocka_unit_test(test_what_ends_it),
        cmocka_unit_test(test_a_changed_account_begins_none),
        cmocka_unit_test(test_signing_out),
        cmocka_unit_test(test_one_takes_the_place_of_another),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_changes_while_it_was_down),
        cmocka_unit_test(test_clock_jumps),
        cmocka_unit_test(test_limit_of_all_over_restarts),
        cmocka_unit_test(test_upkeep),
        cmocka_unit_test(test_somebody_of_the_directory),
        cmocka_unit_test(test_many_groups_take_little),
        cmocka_unit_test(test_counts_that_end_sessions),
        cmocka_unit_test(test_what_ends_somebody_of_the_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
