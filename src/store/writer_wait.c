/* Writing, and waiting for the outcome. */
#include "store/writer.h"

#include "base/thread.h"
#include "store/store_private.h"

#define BARRIER_ARENA_BYTES ((size_t)16 * 1024)

/* Stands in the queue for the caller's own request. */
typedef struct Waiter {
    WriteRequest request;
    WriteRequest *inner;
    Arena *arena;
    Mutex lock;
    Condition changed;
    bool done; /* under lock; the rest is written before */
    Err *e;
    int64_t seq;
} Waiter;

static Err *waiter_run(Tx *tx, WriteRequest *request)
{
    const Waiter *w = request->context;
    return w->inner->run(tx, w->inner);
}

static void waiter_done(WriteRequest *request, const Err *e, int64_t seq)
{
    Waiter *w = request->context;
    if (w->inner->done != NULL) {
        w->inner->done(w->inner, e, seq);
    }
    mutex_lock(&w->lock);
    w->e = e != NULL ? err_copy(w->arena, e) : NULL;
    w->seq = seq;
    w->done = true;
    condition_signal(&w->changed);
    mutex_unlock(&w->lock);
}

Err *store_write_wait(Store *s, StoreFile file, Arena *a, WriteRequest *request, int64_t *ret_seq)
{
    Waiter w = {.request = *request, .inner = request, .arena = a};
    w.request.run = waiter_run;
    w.request.done = waiter_done;
    w.request.context = &w;
    mutex_init(&w.lock);
    condition_init(&w.changed);
    store_write(s, file, &w.request);
    mutex_lock(&w.lock);
    while (!w.done) {
        condition_wait(&w.changed, &w.lock);
    }
    mutex_unlock(&w.lock);
    condition_deinit(&w.changed);
    mutex_deinit(&w.lock);
    if (w.e != NULL) {
        return w.e;
    }
    *ret_seq = w.seq;
    return NULL;
}

Err *store_write_as_system(Store *s, StoreFile file, Arena *a,
                           Err *(*run)(Tx *tx, WriteRequest *request), void *context,
                           size_t n_objects)
{
    WriteRequest request = {
        .run = run, .context = context, .user = "system", .name = "", .n_objects = n_objects};
    int64_t seq = 0;
    return store_write_wait(s, file, a, &request, &seq);
}

/* --- holding writes --- */

static Err *barrier_run(Tx *tx, WriteRequest *request)
{
    (void)tx;
    (void)request;
    return NULL;
}

/* A request that comes when writes are refused already is answered after all that weren't. */
void store_hold_writes(Store *s)
{
    CLEANUP(arena_free) Arena *a = arena_new(BARRIER_ARENA_BYTES);
    atomic_store(&s->held, true);
    for (StoreFile file = 0; file < STORE_FILE_N; file++) {
        if (s->files[file].writer != NULL) {
            const Err *e = store_write_as_system(s, file, a, barrier_run, NULL, 1);
            (void)e; /* that it is refused */
        }
    }
}

void store_allow_writes(Store *s)
{
    atomic_store(&s->held, false);
}
