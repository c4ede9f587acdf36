#pragma once

#include "base/arena.h"
#include "base/hash_table.h"
#include "base/value.h"

/* From values that clients choose (keys, unique texts) to anything. The hash is keyed at random, so
 * that nobody can make them collide. An integer and a text are different keys; null is none.
 * Confined to one thread. */
typedef struct ValueMap {
    Arena *arena; /* borrowed: entries */
    HashTable table;
    unsigned char seed[16];
} ValueMap;

/* Entries lie in `a`; the table itself is freed by value_map_deinit(). */
void value_map_init(ValueMap *m, Arena *a);
void value_map_deinit(ValueMap *m);

/* NULL if it isn't there. */
void *value_map_get(const ValueMap *m, Value key);

/* Sets or replaces; `entry` isn't NULL. The text of the key is borrowed. */
void value_map_put(ValueMap *m, Value key, void *entry);
