/* When rows changed last. */
#include "store/versions.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "store/writer_private.h"

enum { VERSIONS_N = 65536 };

struct Versions {
    _Atomic int64_t slots[VERSIONS_N];
};

Versions *versions_new(void)
{
    Versions *v = calloc(1, sizeof *v);
    MUST(v != NULL);
    return v;
}

Versions *versions_free(Versions *v)
{
    free(v);
    return NULL;
}

uint32_t versions_slot(const Resource *resource, Value key)
{
    uint64_t hash = key.type == VALUE_TEXT ? str_hash(key.text) : (uint64_t)key.integer;
    hash ^= (uint64_t)resource->index << 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: spreads what follows in a row */
    return (uint32_t)(hash >> 48);
}

void versions_set(Versions *v, uint32_t slot, int64_t seq)
{
    atomic_store_explicit(&v->slots[slot], seq, memory_order_release);
}

int64_t versions_get(const Versions *v, uint32_t slot)
{
    return atomic_load_explicit(&v->slots[slot], memory_order_acquire);
}

bool store_unchanged_since(const Store *s, const RowName names[], size_t n, int64_t seq)
{
    for (size_t i = 0; i < n; i++) {
        const StoreFile file = store_file_of(names[i].resource);
        const Versions *v = writer_versions(s->files[file].writer);
        if (versions_get(v, versions_slot(names[i].resource, names[i].key)) > seq) {
            return false;
        }
    }
    return true;
}
