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
                    PkiRounds *rounds, Problems *problems)
{
    (void)rounds;
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

/* {"objects": […]} with so many keys. */
static const char *list_of(Arena *a, size_t n)
{
    CLEANUP(buf_free) Buf *body = buf_new(1 << 20);
    for (size_t i = 0; i < n; i++) {
        buf_printf(body, "%s{\"key\": \"k%zu\"}", i == 0 ? "{\"objects\": [" : ", ", i);
    }
    buf_put_lit(body, "]}");
    return str_to_cstr(a, buf_str(body));
}

static void test_limit(void **state)
{
    RestFixture *f = *state;
    (void)send(f, "PATCH", C "ssh_authorized_key/", NULL, list_of(f->arena, 201), 400);
    assert_int_equal(n_prepared, 0);
    (void)send(f, "PATCH", C "ssh_authorized_key/", NULL, list_of(f->arena, 200), 202);
    assert_int_equal(n_prepared, 200);
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

/* --- the body of a creation --- */

/* The hook has nowhere else to keep these. */
static int n_rendered;
static int n_failing; /* how often it fails */

static Err *prepare_passphrase(const Store *store, Arena *a, const Row *old, Row *new,
                               const Str clear[], PkiRounds *rounds, Problems *problems)
{
    (void)rounds;
    (void)store;
    (void)a;
    (void)old;
    (void)clear;
    (void)problems;
    rest_fixture_set(new, "private_key_passphrase", value_text(STR("made & told once")));
    return NULL;
}

static Err *render_created(Tx *tx, Arena *a, const Row *row, RestAnswer *answer)
{
    const Field *passphrase = resource_field(row->resource, STR("private_key_passphrase"));
    const Row *stored = NULL;
    n_rendered++;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), row->resource, row->key, &stored));
    assert_non_null(stored);
    assert_true(value_is_null(stored->values[passphrase->index]));
    Buf *body = buf_new(1000);
    buf_put_str(body, row->values[passphrase->index].text);
    answer_json(answer, 201, body);
    answer_add_header(answer, a, "X-Test", STR("1"));
    return n_failing-- > 0 ? err(tx_arena(tx), ERR_IO, "It can't be told.") : NULL;
}

static const ResourceHooks created_hooks = {.resource = STR_INIT("tls_certificate"),
                                            .prepare = prepare_passphrase,
                                            .render_created = render_created};
static const ResourceHooks *const all_created_hooks[] = {&created_hooks};

static int set_up_created(void **state)
{
    *state = rest_fixture_new(0, all_created_hooks, 1);
    n_rendered = 0;
    n_failing = 0;
    return 0;
}

#define CERTIFICATES C "tls_certificate/"
#define PEM "-----BEGIN X-----\\n-----END X-----"
#define BODY "{\"certificate\": \"" PEM "\", \"private_key\": \"" PEM "\"}"

/* What was made for the answer is in it, and in no row. */
static void test_created(void **state)
{
    RestFixture *f = *state;
    const char *text = rest_fixture_text(f, "POST", CERTIFICATES, BODY, 201);
    assert_string_equal(text, "made & told once");
    assert_null(strstr(rest_fixture_get(f, CERTIFICATES), "told once"));
    const RestAnswer answer = send(f, "POST", CERTIFICATES, NULL, BODY, 201);
    assert_true(
        str_starts_with(rest_fixture_answer_header(&answer, "Location"), STR(CERTIFICATES)));
    assert_true(str_equal(rest_fixture_answer_header(&answer, "X-Test"), STR("1")));
    (void)send(f, "PATCH", CERTIFICATES, NULL, "{\"objects\": [" BODY "]}", 202);
    assert_int_equal(n_rendered, 2);
}

/* It once failed after the commit: an error, and yet the row was there. */
static void test_created_fails(void **state)
{
    RestFixture *f = *state;
    const char *before = rest_fixture_get(f, CERTIFICATES);
    n_failing = 1;
    const RestAnswer answer = send(f, "POST", CERTIFICATES, NULL, BODY, 503);
    assert_null(rest_fixture_answer_header(&answer, "X-Test").ptr);
    assert_null(rest_fixture_answer_header(&answer, "Location").ptr);
    assert_string_equal(rest_fixture_get(f, CERTIFICATES), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_required_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_types_of_bodies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_if_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prepare, set_up_hooks, tear_down),
        cmocka_unit_test_setup_teardown(test_limit, set_up_hooks, tear_down),
        cmocka_unit_test_setup_teardown(test_stale, set_up_hooks, tear_down),
        cmocka_unit_test_setup_teardown(test_created, set_up_created, tear_down),
        cmocka_unit_test_setup_teardown(test_created_fails, set_up_created, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
