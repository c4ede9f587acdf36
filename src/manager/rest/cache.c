/* Rendered objects, in shards by the hash of their key, so that loops seldom wait for each other.
 *
 * Each shard is a clock: its entries form a ring, a hand goes round, and an entry that was asked
 * for since the hand last came by is spared once. Nearly as good as an order of use, and a hit
 * changes a flag instead of a list. */
#include "manager/rest/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"
#include "base/thread.h"

enum { SHARDS_N = 16 }; /* a power of two, some times the loops of a large machine */

/* One allocation: names, texts of keys and the body follow the struct. */
typedef struct Entry {
    HashNode node;
    struct Entry *next, *previous; /* ring of the shard, in the order in which the hand comes by */
    bool used;                     /* asked for since the hand last came by */
    CacheKey key;
    CacheTag tag;
    int64_t seq;          /* the last change when the rows were read */
    const RowName *names; /* of all rows that it shows something of */
    size_t n_names;
    Str body;
    size_t size; /* of the allocation */
} Entry;

typedef struct Shard {
    Mutex lock;
    HashTable table; /* under lock, as all below */
    Entry *hand;     /* of the clock: the next to be looked at; NULL: empty */
    size_t used_bytes;
} Shard;

struct Cache {
    const Store *store; /* borrowed */
    size_t shard_bytes; /* limit of each */
    Shard shards[SHARDS_N];
};

Cache *cache_new(const Store *store, size_t bytes)
{
    Cache *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    c->store = store;
    c->shard_bytes = bytes / SHARDS_N;
    for (size_t i = 0; i < SHARDS_N; i++) {
        mutex_init(&c->shards[i].lock);
        hash_table_init(&c->shards[i].table);
    }
    return c;
}

static void remove_locked(Shard *shard, Entry *e) REQUIRES(&shard->lock)
{
    hash_table_remove(&shard->table, &e->node);
    e->next->previous = e->previous;
    e->previous->next = e->next;
    if (shard->hand == e) {
        shard->hand = e->next == e ? NULL : e->next;
    }
    shard->used_bytes -= e->size;
    free(e);
}

static void empty(Shard *shard)
{
    mutex_lock(&shard->lock);
    while (shard->hand != NULL) {
        remove_locked(shard, shard->hand);
    }
    hash_table_deinit(&shard->table);
    mutex_unlock(&shard->lock);
    mutex_deinit(&shard->lock);
}

Cache *cache_free(Cache *c)
{
    if (c != NULL) {
        for (size_t i = 0; i < SHARDS_N; i++) {
            empty(&c->shards[i]);
        }
        free(c);
    }
    return NULL;
}

/* Keys are numbers or come from clients who hold the right to write them. */
static uint64_t hash_of(const CacheKey *key)
{
    uint64_t hash = value_hash_key(key->key);
    hash ^= (uint64_t)key->resource->index << 48 ^ key->rights * UINT64_C(0x9e3779b97f4a7c15);
    hash *= UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 32;
}

/* By other bits than those by which the table places it. */
static Shard *shard_of(Cache *c, uint64_t hash)
{
    return &c->shards[hash >> 8 & (SHARDS_N - 1)];
}

static Entry *find_locked(Shard *shard, const CacheKey *key, uint64_t hash) REQUIRES(&shard->lock)
{
    HashNode *node = hash_table_first(&shard->table, hash);
    for (; node != NULL; node = hash_table_next_same(node)) {
        Entry *e = CONTAINER_OF(node, Entry, node);
        if (e->key.resource == key->resource && e->key.rights == key->rights &&
            value_equal(e->key.key, key->key)) {
            return e;
        }
    }
    return NULL;
}

/* An outdated one is dropped at once: it could never become true again. */
static bool get_locked(const Cache *c, Shard *shard, Entry *e, int64_t max_seq, Buf *out,
                       CacheTag *ret_tag) REQUIRES(&shard->lock)
{
    if (!store_unchanged_since(c->store, e->names, e->n_names, e->seq)) {
        remove_locked(shard, e);
        return false;
    }
    if (e->seq > max_seq) {
        return false;
    }
    e->used = true;
    buf_put_str(out, e->body);
    *ret_tag = e->tag;
    return true;
}

bool cache_get(Cache *c, const CacheKey *key, int64_t max_seq, Buf *out, CacheTag *ret_tag)
{
    const uint64_t hash = hash_of(key);
    Shard *shard = shard_of(c, hash);
    mutex_lock(&shard->lock);
    Entry *e = find_locked(shard, key, hash);
    const bool found = e != NULL && get_locked(c, shard, e, max_seq, out, ret_tag);
    mutex_unlock(&shard->lock);
    return found;
}

static size_t text_len(Value v)
{
    return v.type == VALUE_TEXT ? v.text.len : 0;
}

/* Moves a text into the entry's own memory. */
static Value keep_value(char **end, Value v)
{
    if (v.type == VALUE_TEXT && v.text.len > 0) {
        memcpy(*end, v.text.ptr, v.text.len);
        v.text.ptr = *end;
        *end += v.text.len;
    }
    return v;
}

/* Filled outside the lock. */
static Entry *entry_new(const CacheKey *key, Str body, const RowName names[], size_t n)
{
    size_t size = sizeof(Entry) + n * sizeof(RowName) + text_len(key->key) + body.len;
    for (size_t i = 0; i < n; i++) {
        size += text_len(names[i].key);
    }
    char *memory = malloc(size);
    MUST(memory != NULL);
    Entry *e = (Entry *)(void *)memory;
    RowName *kept = (RowName *)(void *)(memory + sizeof(Entry));
    char *end = (char *)&kept[n];
    *e = (Entry){.key = *key, .names = kept, .n_names = n, .size = size};
    e->key.key = keep_value(&end, key->key);
    for (size_t i = 0; i < n; i++) {
        kept[i] = (RowName){names[i].resource, keep_value(&end, names[i].key)};
    }
    e->body = keep_value(&end, value_text(body)).text;
    return e;
}

static void insert_locked(Shard *shard, Entry *e, uint64_t hash) REQUIRES(&shard->lock)
{
    hash_table_insert(&shard->table, &e->node, hash);
    if (shard->hand == NULL) {
        e->next = e->previous = e;
        shard->hand = e;
    } else { /* behind the hand, so that it comes by last */
        e->next = shard->hand;
        e->previous = shard->hand->previous;
        e->previous->next = e;
        e->next->previous = e;
    }
    shard->used_bytes += e->size;
}

/* The clock: what was asked for since the last round stays for another one. */
static void make_room_locked(Shard *shard, size_t limit) REQUIRES(&shard->lock)
{
    while (shard->hand != NULL && shard->used_bytes > limit) {
        Entry *e = shard->hand;
        if (e->used) {
            e->used = false;
            shard->hand = e->next;
        } else {
            remove_locked(shard, e);
        }
    }
}

void cache_put(Cache *c, const CacheKey *key, Str body, CacheTag tag, const RowName names[],
               size_t n, int64_t seq)
{
    Entry *e = entry_new(key, body, names, n);
    e->tag = tag;
    e->seq = seq;
    if (e->size > c->shard_bytes) {
        free(e);
        return;
    }
    const uint64_t hash = hash_of(key);
    Shard *shard = shard_of(c, hash);
    mutex_lock(&shard->lock);
    Entry *old = find_locked(shard, key, hash);
    if (old != NULL) {
        remove_locked(shard, old);
    }
    make_room_locked(shard, c->shard_bytes - e->size);
    insert_locked(shard, e, hash);
    mutex_unlock(&shard->lock);
}

size_t cache_used(Cache *c)
{
    size_t used = 0;
    for (size_t i = 0; i < SHARDS_N; i++) {
        mutex_lock(&c->shards[i].lock);
        used += c->shards[i].used_bytes;
        mutex_unlock(&c->shards[i].lock);
    }
    return used;
}
