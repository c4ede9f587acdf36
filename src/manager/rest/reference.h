#pragma once

#include "manager/rest/convert.h"
#include "store/reader.h"

/* What is given for a relation: which object is meant (wire 9.2). Clients write addresses in four
 * spellings, bare keys, and whole objects; all become a list of keys and unique values to be tried.
 *
 * Read before the writer is asked, looked up inside the transaction, where what the same request
 * makes is already there. */

typedef struct Input Input;

/* A value of a unique field, by which an object may be found. */
typedef struct ReferenceUnique {
    const Field *field;
    Value value;
} ReferenceUnique;

#define REFERENCE_KEYS_MAX 2 /* an object's resource_uri and its id */

/* One member of a relation, as it was given. Nothing is known yet of whether the object exists. */
typedef struct Reference {
    const Resource *target;
    Value keys[REFERENCE_KEYS_MAX]; /* from an address, then from an id: the first that exists */
    size_t n_keys;
    const ReferenceUnique *uniques; /* tried when no key led anywhere */
    size_t n_uniques;
    bool is_object;           /* given as an object */
    const Input *object;      /* typed: children, and where a new one may be made; else NULL */
    const Problems *problems; /* faults of `object` that matter only when it is made; else NULL */
    Str shown;                /* for an error about it: short */
} Reference;

/* Reads a URI, a key or an object. `object` and `problems` are left to the caller, who may type it
 * (input.c). Doesn't look whether the object exists. False: a fault of the field was noted. */
bool reference_read(const Typing *t, const Field *f, const Json *json, Reference *ret_reference);

/* The key of an existing object that is meant, VALUE_NONE if there is none. Needs a snapshot or a
 * transaction: up to one look a key and a unique value. Errors: those of the reader. */
CHECKED Err *reference_find(Reader *reader, Arena *a, const Reference *reference, Value *ret_key);

/* "'…' does not exist.": the words of wire 10.4, since "not found" would mean another thing. */
Str reference_missing(Arena *a, const Reference *reference);
