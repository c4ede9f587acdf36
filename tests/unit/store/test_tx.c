/* What requests do to rows, and what the log then says. */
#include "script.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "test.h"

typedef struct Case {
    const char *before; /* requests that must succeed, separated by | */
    const char *request;
    const char *error;
    const char *log; /* of the request; NULL: not looked at */
} Case;

static void run_case(Script *s, const Case *c)
{
    Str rest = str_from(c->before);
    while (rest.len > 0) {
        script_do(s, str_to_cstr(s->arena, str_cut(&rest, '|')));
    }
    const int64_t seq = store_seq(s->store, STORE_CONFIG);
    assert_string_equal(script_run(s, c->request), c->error);
    if (c->log != NULL) {
        assert_string_equal(script_log(s, seq), c->log);
    }
    assert_int_equal(s->seq, c->error[0] == '\0' && store_seq(s->store, STORE_CONFIG) > seq
                                 ? store_seq(s->store, STORE_CONFIG)
                                 : 0);
}

static void run_cases(void **state, const Case cases[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        Script *s = script_new_like(*state);
        run_case(s, &cases[i]);
        assert_string_equal(script_check(s), "");
        (void)script_free(s);
    }
}

static void test_log(void **state)
{
    static const Case cases[] = {
        {"", "create conference name=a", "", "create conference 1"},
        {"", "create conference name=a; create conference_alias alias=x conference=1", "",
         "create conference 1\ncreate conference_alias 1"},
        {"create conference name=a", "update conference 1 name=b description=d", "",
         "update conference 1 {\"description\": \"d\", \"name\": \"b\"} "
         "{\"description\": \"\", \"name\": \"a\"}"},
        {"create conference name=a", "update conference 1 name=a", "", ""},
        {"create conference name=a", "delete conference 1", "", "delete conference 1"},
        {"create conference name=a", "fail no; ", "no", ""},
        {"create conference name=a", "create conference name=b; fail no", "no", ""},
        {"create conference name=a", "touch conference 1", "", "update conference 1 {} {}"},
        {"create conference name=a", "touch conference 7", "", ""},
        {"create conference name=a", "touch conference 1; update conference 1 name=b", "",
         "update conference 1 {\"name\": \"b\"} {\"name\": \"a\"}"},
    };
    run_cases(state, cases, ARRAY_N(cases));
}

static void test_keys(void **state)
{
    static const Case cases[] = {
        {"create conference name=a|delete conference 1", "create conference name=b", "",
         "create conference 2"},
        {"create conference 7 name=a", "create conference name=b", "", "create conference 8"},
        {"create conference 1073741824 name=a|create conference 2147483647 name=b",
         "create conference name=c", "", "create conference 1"},
        {"create conference 1073741823 name=a", "create conference name=c",
         "All ids of this resource have been used up.", ""},
        {"create conference 7 name=a", "create conference 7 name=b",
         "id: Conference with this Id already exists.", ""},
        {"create conference 9 name=a|delete conference 9", "create conference name=c", "",
         "create conference 10"},
    };
    run_cases(state, cases, ARRAY_N(cases));
}

static void test_unique(void **state)
{
    static const char two_items[] = "create media_library_playlist name=p;"
                                    "create media_library_playlist_entry playlist=1 position=1;"
                                    "create media_library_playlist_entry playlist=1 position=2";
    static const Case cases[] = {
        {"create conference name=a", "create conference name=a",
         "name: Conference with this Name already exists.", ""},
        {"create conference name=a", "create conference name=A", "", NULL},
        {"create conference name=a|create conference name=b", "update conference 2 name=a",
         "name: Conference with this Name already exists.", ""},
        {"create conference name=a; create conference_alias alias=Bob conference=1",
         "create conference_alias alias=bOB conference=1",
         "alias: Conference alias with this Alias already exists.", ""},
        {"create conference name=a; create conference_alias alias=Bob conference=1",
         "update conference_alias 1 alias=BOB", "", NULL},
        {"create conference name=a|create conference name=b",
         "update conference 1 name=b; update conference 2 name=a", "",
         "update conference 1 {\"name\": \"b\"} {\"name\": \"a\"}\n"
         "update conference 2 {\"name\": \"a\"} {\"name\": \"b\"}"},
        {"create conference name=a", "create conference name=a; delete conference 1", "",
         "create conference 2\ndelete conference 1"},
        {"create conference name=a", "create conference name=a; update conference 2 name=b", "",
         "create conference 2\nupdate conference 2 {\"name\": \"b\"} {\"name\": \"a\"}"},
        {"create conference name=a",
         "create conference name=a; update conference 2 tag=t; update conference 1 name=b", "",
         "create conference 2\nupdate conference 2 {\"tag\": \"t\"} {\"tag\": \"\"}\n"
         "update conference 1 {\"name\": \"b\"} {\"name\": \"a\"}"},
        {"create conference name=a", "create conference name=a; delete conference 2", "",
         "create conference 2\ndelete conference 2"},
        {"", "create conference name=a; create conference name=a",
         "name: Conference with this Name already exists.", ""},
        {"create conference name=a",
         "create conference name=a; create conference name=a;"
         "delete conference 1",
         "name: Conference with this Name already exists.", ""},
        {two_items, "create media_library_playlist_entry playlist=1 position=2",
         "__all__: Media library playlist entry with this Playlist and Position already exists.",
         ""},
        {two_items,
         "update media_library_playlist_entry 1 position=2;"
         "update media_library_playlist_entry 2 position=1",
         "", NULL},
        {"create media_library_playlist_entry position=1",
         "create media_library_playlist_entry position=1", "", NULL},
        /* moved by the other field of the group */
        {two_items,
         "create media_library_playlist_entry position=2;"
         "update media_library_playlist_entry 3 playlist=1",
         "__all__: Media library playlist entry with this Playlist and Position already exists.",
         ""},
        {two_items,
         "create media_library_playlist_entry position=2;"
         "update media_library_playlist_entry 3 playlist=1;"
         "delete media_library_playlist_entry 2",
         "", NULL},
    };
    run_cases(state, cases, ARRAY_N(cases));
}

static void test_parked_values_arrive(void **state)
{
    Script *s = script_new_like(*state);
    script_do(s, "create conference name=a; create conference name=b; create conference name=c");
    script_do(s,
              "update conference 1 name=b; update conference 1 tag=t; update conference 2 name=c;"
              "update conference 3 name=a");
    assert_string_equal(script_value(s, "conference", 1, "name"), "b");
    assert_string_equal(script_value(s, "conference", 1, "tag"), "t");
    assert_string_equal(script_value(s, "conference", 2, "name"), "c");
    assert_string_equal(script_value(s, "conference", 3, "name"), "a");
    assert_string_equal(script_check(s), "");
    (void)script_free(s);
}

static void test_references(void **state)
{
    static const Case cases[] = {
        {"", "create conference name=a ivr_theme=99",
         "ivr_theme: The object that this names does not exist.", ""},
        {"create conference name=a", "update conference 1 ivr_theme=99",
         "ivr_theme: The object that this names does not exist.", ""},
        {"", "create conference_alias alias=x conference=1",
         "conference: The object that this names does not exist.", ""},
        {"create conference name=a; create automatic_participant alias=p",
         "link automatic_participant.conference 1 1 9",
         "conference: An object that this names does not exist.", ""},
        {"create conference name=a", "link conference.automatic_participants 1 3",
         "automatic_participants: An object that this names does not exist.", ""},
    };
    run_cases(state, cases, ARRAY_N(cases));
}

static void test_links(void **state)
{
    static const char rows[] = "create conference name=a; create conference name=b;"
                               "create automatic_participant alias=p;"
                               "create automatic_participant alias=q";
    static const char linked[] = "create conference name=a; create conference name=b;"
                                 "create automatic_participant alias=p;"
                                 "link automatic_participant.conference 1 1 2";
    static const Case cases[] = {
        {rows, "link automatic_participant.conference 1 2 1 2", "",
         "link automatic_participant.conference 1 1\nlink automatic_participant.conference 1 2"},
        {rows, "link conference.automatic_participants 2 1 2", "",
         "link automatic_participant.conference 1 2\nlink automatic_participant.conference 2 2"},
        {linked, "link automatic_participant.conference 1 1 2", "", ""},
        {linked, "link automatic_participant.conference 1 1", "",
         "unlink automatic_participant.conference 1 2"},
        {linked, "link conference.automatic_participants 1", "",
         "unlink automatic_participant.conference 1 1"},
        {linked, "delete automatic_participant 1", "",
         "unlink automatic_participant.conference 1 1\n"
         "unlink automatic_participant.conference 1 2\ndelete automatic_participant 1"},
        {linked, "delete conference 2", "",
         "unlink automatic_participant.conference 1 2\ndelete conference 2"},
    };
    run_cases(state, cases, ARRAY_N(cases));
}

static void test_delete(void **state)
{
    static const Case cases[] = {
        {"create conference name=a; create conference_alias alias=x conference=1;"
         "create conference_alias alias=y conference=1",
         "delete conference 1", "",
         "delete conference_alias 1\ndelete conference_alias 2\ndelete conference 1"},
        {"create ivr_theme name=t uuid=u; create conference name=a ivr_theme=5;"
         "create gateway_routing_rule name=r ivr_theme=5",
         "delete ivr_theme 5", "",
         "update conference 1 {\"ivr_theme\": null} {\"ivr_theme\": 5}\n"
         "update gateway_routing_rule 1 {\"ivr_theme\": null} {\"ivr_theme\": 5}\n"
         "delete ivr_theme 5"},
        {"create azure_tenant name=t; create teams_proxy name=p azure_tenant=1",
         "delete azure_tenant 1", "This object is still used by teams_proxy objects.", ""},
        {"", "delete role 1", "This built-in object cannot be deleted.", ""},
        {"", "delete ivr_theme 1", "This built-in object cannot be deleted.", ""},
        {"", "delete conference 1", "gone", ""},
        {"create role name=r; link administrator.roles 1 1 3", "delete role 3", "",
         "unlink administrator.roles 1 3\ndelete role 3"},
        {"create system_location name=l;update system_location 1 overflow_location1=1",
         "delete system_location 1", "", "delete system_location 1"},
    };
    run_cases(state, cases, ARRAY_N(cases));
}

/* --- versions --- */

static void test_versions_rise(void **state)
{
    static const struct {
        const char *request;
        const char *raised;   /* resource ID, separated by | */
        const char *unraised; /* the same */
    } cases[] = {
        {"update conference 1 tag=t", "conference 1",
         "conference 2|conference_alias 1|ivr_theme 2"},
        {"create conference_alias alias=z conference=1", "conference 1|conference_alias 2",
         "conference 2|conference_alias 1"},
        {"update conference_alias 1 conference=2", "conference 1|conference 2|conference_alias 1",
         "automatic_participant 1"},
        {"delete conference_alias 1", "conference 1", "conference 2"},
        {"update conference 2 ivr_theme=2", "conference 2|ivr_theme 2", "conference 1|ivr_theme 3"},
        {"update conference 1 ivr_theme=3", "conference 1|ivr_theme 2|ivr_theme 3", "conference 2"},
        {"update ivr_theme 2 name=n", "ivr_theme 2", "conference 1"},
        {"link automatic_participant.conference 1 2", "conference 2|automatic_participant 1",
         "conference 1"},
        {"touch conference 2", "conference 2", "conference 1"},
        /* Computed fields may depend on any row that leads to theirs. */
        {"update conference_alias 1 description=d", "conference_alias 1|conference 1",
         "conference 2"},
        {"update automatic_participant 2 description=d", "automatic_participant 2|conference 2",
         "conference 1"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Script *s = script_new_like(*state);
        script_do(s, "create conference name=a ivr_theme=2; create conference name=b;"
                     "create conference_alias alias=x conference=1;"
                     "create automatic_participant alias=p; create automatic_participant alias=q;"
                     "link automatic_participant.conference 2 2");
        const int64_t before = store_seq(s->store, STORE_CONFIG);
        script_do(s, cases[i].request);
        for (int raised = 0; raised <= 1; raised++) {
            Str rest = str_from(raised ? cases[i].raised : cases[i].unraised);
            while (rest.len > 0) {
                Str id = str_cut(&rest, '|');
                const char *name = str_to_cstr(s->arena, str_cut(&id, ' '));
                int64_t key = 0;
                assert_true(str_to_int64(id, &key));
                const int64_t version = script_version(s, name, key);
                if ((version > before) != raised) {
                    fail_msg("%s: %s %d has %d, before %d", cases[i].request, name, (int)key,
                             (int)version, (int)before);
                }
                const RowName row = {script_resource(s, name), value_integer(key)};
                assert_int_equal(store_unchanged_since(s->store, &row, 1, before), !raised);
                assert_true(
                    store_unchanged_since(s->store, &row, 1, store_seq(s->store, STORE_CONFIG)));
            }
        }
        (void)script_free(s);
    }
}

static void test_a_request_has_one_version(void **state)
{
    Script *s = script_new_like(*state);
    const int64_t before = store_seq(s->store, STORE_CONFIG);
    script_do(s, "create conference name=a; create conference_alias alias=x conference=1;"
                 "create conference_alias alias=y conference=1");
    assert_int_equal(script_version(s, "conference", 1), before + 1);
    assert_int_equal(script_version(s, "conference_alias", 2), before + 1);
    assert_int_equal(store_seq(s->store, STORE_CONFIG), before + 3);
    assert_string_equal(script_check(s), "");
    (void)script_free(s);
}

static void test_counts(void **state)
{
    Script *s = script_new_like(*state);
    script_do(s, "create conference name=a; create conference name=b");
    assert_int_equal(script_count(s, "conference"), 2);
    assert_string_not_equal(script_run(s, "create conference name=c; fail no"), "");
    assert_int_equal(script_count(s, "conference"), 2);
    script_do(s, "delete conference 1");
    assert_int_equal(script_count(s, "conference"), 1);
    script_reopen(s);
    script_do(s, "create conference name=d");
    assert_int_equal(script_count(s, "conference"), 2);
    assert_string_equal(script_value(s, "conference", 3, "name"), "d");
    assert_string_equal(script_check(s), "");
    (void)script_free(s);
}

/* --- rows within rows, in a file without a log --- */

static Err *insert_live(Tx *tx, const char *file, const char *parent, const char *key)
{
    Row *row = row_new(tx_arena(tx), model_resource(tx_model(tx), FAMILY_STATUS, str_from(file)));
    row->key = value_text(str_from(key));
    row->parent = value_text(str_from(parent));
    return tx_insert(tx, row);
}

static Err *insert_calls(Tx *tx, WriteRequest *request)
{
    (void)request;
    TRY(insert_live(tx, "participant", "", "p1"));
    TRY(insert_live(tx, "participant", "", "p2"));
    TRY(insert_live(tx, "participant.media_stream", "p1", "0"));
    TRY(insert_live(tx, "participant.media_stream", "p1", "1"));
    return insert_live(tx, "participant.media_stream", "p2", "0");
}

static Err *delete_stream(Tx *tx, WriteRequest *request)
{
    (void)request;
    bool found = false;
    TRY(tx_delete_nested(
        tx, model_resource(tx_model(tx), FAMILY_STATUS, STR("participant.media_stream")),
        value_text(STR("p1")), value_text(STR("0")), &found));
    assert_true(found);
    return NULL;
}

static Err *delete_call(Tx *tx, WriteRequest *request)
{
    (void)request;
    bool found = false;
    TRY(tx_delete(tx, model_resource(tx_model(tx), FAMILY_STATUS, STR("participant")),
                  value_text(STR("p1")), &found));
    assert_true(found);
    return NULL;
}

static Err *orphan(Tx *tx, WriteRequest *request)
{
    (void)request;
    return insert_live(tx, "participant.media_stream", "p9", "0");
}

static const Err *write_live(Script *s, Err *(*run)(Tx *tx, WriteRequest *request),
                             int64_t *ret_seq)
{
    WriteRequest request = {.run = run, .user = "node", .name = "", .n_objects = 1};
    return store_write_wait(s->store, STORE_LIVE, s->arena, &request, ret_seq);
}

static int64_t count_live(Script *s, const char *sql)
{
    CLEANUP(db_close) Db *db = NULL;
    int64_t n = -1;
    assert_null(store_open_db(s->store, s->arena, STORE_LIVE, DB_READ, &db));
    assert_null(db_int64(db, s->arena, str_from(sql), -1, &n));
    return n;
}

static void test_nested_rows(void **state)
{
    Script *s = script_new_like(*state);
    int64_t seq = 0;
    static const char streams[] = "SELECT count(*) FROM \"status_participant_media_stream\"";
    assert_null(write_live(s, insert_calls, &seq));
    assert_int_equal(seq, 5);
    assert_int_equal(count_live(s, streams), 3);
    assert_null(write_live(s, delete_stream, &seq));
    assert_int_equal(count_live(s, streams), 2);
    assert_null(write_live(s, delete_call, &seq));
    assert_int_equal(seq, 8);
    assert_int_equal(count_live(s, streams), 1);
    assert_int_equal(count_live(s, "SELECT count(*) FROM change_log"), 0);
    const Err *e = write_live(s, orphan, &seq);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_string_equal(script_check(s), "");
    (void)script_free(s);
}

int main(void)
{
    Script *empty = script_new();
    script_close(empty);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_log, empty),
        cmocka_unit_test_prestate(test_keys, empty),
        cmocka_unit_test_prestate(test_unique, empty),
        cmocka_unit_test_prestate(test_parked_values_arrive, empty),
        cmocka_unit_test_prestate(test_references, empty),
        cmocka_unit_test_prestate(test_links, empty),
        cmocka_unit_test_prestate(test_delete, empty),
        cmocka_unit_test_prestate(test_versions_rise, empty),
        cmocka_unit_test_prestate(test_a_request_has_one_version, empty),
        cmocka_unit_test_prestate(test_counts, empty),
        cmocka_unit_test_prestate(test_nested_rows, empty),
    };
    const int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)script_free(empty);
    return n_failed;
}
