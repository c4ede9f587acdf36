/* Until when, and by which settings. */
#include "manager/auth/directory_hold.h"

#include <stdlib.h>

#include "base/thread.h"
#include "model/keys.h"
#include "model/model_ids.h"

struct DirectoryHold {
    const Store *store;
    Mutex lock;
    int64_t until_us; /* under lock */
    int64_t seq;      /* under lock: the state that the settings were read from */
};

DirectoryHold *directory_hold_new(const Store *store)
{
    DirectoryHold *h = calloc(1, sizeof *h);
    MUST(h != NULL);
    h->store = store;
    mutex_init(&h->lock);
    return h;
}

DirectoryHold *directory_hold_free(DirectoryHold *h)
{
    if (h != NULL) {
        mutex_deinit(&h->lock);
        free(h);
    }
    return NULL;
}

/* The authorities that are trusted count as well. */
static bool is_on_locked(const DirectoryHold *h, int64_t now_us) REQUIRES(h->lock)
{
    const Model *model = store_model(h->store);
    const RowName names[] = {{model_at(model, RES_AUTHENTICATION), value_integer(SINGLETON_KEY)},
                             {model_at(model, RES_CA_CERTIFICATE), VALUE_NONE}};
    return now_us < h->until_us && store_unchanged_since(h->store, names, ARRAY_N(names), h->seq);
}

bool directory_hold_is_on(DirectoryHold *h, int64_t now_us)
{
    mutex_lock(&h->lock);
    const bool on = is_on_locked(h, now_us);
    mutex_unlock(&h->lock);
    return on;
}

bool directory_hold_failed(DirectoryHold *h, int64_t begun_us, int64_t now_us, int64_t seq)
{
    if (now_us - begun_us < DIRECTORY_HANGS_US) {
        return false;
    }
    mutex_lock(&h->lock);
    const bool first = !is_on_locked(h, now_us);
    h->until_us = now_us + DIRECTORY_HOLD_US;
    h->seq = seq;
    mutex_unlock(&h->lock);
    return first;
}

void directory_hold_answered(DirectoryHold *h)
{
    mutex_lock(&h->lock);
    h->until_us = 0;
    mutex_unlock(&h->lock);
}
