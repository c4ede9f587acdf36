/* What is done before the writer is asked: hashes, files, hooks; and conditions on writes. */
#include "test.h"

#include "base/file.h"
#include "manager_rest/rest_steps.h"
#include "store/files.h"

#define C "/api/admin/configuration/v1/"
#define TYPE "multipart/form-data; boundary=XX"

static const char *const multipart[] = {"content-type", TYPE, NULL};

static int set_up(void **state)
{
    *state = rest_fixture_new(0, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

static RestAnswer send(RestFixture *f, const char *method, const char *target,
                       RestFixtureHeaders headers, const char *body, int status)
{
    RestAnswer answer = rest_fixture_send(f, method, target, headers, body);
    if (answer.status != status) {
        const Str text = answer.body != NULL ? buf_str(answer.body) : STR("");
        fail_msg("%s %s: %d %.*s", method, target, answer.status, STR_ARG(text));
    }
    answer.body = buf_free(answer.body);
    return answer;
}

#define PART(name, content)                                                                        \
    "--XX\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" content "\r\n"
#define FILE_PART(name, file, content)                                                             \
    "--XX\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file                  \
    "\"\r\n\r\n" content "\r\n"
#define END "--XX--\r\n"

#define SHA_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void test_file(void **state)
{
    RestFixture *f = *state;
    (void)send(f, "POST", C "conference/", NULL,
               "{\"name\": \"c\", \"service_type\": \"conference\"}", 201);
    const RestAnswer answer = send(f, "POST", C "ivr_theme/", multipart,
                                   PART("name", "T") PART("conference", "[1]")
                                       FILE_PART("package", "C:\\\\x\\\\theme.zip", "abc") END,
                                   201);
    const char *uri = str_to_cstr(f->arena, rest_fixture_answer_header(&answer, "Location"));
    const char *path = files_path(f->store, f->arena, STR(SHA_OF_ABC));
    assert_true(file_exists(path));
    assert_non_null(strstr(rest_fixture_get(f, uri), "\"package\": null"));
    assert_non_null(strstr(rest_fixture_get(f, uri), "\"conference\": [\"" C "conference/1/\"]"));
    /* without a file, and as JSON, it stays */
    (void)send(f, "PATCH", uri, multipart, PART("name", "U") END, 202);
    (void)send(f, "PATCH", uri, NULL, "{\"name\": \"V\", \"package\": null}", 202);
    (void)send(f, "PATCH", uri, NULL, "{\"package\": \"UEsDBA==\"}", 400);
    (void)send(f, "PATCH", uri, multipart, PART("conference", "5") END, 400);
    assert_int_equal(remove(path), 0);
}

static void test_required_file(void **state)
{
    static const Step steps[] = {
        {"POST", C "media_library_entry/", "{\"name\": \"m\"}", 400,
         "{\"media_library_entry\": {\"media_file\": [\"This field is required.\"]}}", NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

static void test_types_of_bodies(void **state)
{
    static const char *const form[] = {"content-type", "application/x-www-form-urlencoded", NULL};
    static const char *const json[] = {"content-type", "Application/JSON;charset=UTF-8", NULL};
    RestFixture *f = *state;
    (void)send(f, "POST", C "conference/", form, "name=x", 415);
    (void)send(f, "POST", C "conference/", multipart, END, 415);
    (void)send(f, "POST", C "ivr_theme/", multipart, "nothing", 400);
    (void)send(f, "POST", C "ivr_theme/", multipart, PART("name", "\xff") END, 400);
    (void)send(f, "POST", C "conference/", json,
               "\xef\xbb\xbf{\"name\": \"x\", \"service_type\": \"conference\"}", 201);
}

static void test_if_match(void **state)
{
    RestFixture *f = *state;
    (void)send(f, "POST", C "conference/", NULL,
               "{\"name\": \"c\", \"service_type\": \"conference\"}", 201);
    const RestAnswer read = send(f, "GET", C "conference/1/", NULL, "", 200);
    const char *tag = str_to_cstr(f->arena, rest_fixture_answer_header(&read, "ETag"));
    const char *const match[] = {"if-match", tag, NULL};
    static const char *const any[] = {"if-match", "*", NULL};
    (void)send(f, "PATCH", C "conference/1/", match, "{\"description\": \"x\"}", 202);
    (void)send(f, "PATCH", C "conference/1/", match, "{\"description\": \"y\"}", 412);
    (void)send(f, "DELETE", C "conference/1/", match, "", 412);
    (void)send(f, "PUT", C "conference/9/", any,
               "{\"name\": \"d\", \"service_type\": \"conference\"}", 412);
    (void)send(f, "DELETE", C "conference/1/", any, "", 204);
}

/* --- a hook that prepares --- */

/* The hook has nowhere else to keep these. */
static int n_prepared;
static int n_meddling; /* how often somebody else changes the row meanwhile */
static RestFixture *meddler;

static void change_type(Arena *a, Row *row, void *context)
{
    (void)context;
    rest_fixture_set(row, "keytype", value_text(str_format(a, "type %d", n_prepared)));
}

static void meddle(const Row *row)
{
    RestFixtureRow r = {.family = FAMILY_CONFIGURATION,
                        .file = "ssh_authorized_key",
                        .row = row_copy(meddler->arena, row),
                        .fill = change_type,
                        .update = true};
    rest_fixture_commit(meddler, &r);
}

static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    Problems *problems)
{
    (void)store;
    (void)clear;
    const Field *comment = resource_field(new->resource, STR("comment"));
    const Field *key = resource_field(new->resource, STR("key"));
    n_prepared++;
    if (str_equal(new->values[key->index].text, STR("bad"))) {
        problems_add(problems, key->name, "This is bad.");
    }
    if (old != NULL && n_meddling-- > 0) {
        meddle(old);
    }
    new->values[comment->index] = value_text(str_format(a, "prepared %d", n_prepared));
    return NULL;
}

static const ResourceHooks hooks = {.resource = STR_INIT("ssh_authorized_key"), .prepare = prepare};
static const ResourceHooks *const all_hooks[] = {&hooks};

static int set_up_hooks(void **state)
{
    *state = rest_fixture_new(0, all_hooks, 1);
    n_prepared = 0;
    n_meddling = 0;
    meddler = *state;
    return 0;
}

static void test_prepare(void **state)
{
    static const Step steps[] = {
        {"POST", C "ssh_authorized_key/", "{\"key\": \"bad\"}", 400,
         "{\"ssh_authorized_key\": {\"key\": [\"This is bad.\"]}}", NULL},
        {"POST", C "ssh_authorized_key/", "{\"key\": \"good\", \"comment\": \"x\"}", 201,
         C "ssh_authorized_key/1/", NULL},
        {"GET", C "ssh_authorized_key/1/", NULL, 200, "\"comment\": \"prepared 2\"", NULL},
        {"PATCH", C "ssh_authorized_key/1/", "{\"comment\": \"x\"}", 202, NULL, NULL},
        {"GET", C "ssh_authorized_key/1/", NULL, 200, "\"comment\": \"prepared 3\"", NULL},
        {"PATCH", C "ssh_authorized_key/9/", "{\"comment\": \"x\"}", 404, NULL, NULL},
        {"PUT", C "ssh_authorized_key/9/", "{}", 400, "\"key\": [\"This field is required.\"]",
         NULL},
        {"PUT", C "ssh_authorized_key/9/", "{\"key\": \"k\"}", 201, C "ssh_authorized_key/9/",
         NULL},
    };
    rest_steps_take_all(state, steps, ARRAY_N(steps));
}

/* The row is changed between prepare and write: prepared again, three times at most. */
static void test_stale(void **state)
{
    RestFixture *f = *state;
    (void)send(f, "POST", C "ssh_authorized_key/", NULL, "{\"key\": \"good\"}", 201);
    n_prepared = 0;
    n_meddling = 2;
    (void)send(f, "PATCH", C "ssh_authorized_key/1/", NULL, "{\"key\": \"a\"}", 202);
    assert_int_equal(n_prepared, 3);
    const char *text = rest_fixture_get(f, C "ssh_authorized_key/1/");
    assert_non_null(strstr(text, "\"comment\": \"prepared 3\""));
    assert_non_null(strstr(text, "\"keytype\": \"type 2\""));
    n_meddling = 5;
    (void)send(f, "PATCH", C "ssh_authorized_key/1/", NULL, "{\"key\": \"b\"}", 503);
    assert_non_null(strstr(rest_fixture_get(f, C "ssh_authorized_key/1/"), "\"key\": \"a\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_required_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_types_of_bodies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_if_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prepare, set_up_hooks, tear_down),
        cmocka_unit_test_setup_teardown(test_stale, set_up_hooks, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
