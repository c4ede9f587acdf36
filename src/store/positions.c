/* Where the rows of tables stand. */
#include "store/positions.h"

#include <stdlib.h>

#include "base/thread.h"

enum { KEYS_FIRST = 16 };

/* keys[n] is the key of row (n + 1) * POSITIONS_STEP. */
typedef struct Known {
    int64_t changed_seq; /* rows came or went up to there */
    int64_t *keys;
    size_t n, size;
} Known;

struct Positions {
    Mutex lock;
    Known *known; /* under lock: by Resource.index */
    size_t n;
};

Positions *positions_new(size_t n_resources)
{
    Positions *p = calloc(1, sizeof *p);
    MUST(p != NULL);
    mutex_init(&p->lock);
    p->n = n_resources;
    p->known = calloc(MAX(n_resources, (size_t)1), sizeof *p->known);
    MUST(p->known != NULL);
    return p;
}

Positions *positions_free(Positions *p)
{
    if (p != NULL) {
        for (size_t i = 0; i < p->n; i++) {
            free(p->known[i].keys);
        }
        free(p->known);
        mutex_deinit(&p->lock);
        free(p);
    }
    return NULL;
}

void positions_changed(Positions *p, const Resource *r, int64_t seq)
{
    mutex_lock(&p->lock);
    Known *k = &p->known[r->index];
    k->changed_seq = seq;
    k->n = 0;
    mutex_unlock(&p->lock);
}

size_t positions_find(Positions *p, const Resource *r, int64_t seq, size_t wanted, int64_t *ret_key)
{
    mutex_lock(&p->lock);
    const Known *k = &p->known[r->index];
    const size_t n = k->changed_seq <= seq ? MIN(wanted, k->n) : 0;
    if (n > 0) {
        *ret_key = k->keys[n - 1];
    }
    mutex_unlock(&p->lock);
    return n;
}

static void append(Known *k, int64_t key)
{
    if (k->n == k->size) {
        k->size = MAX(k->size * 2, (size_t)KEYS_FIRST);
        k->keys = realloc(k->keys, k->size * sizeof *k->keys);
        MUST(k->keys != NULL);
    }
    k->keys[k->n++] = key;
}

void positions_add(Positions *p, const Resource *r, int64_t seq, size_t n, int64_t key)
{
    mutex_lock(&p->lock);
    Known *k = &p->known[r->index];
    if (k->changed_seq <= seq && n == k->n + 1 && n <= POSITIONS_MAX) {
        append(k, key);
    }
    mutex_unlock(&p->lock);
}
