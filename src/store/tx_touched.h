#pragma once

#include "store/tx_private.h"

/* The rows that a request changed or whose versions must rise; private to store/. */

typedef struct Parked Parked;

/* A row that the request changed, or whose version must rise. */
struct TouchedRow {
    HashNode node;
    TouchedRow *next; /* in the order of the first touch */
    const Table *table;
    Value parent, key;
    bool has_version; /* the row carries the version of this request */
    bool deleted;     /* or being deleted */
    Parked *parked;   /* NULL: nothing waits */
};

/* Finds, NULL if it isn't there; finds or adds. */
TouchedRow *tx_touched_find(const Tx *tx, const Table *t, Value parent, Value key);
TouchedRow *tx_touched(Tx *tx, const Table *t, Value parent, Value key);

/* Raises the rows that a row leads to where they show it; old or new may be NULL. */
CHECKED Err *tx_raise_targets(Tx *tx, const Table *t, const Row *old, const Row *new);

/* Writes the versions that must rise. */
CHECKED Err *tx_touched_finish(Tx *tx);
