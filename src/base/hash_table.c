/* Intrusive hash table: one chain a bucket, about one element a bucket. */
#include "base/hash_table.h"

#include <stdlib.h>

enum { HASH_TABLE_FIRST_BUCKETS = 16 };

void hash_table_init(HashTable *t)
{
    *t = (HashTable){0};
}

void hash_table_deinit(HashTable *t)
{
    free(t->buckets);
    *t = (HashTable){0};
}

static HashNode **bucket_of(const HashTable *t, uint64_t hash)
{
    /* The upper half is mixed in for hashes that only differ there. Whoever takes keys from outside
     * seeds its hash: this doesn't hinder anybody from choosing keys that collide. */
    return &t->buckets[(hash ^ hash >> 32) & (t->n_buckets - 1)];
}

static void put(HashTable *t, HashNode *node)
{
    HashNode **bucket = bucket_of(t, node->hash);
    node->next = *bucket;
    *bucket = node;
}

static void grow(HashTable *t)
{
    const HashTable old = *t;
    t->n_buckets = old.n_buckets == 0 ? HASH_TABLE_FIRST_BUCKETS : old.n_buckets * 2;
    t->buckets = calloc(t->n_buckets, sizeof(HashNode *));
    MUST(t->buckets != NULL);
    for (size_t i = 0; i < old.n_buckets; i++) {
        for (HashNode *node = old.buckets[i]; node != NULL;) {
            HashNode *next = node->next;
            put(t, node);
            node = next;
        }
    }
    free(old.buckets);
}

void hash_table_insert(HashTable *t, HashNode *node, uint64_t hash)
{
    if (t->n == t->n_buckets) {
        grow(t);
    }
    node->hash = hash;
    put(t, node);
    t->n++;
}

void hash_table_remove(HashTable *t, HashNode *node)
{
    MUST(t->n > 0);
    HashNode **link = bucket_of(t, node->hash);
    while (*link != node) {
        MUST(*link != NULL);
        link = &(*link)->next;
    }
    *link = node->next;
    node->next = NULL;
    t->n--;
}

/* The first of a chain from `node` on with that hash. */
static HashNode *find_in_chain(HashNode *node, uint64_t hash)
{
    while (node != NULL && node->hash != hash) {
        node = node->next;
    }
    return node;
}

HashNode *hash_table_first(const HashTable *t, uint64_t hash)
{
    return t->n == 0 ? NULL : find_in_chain(*bucket_of(t, hash), hash);
}

HashNode *hash_table_next_same(const HashNode *node)
{
    return find_in_chain(node->next, node->hash);
}

HashNode *hash_table_any(const HashTable *t, const HashNode *after)
{
    if (after != NULL && after->next != NULL) {
        return after->next;
    }
    size_t i = after == NULL ? 0 : (size_t)(bucket_of(t, after->hash) - t->buckets) + 1;
    while (i < t->n_buckets && t->buckets[i] == NULL) {
        i++;
    }
    return i < t->n_buckets ? t->buckets[i] : NULL;
}
