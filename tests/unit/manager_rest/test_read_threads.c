/* Several readers beside a writer: nobody sees less than what is already answered, and no body is a
 * mixture. */
#include "test.h"

#include <stdatomic.h>

#include "base/thread.h"
#include "manager_rest/rest_fixture.h"

enum { READERS_N = 3, CHANGES_N = 60 };

#define TARGET "/api/admin/configuration/v1/conference/1/"
#define LIST "/api/admin/configuration/v1/conference/?limit=5"

typedef struct Readers {
    RestFixture *fixture;
    atomic_int written; /* changes that the writer got its answer for */
    atomic_bool stop;
    atomic_int n_wrong;
} Readers;

/* The room's name and description hold the number of the change. */
static void set_number(Arena *a, Row *row, void *context)
{
    const Str text = str_format(a, "%06d", *(const int *)context);
    rest_fixture_set(row, "name", value_text(text));
    rest_fixture_set(row, "description", value_text(text));
}

static int number_in(const char *body, const char *name)
{
    const char *at = strstr(body, name);
    int64_t number = -1;
    if (at == NULL || !str_to_int64((Str){at + strlen(name), 6}, &number)) {
        return -1;
    }
    return (int)number;
}

static bool is_right(const char *body, int at_least)
{
    const int name = number_in(body, "\"name\": \"");
    return name >= at_least && name == number_in(body, "\"description\": \"");
}

static void *read_on(void *context)
{
    Readers *r = context;
    RestFixture own = *r->fixture;
    own.arena = arena_new(64 << 20);
    rest_fixture_check(reader_new(own.arena, own.store, &own.reader));
    for (int i = 0; !atomic_load(&r->stop); i++) {
        const int at_least = atomic_load(&r->written);
        RestAnswer answer = rest_fixture_send(&own, "GET", i % 2 == 0 ? TARGET : LIST, NULL, NULL);
        const char *body = str_to_cstr(own.arena, buf_str(answer.body));
        if (!is_right(body, at_least)) {
            (void)atomic_fetch_add(&r->n_wrong, 1);
        }
        answer.body = buf_free(answer.body);
        if (i % 100 == 99) {
            arena_reset(own.arena);
        }
    }
    own.reader = reader_free(own.reader);
    own.arena = arena_free(own.arena);
    return NULL;
}

static void test_readers_beside_a_writer(void **state)
{
    (void)state;
    RestFixture *f = rest_fixture_new((size_t)1 << 20, NULL, 0);
    Readers readers = {.fixture = f};
    Thread threads[READERS_N];
    Row *row = rest_fixture_row(f, FAMILY_CONFIGURATION, "conference");
    int number = 0;
    set_number(f->arena, row, &number);
    rest_fixture_insert(f, row);
    for (size_t i = 0; i < READERS_N; i++) {
        assert_true(thread_start(&threads[i], "reader", read_on, &readers));
    }
    for (number = 1; number <= CHANGES_N; number++) {
        RestFixtureRow change = {.family = FAMILY_CONFIGURATION,
                                 .file = "conference",
                                 .row = row,
                                 .fill = set_number,
                                 .context = &number,
                                 .update = true};
        rest_fixture_commit(f, &change);
        atomic_store(&readers.written, number);
    }
    atomic_store(&readers.stop, true);
    for (size_t i = 0; i < READERS_N; i++) {
        thread_join(threads[i]);
    }
    assert_int_equal(atomic_load(&readers.n_wrong), 0);
    rest_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_readers_beside_a_writer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
