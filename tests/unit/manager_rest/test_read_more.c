/* Reading what isn't plain configuration: live and past rows, nested lists, what resources work out
 * themselves. */
#include "test.h"

#include "manager/rest/context.h"
#include "manager_rest/rest_fixture.h"
#include "model/model_ids.h"

#define S "/api/admin/status/v1/"
#define H "/api/admin/history/v1/"
#define C "/api/admin/configuration/v1/"
#define UUID_1 "11111111-1111-4111-8111-111111111111"
#define UUID_2 "22222222-2222-4222-8222-222222222222"

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("no %s in %s", part, text);
    }
}

static void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        fail_msg("%s in %s", part, text);
    }
}

static Err *compute_nodes(Reader *reader, Arena *a, Row *rows[], size_t n)
{
    (void)reader;
    for (size_t i = 0; i < n; i++) {
        rows[i]->values[FLD_TLS_CERTIFICATE_NODES] =
            value_text(str_format(a, "[\"node %zu of %zu\"]", i + 1, n));
    }
    return NULL;
}

static Err *render_backup(const Store *store, Arena *a, const Row *row, RestAnswer *answer)
{
    (void)store;
    answer_empty(answer, 200);
    answer_add_header(answer, a, "X-Backup", row->key.text);
    return NULL;
}

static const ResourceHooks certificate_hooks = {.resource = STR_INIT("tls_certificate"),
                                                .compute = compute_nodes};
static const ResourceHooks backup_hooks = {.resource = STR_INIT("system_backup"),
                                           .render_detail = render_backup};
static const ResourceHooks *const hooks[] = {&certificate_hooks, &backup_hooks};

static int set_up(void **state)
{
    *state = rest_fixture_new((size_t)1 << 20, hooks, ARRAY_N(hooks));
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

static void test_computed_fields_come_from_the_resource(void **state)
{
    RestFixture *f = *state;
    for (int i = 0; i < 2; i++) {
        rest_fixture_insert(f, rest_fixture_row(f, FAMILY_CONFIGURATION, "tls_certificate"));
    }
    assert_has(rest_fixture_get(f, C "tls_certificate/1/"), "\"nodes\": [\"node 1 of 1\"]");
    const char *list = rest_fixture_get(f, C "tls_certificate/?order_by=-id");
    assert_has(list, "\"total_count\": 3"); /* one is there from the start */
    assert_has(list, "\"private_key\": \"\"");
}

static void test_answer_that_is_not_json(void **state)
{
    RestFixture *f = *state;
    Row *row = rest_fixture_row(f, FAMILY_CONFIGURATION, "system_backup");
    row->key = value_text(STR("a b.tar"));
    rest_fixture_insert(f, row);
    RestAnswer answer = rest_fixture_send(f, "GET", C "system_backup/a%20b.tar/", NULL, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(str_equal(rest_fixture_answer_header(&answer, "X-Backup"), STR("a b.tar")));
    assert_has(rest_fixture_get(f, C "system_backup/"),
               "\"resource_uri\": \"" C "system_backup/a%20b.tar/\"");
}

static void add_live(RestFixture *f, const char *participant)
{
    Row *row = rest_fixture_row(f, FAMILY_STATUS, "participant");
    row->key = value_text(str_from(participant));
    rest_fixture_set(row, "conference", value_text(STR("A & B")));
    rest_fixture_set(row, "connect_time", value_integer(1700000000000000));
    rest_fixture_insert(f, row);
    for (int i = 0; i < 2; i++) {
        Row *stream = rest_fixture_row(f, FAMILY_STATUS, "participant.media_stream");
        stream->parent = row->key;
        stream->key = value_text(str_format(f->arena, "%d", i));
        rest_fixture_set(stream, "start_time", value_integer(1700000000000000 + i));
        rest_fixture_set(stream, "type", value_text(STR("audio")));
        rest_fixture_set(stream, "rx_jitter", value_float(i));
        rest_fixture_insert(f, stream);
    }
}

static void test_live_streams_of_one_participant(void **state)
{
    RestFixture *f = *state;
    add_live(f, UUID_1);
    add_live(f, UUID_2);
    const char *body = rest_fixture_get(f, S "participant/" UUID_1 "/media_stream/?limit=1");
    assert_has(body, "{\"meta\": {\"limit\": 1, \"next\": \"" S "participant/" UUID_1
                     "/media_stream/?limit=1&offset=1\", \"offset\": 0, \"previous\": null, "
                     "\"total_count\": 2}, \"objects\": [{\"end_time\": null, \"id\": \"0\", ");
    assert_has(body, "\"rx_jitter\": 0.0");
    assert_has(body, "\"start_time\": \"2023-11-14T22:13:20.000000\"");
    assert_has_not(body, "\"id\": \"1\"");
    assert_has(rest_fixture_get(f, S "participant/?conference=A%20%26%20B"), "\"total_count\": 2");
    assert_has(rest_fixture_get(f, S "participant/" UUID_2 "/"), "\"id\": \"" UUID_2 "\"");
    (void)rest_fixture_text(f, "GET", S "participant/nobody/media_stream/", NULL, 404);
}

static void test_statistics_are_a_list_of_one(void **state)
{
    RestFixture *f = *state;
    Row *location = rest_fixture_row(f, FAMILY_STATUS, "system_location");
    location->key = value_integer(7);
    rest_fixture_insert(f, location);
    assert_has(rest_fixture_get(f, S "system_location/7/statistics/"), "\"objects\": []");
    Row *statistics = rest_fixture_row(f, FAMILY_STATUS, "system_location.statistics");
    statistics->key = location->key;
    rest_fixture_set(statistics, "media_load", value_float(1.5));
    rest_fixture_insert(f, statistics);
    assert_has(rest_fixture_get(f, S "system_location/7/statistics/"),
               "\"total_count\": 1}, \"objects\": [{\"media_load\": 1.5}]}");
}

static void add_past(RestFixture *f, const char *id, const char *name)
{
    Row *conference = rest_fixture_row(f, FAMILY_HISTORY, "conference");
    conference->key = value_text(str_from(id));
    rest_fixture_set(conference, "name", value_text(str_from(name)));
    rest_fixture_set(conference, "end_time", value_integer(1700000001000000));
    rest_fixture_insert(f, conference);
    Row *participant = rest_fixture_row(f, FAMILY_HISTORY, "participant");
    participant->key = conference->key;
    rest_fixture_set(participant, "conference", conference->key);
    rest_fixture_set(participant, "end_time", value_integer(1700000001000000));
    rest_fixture_insert(f, participant);
    Row *stream = rest_fixture_row(f, FAMILY_HISTORY, "media_stream");
    rest_fixture_set(stream, "participant", participant->key);
    rest_fixture_insert(f, stream);
}

static void test_past_calls(void **state)
{
    RestFixture *f = *state;
    add_past(f, UUID_1, "Alice");
    add_past(f, UUID_2, "Bob");
    assert_has(rest_fixture_get(f, H "conference/" UUID_1 "/"),
               "\"participants\": [\"" H "participant/" UUID_1 "/\"]");
    const char *participant = rest_fixture_get(f, H "participant/" UUID_1 "/");
    assert_has(participant, "\"conference\": \"" H "conference/" UUID_1 "/\"");
    assert_has(participant, "\"media_streams\": [{\"end_time\": ");
    assert_has(participant, "\"participant\": \"" H "participant/" UUID_1 "/\"");
    const char *streams = rest_fixture_get(f, H "participant/" UUID_2 "/media_stream/");
    assert_has(streams, "\"total_count\": 1}");
    assert_has(streams, "\"resource_uri\": \"" H "media_stream/2/\"");
    assert_has(rest_fixture_get(f, H "participant/?conference=Bob"), UUID_2);
    assert_has_not(rest_fixture_get(f, H "participant/?conference=Bob"), UUID_1);
    static const struct {
        const char *query, *total;
    } cases[] = {
        {"participant/?conference=" UUID_1, "\"total_count\": 1}"},
        {"participant/?conference=" H "conference/" UUID_1 "/", "\"total_count\": 1}"},
        {"media_stream/?participant=" H "participant/" UUID_1 "/", "\"total_count\": 1}"},
        {"conference/?end_time__gt=2023-11-14T22:13:21.000000", "\"total_count\": 0}"},
        {"conference/?end_time__gte=2023-11-14T22:13:21&limit=1000", "\"total_count\": 2}"},
        {"conference/?end_time__gt=2023-11-14T22:13:20.999999999", "\"total_count\": 2}"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_has(rest_fixture_get(f, str_format(f->arena, H "%s", cases[i].query).ptr),
                   cases[i].total);
    }
}

/* Quick reads stay on the loop thread, others don't. */
static void test_where_it_is_read(void **state)
{
    static const struct {
        const char *target;
        RestNext stage;
    } cases[] = {
        {C "global/1/", REST_READ},
        {C "conference/", REST_READ},
        {C "conference/?limit=1000", REST_READ_POOL},
        {C "conference/?name__icontains=x", REST_READ_POOL},
        {C "conference/set/1/", REST_READ_POOL},
        {C, REST_ANSWERED},
    };
    RestFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        (void)rest_fixture_get(f, cases[i].target);
        assert_int_equal(f->stage, cases[i].stage);
    }
    (void)rest_fixture_get(f, C "global/1/");
    assert_int_equal(f->stage, REST_ANSWERED); /* from the cache */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_computed_fields_come_from_the_resource),
        TEST(test_answer_that_is_not_json),
        TEST(test_live_streams_of_one_participant),
        TEST(test_statistics_are_a_list_of_one),
        TEST(test_past_calls),
        TEST(test_where_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
