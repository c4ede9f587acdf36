/* Reading: bodies, pages, conditions, rights, and what is kept. */
#include "test.h"

#include "base/json.h"
#include "manager_rest/rest_fixture.h"

#define C "/api/admin/configuration/v1/"
#define CONFERENCE C "conference/"
#define CACHE_BYTES ((size_t)8 << 20)

static int set_up(void **state)
{
    *state = rest_fixture_new(CACHE_BYTES, NULL, 0);
    return 0;
}

static int set_up_without_cache(void **state)
{
    *state = rest_fixture_new(0, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

static Row *new_conference(RestFixture *f, const char *name)
{
    Row *row = rest_fixture_row(f, FAMILY_CONFIGURATION, "conference");
    rest_fixture_set(row, "name", value_text(str_from(name)));
    rest_fixture_set(row, "creation_time", value_integer(1700000000000000));
    return row;
}

static Row *add_conference(RestFixture *f, const char *name)
{
    Row *row = new_conference(f, name);
    rest_fixture_insert(f, row);
    return row;
}

static Row *new_alias(RestFixture *f, Value conference, const char *alias)
{
    Row *row = rest_fixture_row(f, FAMILY_CONFIGURATION, "conference_alias");
    rest_fixture_set(row, "alias", value_text(str_from(alias)));
    rest_fixture_set(row, "conference", conference);
    rest_fixture_set(row, "creation_time", value_integer(1700000000500000));
    return row;
}

static Row *add_alias(RestFixture *f, Value conference, const char *alias)
{
    Row *row = new_alias(f, conference, alias);
    rest_fixture_insert(f, row);
    return row;
}

typedef struct Change {
    const char *field;
    Value value;
} Change;

static void apply_change(Arena *a, Row *row, void *context)
{
    (void)a;
    const Change *change = context;
    rest_fixture_set(row, change->field, change->value);
}

static void change_row(RestFixture *f, const Row *row, const char *field, Value value)
{
    Change change = {field, value};
    Row *named = row_copy(f->arena, row);
    RestFixtureRow r = {.family = row->resource->family,
                        .file = str_to_cstr(f->arena, row->resource->file),
                        .row = named,
                        .fill = apply_change,
                        .context = &change,
                        .update = true};
    rest_fixture_commit(f, &r);
}

static void delete_row(RestFixture *f, const Row *row)
{
    RestFixtureRow r = {.family = row->resource->family,
                        .file = str_to_cstr(f->arena, row->resource->file),
                        .row = row_copy(f->arena, row),
                        .delete = true};
    rest_fixture_commit(f, &r);
}

static const char *path_of(RestFixture *f, const Row *row)
{
    return str_format(f->arena, "%.*s%lld/", STR_ARG(row->resource->path),
                      (long long)row->key.integer)
        .ptr;
}

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

static void test_empty_list(void **state)
{
    assert_string_equal(rest_fixture_get(*state, CONFERENCE),
                        "{\"meta\": {\"limit\": 20, \"next\": null, \"offset\": 0, \"previous\": "
                        "null, \"total_count\": 0}, \"objects\": []}");
}

static void assert_keys_in_order(RestFixture *f, const char *body)
{
    Json *json = NULL;
    rest_fixture_check(json_parse(f->arena, str_from(body), &json_limits_default, &json));
    for (const Json *member = json->first; member->next != NULL; member = member->next) {
        assert_true(str_compare(member->name, member->next->name) < 0);
    }
}

static void test_object_with_what_it_embeds(void **state)
{
    RestFixture *f = *state;
    Row *conference = add_conference(f, "A \"room\" \xc3\xa9");
    Row *alias = add_alias(f, conference->key, "meet.x");
    const char *body = rest_fixture_get(f, path_of(f, conference));
    assert_has(body, "\"name\": \"A \\\"room\\\" \xc3\xa9\"");
    assert_has(body, str_format(f->arena,
                                "{\"aliases\": [{\"alias\": \"meet.x\", \"conference\": \"%s\", "
                                "\"creation_time\": \"2023-11-14T22:13:20.500000\", "
                                "\"description\": \"\", \"id\": %lld, \"view_order\": 0}], ",
                                path_of(f, conference), (long long)alias->key.integer)
                         .ptr);
    assert_has(body, "\"automatic_participants\": [], ");
    assert_has(body, "\"ivr_theme\": null");
    assert_has(body, "\"allow_guests\": false");
    assert_has(body, "\"scheduled_conferences_count\": 0");
    assert_has(body, str_format(f->arena, "\"resource_uri\": \"%s\"", path_of(f, conference)).ptr);
    assert_keys_in_order(f, body);
    const char *own = rest_fixture_get(f, path_of(f, alias));
    assert_has(own, str_format(f->arena, "\"resource_uri\": \"%s\"", path_of(f, alias)).ptr);
}

static void test_missing_objects(void **state)
{
    static const char *const targets[] = {
        CONFERENCE "77/",       CONFERENCE "abc/",          CONFERENCE "-1/",
        C "global/2/",          CONFERENCE "1e0/",          CONFERENCE "99999999999999999999/",
        C "webapp_branding/x/", C "system_backup/none.tar/"};
    for (size_t i = 0; i < ARRAY_N(targets); i++) {
        assert_string_equal(rest_fixture_text(*state, "GET", targets[i], NULL, 404), "");
    }
}

static Json *get_json(RestFixture *f, Str path, const char *suffix)
{
    Json *json = NULL;
    const Str target = str_format(f->arena, "%.*s%s", STR_ARG(path), suffix);
    rest_fixture_check(json_parse(f->arena, str_from(rest_fixture_get(f, target.ptr)),
                                  &json_limits_default, &json));
    return json;
}

static void test_every_resource_has_a_list_and_a_schema(void **state)
{
    RestFixture *f = *state;
    for (size_t i = 0; i < f->model->n_resources; i++) {
        const Resource *r = &f->model->resources[i];
        if (r->family > FAMILY_COMMAND || r->parent != NULL) {
            continue;
        }
        assert_non_null(json_member(get_json(f, r->path, "schema/"), STR("fields")));
        if ((r->list_methods & METHOD_GET) != 0) {
            assert_non_null(json_member(get_json(f, r->path, ""), STR("objects")));
        }
    }
    const Json *root = get_json(f, STR(C), "?fullschema=true");
    const Json *conference = json_member(root, STR("conference"));
    assert_non_null(json_member(json_member(conference, STR("schema")), STR("fields")));
}

/* Rooms with the keys 1 to n, two aliases each. */
static void add_many(RestFixture *f, size_t n)
{
    Row **rows = ARENA_ARRAY(f->arena, Row *, 3 * n);
    for (size_t i = 0; i < n; i++) {
        const Value key = value_integer((int64_t)i + 1);
        rows[3 * i] = new_conference(f, str_format(f->arena, "room %03zu", i).ptr);
        rows[3 * i]->key = key;
        rows[3 * i + 1] = new_alias(f, key, str_format(f->arena, "alias.%03zu", i).ptr);
        rows[3 * i + 2] = new_alias(f, key, str_format(f->arena, "other.%03zu", i).ptr);
    }
    rest_fixture_insert_all(f, rows, 3 * n);
}

static size_t count_text(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        n++;
    }
    return n;
}

static void test_pages(void **state)
{
    RestFixture *f = *state;
    add_many(f, 7);
    const char *body = rest_fixture_get(f, CONFERENCE "?limit=2&offset=2&name__startswith=room%20");
    assert_has(body,
               "{\"meta\": {\"limit\": 2, \"next\": \"" CONFERENCE
               "?name__startswith=room+&limit=2&offset=4\", \"offset\": 2, \"previous\": "
               "\"" CONFERENCE "?name__startswith=room+&limit=2&offset=0\", \"total_count\": 7}, ");
    assert_has(body, "\"room 002\"");
    assert_has(body, "\"room 003\"");
    assert_int_equal(count_text(body, "\"room 0"), 2);
    assert_int_equal(count_text(rest_fixture_get(f, CONFERENCE "?offset=100"), "\"room 0"), 0);
    assert_has(rest_fixture_get(f, CONFERENCE "?order_by=-name&limit=1"), "\"room 006\"");
    assert_int_equal(
        count_text(rest_fixture_get(f, CONFERENCE "?aliases__alias__contains=s.00"), "\"room 0"),
        7);
}

static int64_t statements_of(RestFixture *f, const char *target)
{
    const int64_t before = reader_n_statements(f->reader);
    (void)rest_fixture_get(f, target);
    return reader_n_statements(f->reader) - before;
}

/* The number of statements must not depend on the number of rows. */
static void test_statements(void **state)
{
    RestFixture *f = *state;
    add_many(f, 100);
    const int64_t one = statements_of(f, CONFERENCE "?limit=1&offset=50");
    const int64_t hundred = statements_of(f, CONFERENCE "?limit=100");
    assert_true(one > 0);
    assert_true(hundred <= one + 2);
}

static void test_cached_pages_take_the_keys_only(void **state)
{
    RestFixture *f = *state;
    add_many(f, 30);
    const char *first = rest_fixture_get(f, CONFERENCE "?limit=30");
    const int64_t statements = statements_of(f, CONFERENCE "?limit=30");
    assert_true(statements <= 4); /* begin, count, keys, commit */
    assert_string_equal(rest_fixture_get(f, CONFERENCE "?limit=30"), first);
    assert_int_equal(statements_of(f, CONFERENCE "1/"), 0);
}

static void test_large_pages(void **state)
{
    RestFixture *f = *state;
    add_many(f, 1100);
    for (int round = 0; round < 2; round++) {
        const char *body = rest_fixture_get(f, CONFERENCE "?limit=0&order_by=-name");
        assert_int_equal(count_text(body, "\"room "), 1100);
        assert_has(body, "\"limit\": 10000");
    }
}

/* Whatever changes is seen by the next request. */
static void test_nothing_outdated_is_shown(void **state)
{
    RestFixture *f = *state;
    Row *conference = add_conference(f, "a");
    Row *alias = add_alias(f, conference->key, "one");
    const char *path = path_of(f, conference);
    const char *list = CONFERENCE "?name__startswith=a";
    assert_has(rest_fixture_get(f, path), "\"alias\": \"one\"");

    change_row(f, conference, "name", value_text(STR("ab")));
    assert_has(rest_fixture_get(f, path), "\"name\": \"ab\"");
    assert_has(rest_fixture_get(f, list), "\"name\": \"ab\"");

    change_row(f, alias, "alias", value_text(STR("two")));
    assert_has(rest_fixture_get(f, path), "\"alias\": \"two\"");
    assert_has(rest_fixture_get(f, list), "\"alias\": \"two\"");

    Row *more = add_alias(f, conference->key, "three");
    assert_has(rest_fixture_get(f, path), "\"alias\": \"three\"");

    delete_row(f, more);
    assert_has_not(rest_fixture_get(f, path), "three");
    assert_has_not(rest_fixture_get(f, list), "three");

    Row *other = add_conference(f, "b");
    assert_has_not(rest_fixture_get(f, path_of(f, other)), "\"two\"");
    change_row(f, alias, "conference", other->key);
    assert_has_not(rest_fixture_get(f, path), "\"two\"");
    assert_has(rest_fixture_get(f, path_of(f, other)), "\"alias\": \"two\"");

    delete_row(f, conference);
    (void)rest_fixture_text(f, "GET", path, NULL, 404);
    assert_has(rest_fixture_get(f, list), "\"total_count\": 0");
}

static void test_embedded_to_one(void **state)
{
    RestFixture *f = *state;
    Row *theme = rest_fixture_row(f, FAMILY_CONFIGURATION, "ivr_theme");
    rest_fixture_set(theme, "name", value_text(STR("Blue")));
    rest_fixture_set(theme, "uuid", value_text(STR("11111111-1111-4111-8111-111111111111")));
    rest_fixture_insert(f, theme);
    Row *conference = add_conference(f, "a");
    change_row(f, conference, "ivr_theme", theme->key);
    const char *path = path_of(f, conference);
    assert_has(rest_fixture_get(f, path), "\"name\": \"Blue\"");
    assert_has_not(rest_fixture_get(f, path), "\"conference\": [");
    assert_has(rest_fixture_get(f, path_of(f, theme)),
               str_format(f->arena, "\"conference\": [\"%s\"]", path).ptr);
    change_row(f, theme, "name", value_text(STR("Green")));
    assert_has(rest_fixture_get(f, path), "\"name\": \"Green\"");
    change_row(f, conference, "ivr_theme", VALUE_NONE);
    assert_has(rest_fixture_get(f, path), "\"ivr_theme\": null");
    assert_has(rest_fixture_get(f, path_of(f, theme)), "\"conference\": []");
}

static Row *add_location(RestFixture *f)
{
    Row *server = rest_fixture_row(f, FAMILY_CONFIGURATION, "dns_server");
    rest_fixture_set(server, "address", value_text(STR("192.0.2.1")));
    rest_fixture_insert(f, server);
    Row *location = rest_fixture_row(f, FAMILY_CONFIGURATION, "system_location");
    rest_fixture_set(location, "name", value_text(STR("Oslo")));
    RestFixtureRow r = {.family = FAMILY_CONFIGURATION,
                        .file = "system_location",
                        .row = location,
                        .links = resource_field(location->resource, STR("dns_servers")),
                        .keys = &server->key,
                        .n_keys = 1};
    rest_fixture_commit(f, &r);
    return location;
}

/* Both see their own form, also when the other's is kept. */
static void test_objects_without_the_right_are_uris(void **state)
{
    RestFixture *f = *state;
    Row *location = add_location(f);
    const PermissionSet without =
        REST_FIXTURE_ALL & ~(UINT64_C(1) << model_permission(f->model, STR("view_system")));
    for (int round = 0; round < 2; round++) {
        f->permissions = REST_FIXTURE_ALL;
        assert_has(rest_fixture_get(f, path_of(f, location)), "\"address\": \"192.0.2.1\"");
        f->permissions = without;
        const char *body = rest_fixture_get(f, path_of(f, location));
        assert_has_not(body, "192.0.2.1");
        assert_has(body, "\"dns_servers\": [\"" C "dns_server/");
        assert_has_not(rest_fixture_get(f, C "system_location/"), "192.0.2.1");
    }
}

static void test_rights(void **state)
{
    static const struct {
        const char *method, *target;
        const char *lacking;
        int status;
    } cases[] = {
        {"GET", CONFERENCE, "view_services", 403},
        {"GET", CONFERENCE, "change_services", 200},
        {"GET", CONFERENCE "1/", "view_services", 403},
        {"GET", CONFERENCE, "use_api", 403},
        {"GET", C, "use_api", 403},
        {"GET", CONFERENCE "?system_location__name=x", "view_platform", 403},
        {"GET", C "system_backup/x/", "is_admin", 403},
        {"GET", C "system_backup/", "is_admin", 200},
        {"DELETE", CONFERENCE "1/", "change_services", 403},
        {"POST", C "administrator/", "is_admin", 403},
    };
    RestFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Permission lacking = model_permission(f->model, str_from(cases[i].lacking));
        f->permissions = REST_FIXTURE_ALL & ~(UINT64_C(1) << lacking);
        const char *body =
            rest_fixture_text(f, cases[i].method, cases[i].target, "{}", cases[i].status);
        if (cases[i].status == 403) {
            assert_has(body, "{\"error\": \"");
        }
    }
}

static void test_statuses(void **state)
{
    static const struct {
        const char *method, *target;
        int status;
        const char *body; /* NULL: any */
    } cases[] = {
        {"GET", "/api/admin/configuration/v1/nothing/", 404, ""},
        {"OPTIONS", CONFERENCE, 200, "GET,POST,PUT,DELETE,PATCH"},
        {"OPTIONS", C "global/1/", 200, "GET,PATCH"},
        {"PATCH", C "global/", 405, "GET"},
        {"TRACE", CONFERENCE, 405, "GET,POST,PUT,DELETE,PATCH"},
        {"POST", CONFERENCE "schema/", 405, "GET"},
        {"POST", CONFERENCE "1/", 501, ""},
        {"GET", "/api/admin/command/v1/conference/lock/", 405, "POST"},
        {"POST", C "conference", 404, "{\"error\": \"The final slash of the path is missing.\"}"},
        {"GET", C "conference?a=%20", 301, ""},
        {"GET", CONFERENCE "?format=xml", 406,
         "{\"error\": \"This format is not available. Ask for JSON.\", \"error_message\": \"This "
         "format is not available. Ask for JSON.\"}"},
        {"GET", CONFERENCE "?format=foo", 200, NULL},
        {"GET", CONFERENCE "?limit=x", 400,
         "{\"error\": \"Invalid limit: give an integer of at least 0.\"}"},
        {"GET", CONFERENCE "?order_by=x", 400, "{\"error\": \"No field 'x' to order by.\"}"},
        {"GET", CONFERENCE "?name__foo=1", 400, "{\"error\": \"'name' has no part 'foo'.\"}"},
        {"GET", CONFERENCE "?id=abc", 400,
         "{\"error\": \"Invalid filter value (mismatched type).\"}"},
        {"GET", CONFERENCE "?name=%00", 400, NULL},
        {"GET", CONFERENCE "?name=%ff", 400, NULL},
        {"GET", "/api/admin/status/v1/participant/x/media_stream/", 404, ""},
        {"GET", "/api/admin/status/v1/worker_vm/9/statistics/", 404, ""},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const char *body =
            rest_fixture_text(*state, cases[i].method, cases[i].target, "", cases[i].status);
        if (cases[i].body != NULL) {
            assert_string_equal(body, cases[i].body);
        }
    }
}

static void test_headers(void **state)
{
    RestFixture *f = *state;
    static const char *const patch[] = {"x-http-method-override", "delete", NULL};
    RestAnswer answer =
        rest_fixture_send(f, "GET", "//api/admin//configuration/v1/conference?a=b", NULL, NULL);
    assert_int_equal(answer.status, 301);
    assert_true(str_equal(rest_fixture_answer_header(&answer, "Location"), STR(CONFERENCE "?a=b")));
    answer = rest_fixture_send(f, "POST", C "global/1/", patch, NULL);
    assert_int_equal(answer.status, 405);
    answer.body = buf_free(answer.body);
    answer = rest_fixture_send(f, "GET", CONFERENCE, NULL, NULL);
    assert_true(
        str_equal(rest_fixture_answer_header(&answer, "Content-Type"), STR("application/json")));
    assert_true(str_equal(rest_fixture_answer_header(&answer, "Cache-Control"), STR("no-cache")));
    assert_true(str_equal(rest_fixture_answer_header(&answer, "Vary"), STR("Accept, Cookie")));
    answer.body = buf_free(answer.body);
}

static Str tag_of(RestFixture *f, const char *target)
{
    RestAnswer answer = rest_fixture_send(f, "GET", target, NULL, NULL);
    assert_int_equal(answer.status, 200);
    answer.body = buf_free(answer.body);
    const Str tag = rest_fixture_answer_header(&answer, "ETag");
    assert_true(tag.len > 2);
    return tag;
}

static int status_if_none_match(RestFixture *f, const char *target, Str tag)
{
    const char *const headers[] = {"if-none-match", str_to_cstr(f->arena, tag), NULL};
    RestAnswer answer = rest_fixture_send(f, "GET", target, headers, NULL);
    if (answer.status == 304) {
        assert_null(answer.body);
        assert_true(str_equal(rest_fixture_answer_header(&answer, "ETag"), tag));
    }
    answer.body = buf_free(answer.body);
    return answer.status;
}

static void test_conditions(void **state)
{
    RestFixture *f = *state;
    Row *conference = add_conference(f, "a");
    Row *alias = add_alias(f, conference->key, "one");
    const char *path = path_of(f, conference);
    static const char *const lists[] = {CONFERENCE, CONFERENCE "?name=a"};
    const Str tag = tag_of(f, path);
    const Str tags[] = {tag_of(f, lists[0]), tag_of(f, lists[1])};
    assert_false(str_equal(tags[0], tags[1]));
    assert_int_equal(status_if_none_match(f, path, tag), 304);
    assert_int_equal(status_if_none_match(f, lists[0], tags[0]), 304);
    assert_int_equal(status_if_none_match(f, lists[1], tags[0]), 200);
    assert_int_equal(status_if_none_match(f, path, STR("\"x\"")), 200);
    change_row(f, alias, "description", value_text(STR("x")));
    assert_int_equal(status_if_none_match(f, path, tag), 200);
    assert_int_equal(status_if_none_match(f, lists[0], tags[0]), 200);
    f->permissions &= ~(UINT64_C(1) << model_permission(f->model, STR("view_system")));
    assert_int_equal(status_if_none_match(f, lists[0], tag_of(f, lists[0])), 304);
}

static void test_set(void **state)
{
    RestFixture *f = *state;
    add_many(f, 3);
    const char *body = rest_fixture_get(f, CONFERENCE "set/3;1;99;;abc;1;003/");
    assert_has(body, "{\"not_found\": [\"99\", \"abc\"], \"objects\": [{");
    assert_int_equal(count_text(body, "\"name\": \"room"), 2);
    assert_true(strstr(body, "room 002") < strstr(body, "room 000"));
    assert_has_not(rest_fixture_get(f, CONFERENCE "set/1;2/"), "not_found");
    assert_string_equal(rest_fixture_get(f, CONFERENCE "set/;/"), "{\"objects\": []}");
}

static void test_secrets_and_special_forms(void **state)
{
    RestFixture *f = *state;
    Row *device = rest_fixture_row(f, FAMILY_CONFIGURATION, "device");
    rest_fixture_set(device, "alias", value_text(STR("d")));
    rest_fixture_set(device, "password", value_text(STR("$~!1$AAAAAAAAAAAAAAAAAAAAAA c2VhbGVk")));
    rest_fixture_insert(f, device);
    const char *body = rest_fixture_get(f, path_of(f, device));
    assert_has(body, "\"password\": \"$~!1$AAAAAAAAAAAAAAAAAAAAAA\"");
    assert_has_not(body, "c2VhbGVk");
    const char *global = rest_fixture_get(f, C "global/1/");
    assert_has(global, "\"disabled_codecs\": [{\"value\": \"MP4A-LATM_128\"}");
}

static void test_roots(void **state)
{
    RestFixture *f = *state;
    const char *root = rest_fixture_get(f, C);
    assert_has(root, "{\"adfs_auth_server\": {\"list_endpoint\": \"" C
                     "adfs_auth_server/\", \"schema\": \"" C "adfs_auth_server/schema/\"}, ");
    assert_has_not(root, "\"finish\"");
    const char *lock = "{\"list_endpoint\": \"/api/admin/command/v1/conference/lock/\", "
                       "\"schema\": \"/api/admin/command/v1/conference/lock/schema/\"}";
    assert_has(rest_fixture_get(f, "/api/admin/command/v1/conference/"), lock);
    assert_has_not(rest_fixture_get(f, "/api/admin/command/v1/participant/"), "lock/\"}, \"mute_g");
    assert_string_equal(
        rest_fixture_get(f, "/api/admin/command/v1/"),
        "{\"conference\": {\"list_endpoint\": \"/api/admin/command/v1/conference/\", \"schema\": "
        "\"/api/admin/command/v1/conference/\"}, \"participant\": {\"list_endpoint\": "
        "\"/api/admin/command/v1/participant/\", \"schema\": "
        "\"/api/admin/command/v1/participant/\"}, \"platform\": {\"list_endpoint\": "
        "\"/api/admin/command/v1/platform/\", \"schema\": \"/api/admin/command/v1/platform/\"}}");
    const char *index = rest_fixture_get(f, "/api/admin/schema/?format=json");
    assert_has(index, "{\"command/conference\": {\"disconnect\": {");
    Json *json = NULL;
    rest_fixture_check(json_parse(f->arena, str_from(index), &json_limits_default, &json));
    assert_int_equal(json->n, 6);
    assert_has(rest_fixture_get(f, "/admin/platform/schema/"),
               "<dt><a href=\"" C "conference/schema/\">conference</a></dt>");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
#define TEST_UNCACHED(function)                                                                    \
    cmocka_unit_test_setup_teardown(function, set_up_without_cache, tear_down)

/* The longest way there is becomes SQL that SQLite still reads. */
static void test_long_ways(void **state)
{
    static const char *const lookups[] = {"", "__in", "__icontains", "__iregex", "__range"};
    RestFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(lookups); i++) {
        const Str target = str_format(
            f->arena, C "end_user/?user_groups__users__user_groups__users__first_name%s=a,b",
            lookups[i]);
        (void)rest_fixture_get(f, target.ptr);
    }
    (void)rest_fixture_get(f, C
                           "end_user/?user_groups__users__user_groups__users__user_groups__in=1,2");
    (void)rest_fixture_get(
        f, C "end_user/?user_groups__users__user_groups__users__user_groups__isnull=true");
}

int main(void)
{
    const struct CMUnitTest shared[] = {
        /* these change nothing */
        cmocka_unit_test(test_empty_list),
        cmocka_unit_test(test_missing_objects),
        cmocka_unit_test(test_every_resource_has_a_list_and_a_schema),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_long_ways),
    };
    const struct CMUnitTest own[] = {
        TEST(test_object_with_what_it_embeds),
        TEST(test_pages),
        TEST_UNCACHED(test_pages),
        TEST_UNCACHED(test_statements),
        TEST(test_cached_pages_take_the_keys_only),
        TEST(test_large_pages),
        TEST(test_nothing_outdated_is_shown),
        TEST_UNCACHED(test_nothing_outdated_is_shown),
        TEST(test_embedded_to_one),
        TEST(test_objects_without_the_right_are_uris),
        TEST(test_conditions),
        TEST(test_set),
        TEST(test_secrets_and_special_forms),
    };
    return cmocka_run_group_tests(shared, set_up, tear_down) +
           cmocka_run_group_tests(own, NULL, NULL);
}
