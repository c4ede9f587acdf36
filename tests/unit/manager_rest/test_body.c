/* Bodies that lie in a file, as large ones do. */
#include "test.h"

#include <unistd.h>

#include "manager/rest/body.h"
#include "manager_rest/rest_fixture.h"

static Str header(void *context, Str name)
{
    (void)context;
    return str_equal(name, STR("content-type")) ? STR("multipart/form-data; boundary=XX")
                                                : STR_NONE;
}

static Field theme_fields[] = {{.name = STR_INIT("package"), .type = FIELD_FILE}};
static const Resource theme = {
    .family = FAMILY_CONFIGURATION, .fields = theme_fields, .n_fields = ARRAY_N(theme_fields)};

static RestRequest request_of(Arena *a, int fd)
{
    return (RestRequest){.arena = a,
                         .header = header,
                         .body_fd = fd,
                         .method_bit = METHOD_POST,
                         .route = {.kind = ROUTE_LIST, .resource = &theme}};
}

static int file_with(const char *text)
{
    char path[] = "/tmp/rostra-body-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

/* Dropped between two stages: by a full pool, say. */
static void test_dropped(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    int fd = file_with("--XX\r\nContent-Disposition: form-data; name=\"package\"; filename=\"a\""
                       "\r\n\r\nPK\r\n--XX--");
    RestRequest request = request_of(a, fd);
    Body body;
    assert_null(body_read(&request, &body));
    assert_non_null(request.body_mapping);
    answer_error(&request.answer, a, 503, STR("The server is busy; try again."));
    rest_release(&request);
    assert_null(request.body_mapping);
    assert_null(request.answer.body);
    rest_release(&request); /* nothing is left */
    assert_int_equal(close(fd), 0);
}

static void test_mapped(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    int fd = file_with("--XX\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nT\r\n"
                       "--XX\r\nContent-Disposition: form-data; name=\"package\"; filename=\"a\""
                       "\r\n\r\nPK\r\n--XX--");
    RestRequest request = request_of(a, fd);
    Body body;
    assert_true(body_is_large(&request, 1000));
    assert_null(body_read(&request, &body));
    assert_true(body.texts);
    assert_true(str_equal(body_file(&body, STR("package"))->content, STR("PK")));
    assert_null(body_file(&body, STR("name")));
    body_release(&request);
    assert_null(request.body.ptr);
    /* texts outlive the mapping */
    assert_true(json_is_string(json_member(body.object, STR("name")), STR("T")));
    body_release(&request);
    assert_int_equal(close(fd), 0);
}

static void test_empty(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    int fd = file_with("");
    RestRequest request = request_of(a, fd);
    Body body;
    const Err *e = body_read(&request, &body);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_int_equal(close(fd), 0);
}

/* Only files may be as large as a body in a file may be. */
static void test_large_text(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(1 << 20);
    CLEANUP(buf_free) Buf *text = buf_new(32 << 20);
    buf_put_lit(text, "--XX\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n");
    size_t len = ((size_t)16 << 20) + 1;
    char *room = buf_reserve(text, len);
    assert_non_null(room);
    memset(room, 'x', len);
    buf_added(text, len);
    buf_put_lit(text, "\r\n--XX--");
    RestRequest request = request_of(a, -1);
    request.body = buf_str(text);
    Body body;
    const Err *e = body_read(&request, &body);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
    assert_true(arena_used(a) < 1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_mapped),
        cmocka_unit_test(test_large_text),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
