/* The order in which requests come to their turn. */
#include "base/datetime.h"
#include "store/writer_queue.h"
#include "test.h"

enum { LARGE = WRITER_SMALL_OBJECTS + 1 };

static void test_order(void **state)
{
    (void)state;
    WriterQueue q;
    WriteRequest small[3] = {{.n_objects = 1}, {.n_objects = 400}, {.n_objects = 200}};
    WriteRequest large[2] = {{.n_objects = LARGE}, {.n_objects = LARGE}};
    writer_queue_init(&q);
    assert_null(writer_queue_take_first(&q));
    writer_queue_put(&q, &large[0]);
    writer_queue_put(&q, &small[0]);
    writer_queue_put(&q, &small[1]);
    writer_queue_put(&q, &large[1]);
    writer_queue_put(&q, &small[2]);

    /* The small ones that wait go first, as far as the group holds them … */
    assert_ptr_equal(writer_queue_take_first(&q), &small[0]);
    assert_ptr_equal(writer_queue_take_small(&q, 499), &small[1]);
    assert_null(writer_queue_take_small(&q, 99));
    /* … then a large one, then small ones again. */
    assert_ptr_equal(writer_queue_take_first(&q), &large[0]);
    assert_ptr_equal(writer_queue_take_first(&q), &small[2]);
    assert_null(writer_queue_take_small(&q, 500));
    assert_ptr_equal(writer_queue_take_first(&q), &large[1]);
    assert_null(writer_queue_take_first(&q));
    writer_queue_deinit(&q);
}

static void test_wait(void **state)
{
    (void)state;
    WriterQueue q;
    WriteRequest request = {.n_objects = 1};
    writer_queue_init(&q);
    assert_true(writer_queue_wait(&q, datetime_monotonic_us() + 1000)); /* in vain */
    writer_queue_put(&q, &request);
    assert_true(writer_queue_wait(&q, INT64_MAX));
    writer_queue_stop(&q);
    assert_true(writer_queue_wait(&q, INT64_MAX)); /* what waits is still done */
    assert_ptr_equal(writer_queue_take_first(&q), &request);
    assert_false(writer_queue_wait(&q, INT64_MAX));
    writer_queue_deinit(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
