/* Threads, locks and conditions over pthreads. What these functions can fail with (a lock that was
 * not made, one that is not ours) are bugs, hence MUST; but a system may really have no thread to
 * give. */
#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

enum { US_PER_SECOND = 1000000, NS_PER_US = 1000, THREAD_NAME_MAX = 15 };

/* For the functions that the analysis is built upon. */
#define UNANALYSED THREAD_ANNOTATION(no_thread_safety_analysis)

void mutex_init(Mutex *m)
{
    MUST(pthread_mutex_init(&m->raw, NULL) == 0);
}

void mutex_deinit(Mutex *m)
{
    MUST(pthread_mutex_destroy(&m->raw) == 0);
}

UNANALYSED void mutex_lock(Mutex *m)
{
    MUST(pthread_mutex_lock(&m->raw) == 0);
}

UNANALYSED void mutex_unlock(Mutex *m)
{
    MUST(pthread_mutex_unlock(&m->raw) == 0);
}

void condition_init(Condition *c)
{
    pthread_condattr_t attributes;
    MUST(pthread_condattr_init(&attributes) == 0);
    MUST(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    MUST(pthread_cond_init(&c->raw, &attributes) == 0);
    MUST(pthread_condattr_destroy(&attributes) == 0);
}

void condition_deinit(Condition *c)
{
    MUST(pthread_cond_destroy(&c->raw) == 0);
}

void condition_wait(Condition *c, Mutex *m)
{
    MUST(pthread_cond_wait(&c->raw, &m->raw) == 0);
}

bool condition_wait_until(Condition *c, Mutex *m, int64_t deadline_us)
{
    const int64_t at_us = MAX(deadline_us, INT64_C(0));
    const struct timespec at = {
        .tv_sec = at_us / US_PER_SECOND,
        .tv_nsec = at_us % US_PER_SECOND * NS_PER_US,
    };
    const int result = pthread_cond_timedwait(&c->raw, &m->raw, &at);
    MUST(result == 0 || result == ETIMEDOUT);
    return result == 0;
}

void condition_signal(Condition *c)
{
    MUST(pthread_cond_signal(&c->raw) == 0);
}

void condition_broadcast(Condition *c)
{
    MUST(pthread_cond_broadcast(&c->raw) == 0);
}

bool thread_start(Thread *ret_thread, const char *name, void *(*run)(void *context), void *context)
{
    MUST(strlen(name) <= THREAD_NAME_MAX);
    sigset_t all;
    sigset_t before;
    MUST(sigfillset(&all) == 0);
    MUST(pthread_sigmask(SIG_SETMASK, &all, &before) == 0); /* a new thread inherits the mask */
    Thread thread;
    const bool started = pthread_create(&thread, NULL, run, context) == 0;
    MUST(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    if (started) {
        (void)pthread_setname_np(thread, name); /* fails if the thread has ended already */
        *ret_thread = thread;
    }
    return started;
}

void thread_join(Thread thread)
{
    MUST(pthread_join(thread, NULL) == 0);
}
