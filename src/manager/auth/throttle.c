/* Counters of failures in a table of fixed size, under a secret key. */
#include "manager/auth/throttle.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "manager/auth/user_name.h"

/* Tables of fixed size: an old counter gives way to a new one that falls on its place, so that
 * nobody can make them grow. The key is secret, hence nobody can aim at a counter either; and
 * addresses have a table of their own, hence no number of user names pushes one out. */
#define THROTTLE_SLOTS 4096
#define SCRATCH_BYTES ((size_t)4096)

typedef enum CounterKind { COUNTER_USER, COUNTER_ADDRESS, COUNTER_KIND_N } CounterKind;

typedef struct Counter {
    uint64_t name;    /* hash of whom it counts; 0: free */
    int64_t since_us; /* monotonic: the first of these failures */
    int failures;
} Counter;

struct Throttle {
    Mutex lock;
    unsigned char key[crypto_shorthash_KEYBYTES];
    Counter counters[COUNTER_KIND_N][THROTTLE_SLOTS]; /* under lock */
};

Throttle *throttle_new(void)
{
    Throttle *t = calloc(1, sizeof *t);
    MUST(t != NULL);
    mutex_init(&t->lock);
    crypto_shorthash_keygen(t->key);
    return t;
}

Throttle *throttle_free(Throttle *t)
{
    if (t != NULL) {
        mutex_deinit(&t->lock);
        free(t);
    }
    return NULL;
}

/* user: "" for the address as a whole. */
static uint64_t counter_name(const Throttle *t, const HttpAddress *address, Str user)
{
    CLEANUP(arena_free) Arena *scratch = arena_new(SCRATCH_BYTES);
    const HttpAddress network = http_address_client(address);
    const Str parts[] = {{(const char *)network.bytes, sizeof network.bytes},
                         user_name_comparable(scratch, user)};
    uint64_t name = 0;
    for (size_t i = 0; i < ARRAY_N(parts); i++) {
        uint64_t hash = 0;
        const Str part = parts[i];
        (void)crypto_shorthash((unsigned char *)&hash,
                               (const unsigned char *)(part.len > 0 ? part.ptr : ""), part.len,
                               t->key);
        name = name * UINT64_C(0x9E3779B97F4A7C15) + hash;
    }
    return name != 0 ? name : 1;
}

static Counter *counter_at(Throttle *t, CounterKind kind, uint64_t name)
{
    return &t->counters[kind][name % THROTTLE_SLOTS];
}

/* Until a minute after the first failure, 0 if there may be more. */
static int64_t counter_wait_us(Throttle *t, CounterKind kind, uint64_t name, int64_t now_us)
{
    static const int most[COUNTER_KIND_N] = {THROTTLE_USER_FAILURES, THROTTLE_ADDRESS_FAILURES};
    const Counter *counter = counter_at(t, kind, name);
    if (counter->name != name || counter->failures < most[kind]) {
        return 0;
    }
    return MAX(counter->since_us + THROTTLE_WINDOW_US - now_us, 0);
}

static void counter_add(Throttle *t, CounterKind kind, uint64_t name, int64_t now_us)
{
    Counter *counter = counter_at(t, kind, name);
    if (counter->name != name || now_us - counter->since_us >= THROTTLE_WINDOW_US) {
        *counter = (Counter){.name = name, .since_us = now_us};
    }
    counter->failures++;
}

int64_t throttle_wait_s(Throttle *t, const HttpAddress *address, Str user, int64_t now_us)
{
    mutex_lock(&t->lock);
    const int64_t user_us =
        counter_wait_us(t, COUNTER_USER, counter_name(t, address, user), now_us);
    const int64_t address_us =
        counter_wait_us(t, COUNTER_ADDRESS, counter_name(t, address, STR_NONE), now_us);
    mutex_unlock(&t->lock);
    return (MAX(user_us, address_us) + 999999) / 1000000;
}

void throttle_count_failure(Throttle *t, const HttpAddress *address, Str user, int64_t now_us)
{
    mutex_lock(&t->lock);
    counter_add(t, COUNTER_USER, counter_name(t, address, user), now_us);
    counter_add(t, COUNTER_ADDRESS, counter_name(t, address, STR_NONE), now_us);
    mutex_unlock(&t->lock);
}

void throttle_forget(Throttle *t, const HttpAddress *address, Str user)
{
    mutex_lock(&t->lock);
    const uint64_t name = counter_name(t, address, user);
    Counter *counter = counter_at(t, COUNTER_USER, name);
    if (counter->name == name) {
        *counter = (Counter){0};
    }
    mutex_unlock(&t->lock);
}

void throttle_forget_all(Throttle *t)
{
    mutex_lock(&t->lock);
    memset(t->counters, 0, sizeof t->counters);
    mutex_unlock(&t->lock);
}
