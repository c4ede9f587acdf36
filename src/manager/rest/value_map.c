/* A map from values: SipHash of the value, chains in a hash table. */
#include "manager/rest/value_map.h"

#include <sodium.h>

typedef struct Entry {
    HashNode node;
    Value key;
    void *entry;
} Entry;

void value_map_init(ValueMap *m, Arena *a)
{
    *m = (ValueMap){.arena = a};
    hash_table_init(&m->table);
    randombytes_buf(m->seed, sizeof m->seed);
}

void value_map_deinit(ValueMap *m)
{
    hash_table_deinit(&m->table);
}

static uint64_t hash_of(const ValueMap *m, Value key)
{
    _Static_assert(crypto_shorthash_KEYBYTES == sizeof m->seed, "size of the seed");
    union {
        unsigned char bytes[crypto_shorthash_BYTES];
        uint64_t number;
    } hash;
    if (key.type == VALUE_TEXT) {
        crypto_shorthash(hash.bytes, (const unsigned char *)key.text.ptr, key.text.len, m->seed);
    } else {
        crypto_shorthash(hash.bytes, (const unsigned char *)&key.integer, sizeof key.integer,
                         m->seed);
    }
    return hash.number;
}

static Entry *find(const ValueMap *m, Value key, uint64_t hash)
{
    for (HashNode *n = hash_table_first(&m->table, hash); n != NULL; n = hash_table_next_same(n)) {
        Entry *entry = CONTAINER_OF(n, Entry, node);
        if (value_equal(entry->key, key)) {
            return entry;
        }
    }
    return NULL;
}

void *value_map_get(const ValueMap *m, Value key)
{
    const Entry *entry = find(m, key, hash_of(m, key));
    return entry != NULL ? entry->entry : NULL;
}

void value_map_put(ValueMap *m, Value key, void *entry)
{
    uint64_t hash = hash_of(m, key);
    Entry *found = find(m, key, hash);
    if (found == NULL) {
        found = ARENA_NEW(m->arena, Entry);
        found->key = key;
        hash_table_insert(&m->table, &found->node, hash);
    }
    found->entry = entry;
}
