/* When rows changed last. */
#include "store/versions.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "store/writer_private.h"

/* Of a resource: 128 KiB, of which only the pages in use take memory. The first slot is that of the
 * resource as a whole. */
enum { VERSIONS_BITS = 14, VERSIONS_N = 1 << VERSIONS_BITS };

struct Versions {
    _Atomic int64_t *slots; /* VERSIONS_N of each resource */
};

Versions *versions_new(size_t n_resources)
{
    Versions *v = malloc(sizeof *v);
    MUST(v != NULL);
    v->slots = calloc(n_resources * VERSIONS_N, sizeof *v->slots);
    MUST(v->slots != NULL);
    return v;
}

Versions *versions_free(Versions *v)
{
    if (v != NULL) {
        free(v->slots);
        free(v);
    }
    return NULL;
}

uint32_t versions_slot(const Resource *resource, Value key)
{
    const uint32_t whole = (uint32_t)resource->index << VERSIONS_BITS;
    return value_is_null(key) ? whole
                              : whole + 1 + (uint32_t)(value_hash_key(key) % (VERSIONS_N - 1));
}

void versions_set(Versions *v, uint32_t slot, int64_t seq)
{
    const uint32_t whole = slot & ~(uint32_t)(VERSIONS_N - 1);
    atomic_store_explicit(&v->slots[slot], seq, memory_order_release);
    atomic_store_explicit(&v->slots[whole], seq, memory_order_release);
}

/* Number of the newest change of the slot; 0: none since the store was opened. */
static int64_t newest_of(const Versions *v, uint32_t slot)
{
    return atomic_load_explicit(&v->slots[slot], memory_order_acquire);
}

bool store_unchanged_since(const Store *s, const RowName names[], size_t n, int64_t seq)
{
    for (size_t i = 0; i < n; i++) {
        const StoreFile file = store_file_of(names[i].resource);
        const Versions *v = writer_versions(s->files[file].writer);
        if (newest_of(v, versions_slot(names[i].resource, names[i].key)) > seq) {
            return false;
        }
    }
    return true;
}
