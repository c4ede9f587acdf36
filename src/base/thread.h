#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/* Threads, locks and conditions that can't fail but by a bug of ours. */

typedef struct CAPABILITY("mutex") Mutex {
    pthread_mutex_t raw;
} Mutex;

typedef struct Condition {
    pthread_cond_t raw; /* on the monotonic clock */
} Condition;

void mutex_init(Mutex *m);
void mutex_deinit(Mutex *m);
void mutex_lock(Mutex *m) ACQUIRES(m);
void mutex_unlock(Mutex *m) RELEASES(m);

void condition_init(Condition *c);
void condition_deinit(Condition *c);
void condition_wait(Condition *c, Mutex *m) REQUIRES(m);
/* False when deadline_us (of datetime_monotonic_us) has passed. */
bool condition_wait_until(Condition *c, Mutex *m, int64_t deadline_us) REQUIRES(m);
void condition_signal(Condition *c);
void condition_broadcast(Condition *c);

typedef pthread_t Thread;

/* Starts run(context) under a name of at most 15 characters, with all signals blocked. False when
 * the system has no thread to give. */
CHECKED bool thread_start(Thread *ret_thread, const char *name, void *(*run)(void *context),
                          void *context);
void thread_join(Thread thread);
