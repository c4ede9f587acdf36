/* How many SQL statements each shape of request costs, beside a checked-in number: N+1 shows here.
 */
#include "test.h"

#include "rest_fixture.h"

#define CONFERENCE "/api/admin/configuration/v1/conference/"
#define MANY 100
#define PATCH_ONE_MOST 3 /* statements of one more object in a list */

static int set_up(void **state)
{
    RestFixture *f = rest_fixture_new(0, NULL, 0); /* nothing is kept */
    Buf *body = buf_new((size_t)1 << 20);
    buf_put_lit(body, "{\"objects\": [");
    for (int i = 0; i < MANY; i++) {
        buf_printf(body,
                   "%s{\"name\": \"room %03d\", \"aliases\": [{\"alias\": \"a.%d\"}, {\"alias\": "
                   "\"b.%d\"}]}",
                   i > 0 ? ", " : "", i, i, i);
    }
    buf_put_lit(body, "]}");
    (void)rest_fixture_text(f, "PATCH", CONFERENCE, str_to_cstr(f->arena, buf_str(body)), 202);
    (void)buf_free(body); /* always NULL */
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

static Err *look_at_writer(Tx *tx, WriteRequest *write)
{
    int64_t *n = write->context;
    *n = reader_n_statements(tx_reader(tx));
    return NULL;
}

/* Those of the writer up to now, its own begin and commit among them. */
static int64_t written(RestFixture *f)
{
    int64_t n = 0, seq = 0;
    WriteRequest write = {
        .run = look_at_writer, .context = &n, .user = "tester", .name = "", .n_objects = 1};
    rest_fixture_check(store_write_wait(f->store, STORE_CONFIG, f->arena, &write, &seq));
    return n;
}

typedef struct Shape {
    const char *method, *target, *body;
    int status;
    int64_t most;
} Shape;

/* Statements of readers and of the writer, from its begin to its commit. */
static int64_t statements_of(RestFixture *f, const Shape *shape)
{
    const int64_t first = written(f);
    const int64_t before = written(f), read_before = reader_n_statements(f->reader);
    (void)rest_fixture_text(f, shape->method, shape->target, shape->body, shape->status);
    const int64_t n = written(f) - before - (before - first); /* without the last look's own */
    return n + reader_n_statements(f->reader) - read_before;
}

static void test_shapes(void **state)
{
    static const Shape shapes[] = {
        {"GET", CONFERENCE "7/", NULL, 200, 6},
        {"GET", CONFERENCE "?limit=1&offset=50", NULL, 200, 7},
        {"GET", CONFERENCE "?limit=100", NULL, 200, 7},
        {"POST", CONFERENCE, "{\"name\": \"one\", \"aliases\": [{\"alias\": \"c.1\"}]}", 201, 12},
        {"PATCH", CONFERENCE "7/", "{\"description\": \"new\"}", 202, 9},
        {"PATCH", CONFERENCE, "{\"objects\": [{\"name\": \"two\"}]}", 202, 9},
    };
    for (size_t i = 0; i < ARRAY_N(shapes); i++) {
        const int64_t n = statements_of(*state, &shapes[i]);
        if (n <= 0 || n > shapes[i].most) {
            fail_msg("%s %s: %lld statements", shapes[i].method, shapes[i].target, (long long)n);
        }
    }
}

/* A list costs the same however many are on it; written ones cost the same each. */
static void test_lists(void **state)
{
    RestFixture *f = *state;
    const Shape one = {"GET", CONFERENCE "?limit=1&offset=50", NULL, 200, 0};
    const Shape all = {"GET", CONFERENCE "?limit=100", NULL, 200, 0};
    assert_true(statements_of(f, &all) <= statements_of(f, &one) + 2);
    Buf *body = buf_new((size_t)1 << 20);
    buf_put_lit(body, "{\"objects\": [");
    for (int i = 1; i <= MANY; i++) {
        buf_printf(body, "%s{\"resource_uri\": \"" CONFERENCE "%d/\", \"tag\": \"x\"}",
                   i > 1 ? ", " : "", i);
    }
    buf_put_lit(body, "]}");
    const Shape few = {"PATCH", CONFERENCE,
                       "{\"objects\": [{\"resource_uri\": \"" CONFERENCE "7/\", \"tag\": \"y\"}]}",
                       202, 0};
    const Shape many = {"PATCH", CONFERENCE, str_to_cstr(f->arena, buf_str(body)), 202, 0};
    const int64_t of_few = statements_of(f, &few), of_many = statements_of(f, &many);
    assert_true(of_many <= of_few + (MANY - 1) * PATCH_ONE_MOST);
    (void)buf_free(body); /* always NULL */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shapes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
