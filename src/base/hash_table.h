#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* An intrusive hash table with chaining: elements embed a HashNode (CONTAINER_OF() leads from it to
 * them) and are owned by the caller. Keys are compared by the caller. Confined to one thread, or
 * behind the caller's lock. */

typedef struct HashNode HashNode;
struct HashNode {
    HashNode *next;
    uint64_t hash;
};

typedef struct HashTable {
    HashNode **buckets; /* owned; NULL while nothing was inserted */
    size_t n_buckets;   /* a power of two, so that a mask finds the bucket; never shrinks */
    size_t n;           /* elements; ≤ n_buckets */
} HashTable;

void hash_table_init(HashTable *t);
void hash_table_deinit(HashTable *t); /* leaves the elements alone */

/* Grows as needed. The caller has made sure that the key isn't there. */
void hash_table_insert(HashTable *t, HashNode *node, uint64_t hash);
void hash_table_remove(HashTable *t, HashNode *node);

/* First element with that hash, and the next after one; NULL at the end. */
HashNode *hash_table_first(const HashTable *t, uint64_t hash);
HashNode *hash_table_next_same(const HashNode *node);

/* Any order: for (n = hash_table_any(t, NULL); n; n = hash_table_any(t, n)); the table must not
 * change meanwhile. */
HashNode *hash_table_any(const HashTable *t, const HashNode *after);
