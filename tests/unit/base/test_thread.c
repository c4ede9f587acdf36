#include "test.h"

#include <signal.h>

#include "base/datetime.h"
#include "base/thread.h"

typedef struct Shared {
    Mutex lock;
    Condition changed;
    int n; /* under lock */
    bool told;
    bool go_on;
    char name[16];
    int n_blocked;
} Shared;

static void set_up(Shared *s)
{
    *s = (Shared){0};
    mutex_init(&s->lock);
    condition_init(&s->changed);
}

static void tear_down(Shared *s)
{
    condition_deinit(&s->changed);
    mutex_deinit(&s->lock);
}

static void *count_up(void *context)
{
    Shared *s = context;
    for (int i = 0; i < 10000; i++) {
        mutex_lock(&s->lock);
        s->n++;
        mutex_unlock(&s->lock);
    }
    return NULL;
}

static void test_mutex_excludes(void **state)
{
    (void)state;
    Shared s;
    set_up(&s);
    Thread threads[4];
    for (size_t i = 0; i < ARRAY_N(threads); i++) {
        assert_true(thread_start(&threads[i], "counter", count_up, &s));
    }
    for (size_t i = 0; i < ARRAY_N(threads); i++) {
        thread_join(threads[i]);
    }
    assert_int_equal(s.n, 40000);
    tear_down(&s);
}

static void *look_at_self(void *context)
{
    Shared *s = context;
    mutex_lock(&s->lock);
    while (!s->go_on) { /* until its name has been set */
        condition_wait(&s->changed, &s->lock);
    }
    (void)pthread_getname_np(pthread_self(), s->name, sizeof s->name);
    sigset_t blocked;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    s->n_blocked = sigismember(&blocked, SIGTERM) + sigismember(&blocked, SIGINT) +
                   sigismember(&blocked, SIGUSR1);
    s->told = true;
    condition_broadcast(&s->changed);
    mutex_unlock(&s->lock);
    return NULL;
}

static void test_name_signals_condition(void **state)
{
    (void)state;
    Shared s;
    set_up(&s);
    sigset_t before;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    Thread thread;
    assert_true(thread_start(&thread, "fifteen-letters", look_at_self, &s));
    mutex_lock(&s.lock);
    s.go_on = true;
    condition_signal(&s.changed);
    const int64_t deadline_us = datetime_monotonic_us() + 30 * DATETIME_SECOND_US;
    bool in_time = true;
    while (!s.told && in_time) {
        in_time = condition_wait_until(&s.changed, &s.lock, deadline_us);
    }
    mutex_unlock(&s.lock);
    thread_join(thread);
    assert_true(in_time);
    assert_string_equal(s.name, "fifteen-letters");
    assert_int_equal(s.n_blocked, 3);
    sigset_t after;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    tear_down(&s);
}

static void test_deadline(void **state)
{
    (void)state;
    Shared s;
    set_up(&s);
    mutex_lock(&s.lock);
    assert_false(condition_wait_until(&s.changed, &s.lock, -5));
    assert_false(condition_wait_until(&s.changed, &s.lock, datetime_monotonic_us() - 1));
    const int64_t deadline_us = datetime_monotonic_us() + 20000;
    while (condition_wait_until(&s.changed, &s.lock, deadline_us)) {
    }
    assert_true(datetime_monotonic_us() >= deadline_us);
    mutex_unlock(&s.lock);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mutex_excludes),
        cmocka_unit_test(test_name_signals_condition),
        cmocka_unit_test(test_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
