/* Parts of multipart bodies, well and badly formed. */
#include "test.h"

#include "base/buf.h"
#include "manager/rest/multipart.h"

#define TYPE "multipart/form-data; boundary=XX"

static void test_parts(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Str body = STR("preamble\r\n--XX\r\n"
                   "content-disposition: form-data; name=\"name\"\r\n\r\nAn\r\n--X\r\n"
                   "--XX \t\r\n"
                   "Content-Type: application/zip\r\n"
                   "CONTENT-DISPOSITION: form-data; filename=\"C:\\dir\\th;eme.zip\"; "
                   "name=package\r\n\r\nPK\r\n\r\n"
                   "\r\n--XX\r\n"
                   "Content-Disposition: form-data; name=\"empty\"\r\n\r\n"
                   "\r\n--XX--\r\nepilogue");
    Part *parts = NULL;
    size_t n = 0;
    assert_null(multipart_parse(a, STR(TYPE), body, &parts, &n));
    assert_int_equal(n, 3);
    assert_true(str_equal(parts[0].name, STR("name")));
    assert_true(str_equal(parts[0].content, STR("An\r\n--X")));
    assert_false(parts[0].is_file);
    assert_true(parts[1].is_file);
    assert_true(str_equal(parts[1].name, STR("package")));
    assert_true(str_equal(parts[1].file_name, STR("th;eme.zip")));
    assert_true(str_equal(parts[1].content, STR("PK\r\n\r\n")));
    assert_true(str_equal(parts[2].name, STR("empty")));
    assert_int_equal(parts[2].content.len, 0);
}

static void test_boundary_forms(void **state)
{
    (void)state;
    static const char *const types[] = {
        "multipart/form-data; boundary=\"a b;c\"",
        "Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b;c\"; x=y",
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Str body = STR("--a b;c\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b;c--");
    for (size_t i = 0; i < ARRAY_N(types); i++) {
        Part *parts = NULL;
        size_t n = 0;
        assert_null(multipart_parse(a, str_from(types[i]), body, &parts, &n));
        assert_int_equal(n, 1);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *body;
    } bad[] = {
        {"multipart/form-data", "--XX--"},
        {"multipart/form-data; boundary=", "----"},
        {TYPE, ""},
        {TYPE, "nothing"},
        {TYPE, "--XX\r\nContent-Disposition: form-data; name=x\r\n\r\n1"},
        {TYPE, "--XX\r\nContent-Disposition: form-data; name=x"},
        {TYPE, "--XXY\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--XX--"},
        {TYPE, "--XX\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--XX"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        Part *parts = NULL;
        size_t n = 0;
        const Err *e = multipart_parse(a, str_from(bad[i].type), str_from(bad[i].body), &parts, &n);
        assert_non_null(e);
        assert_int_equal(e->kind, ERR_INVALID);
    }
}

static void test_no_parts(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    Part *parts = NULL;
    size_t n = 7;
    assert_null(multipart_parse(a, STR(TYPE), STR("--XX--"), &parts, &n));
    assert_int_equal(n, 0);
}

/* One part more than a body may have. */
static void refuse_too_many(Str part)
{
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    CLEANUP(buf_free) Buf *body = buf_new(1 << 20);
    for (int i = 0; i <= MULTIPART_PARTS_MAX; i++) {
        buf_put_str(body, part);
    }
    buf_put_lit(body, "--XX--");
    Part *parts = NULL;
    size_t n = 0;
    const Err *e = multipart_parse(a, STR(TYPE), buf_str(body), &parts, &n);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
}

static void test_too_many(void **state)
{
    (void)state;
    refuse_too_many(STR("--XX\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n"));
}

static void test_too_many_without_a_name(void **state)
{
    (void)state;
    refuse_too_many(STR("--XX\r\n\r\n\r\n"));
}

/* What parts of a header are skipped takes no memory: with a copy of the rest of the line for each,
 * a body of 1 MB took gigabytes. */
static void test_memory_of_parameters(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    CLEANUP(buf_free) Buf *header = buf_new(1 << 20);
    buf_put_lit(header, "form-data");
    for (int i = 0; i < 1000; i++) {
        buf_put_lit(header, "; x=\"\\\"\"");
    }
    buf_put_lit(header, "; name=\"a\\\"\\\\\\b\"");
    Str name = STR_NONE;
    assert_true(multipart_parameter(a, buf_str(header), STR("name"), &name));
    assert_true(str_equal(name, STR("a\"\\\\b")));
    assert_true(arena_used(a) < 100);
    assert_false(multipart_parameter(a, buf_str(header), STR("filename"), &name));
    assert_true(arena_used(a) < 100);
}

static void test_base_name(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"a.zip", "a.zip"},        {"../../etc/passwd", "passwd"},
        {"C:\\x\\y.zip", "y.zip"}, {"..", "file"},
        {"a/. .", "file"},         {"a/", ""},
        {"ä\tb\n.zip", "äb.zip"},
    };
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        assert_true(
            str_equal(multipart_base_name(a, str_from(names[i][0])), str_from(names[i][1])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_boundary_forms),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_parts),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_base_name),
        cmocka_unit_test(test_too_many_without_a_name),
        cmocka_unit_test(test_memory_of_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
