#pragma once

#include <stddef.h>

#include "base/value.h"
#include "model/field.h"

/* Rows that a new store has. */

typedef struct SeedValue {
    const Field *field;
    Value value;        /* scalars, to-ones and RELATION_VALUES */
    const Value *links; /* to-many LINKS: keys; NULL otherwise */
    size_t n_links;
    Str computed; /* what is worked out at first start; else empty */
} SeedValue;

typedef enum SeedProtected { SEED_FREE, SEED_NO_DELETE, SEED_NO_CHANGE } SeedProtected;

typedef struct Seed {
    Value key;
    const SeedValue *values; /* in the order of the file */
    size_t n_values;
    SeedProtected protected_against; /* SEED_NO_CHANGE: nor deletion */
} Seed;
