#pragma once

#include "manager/rest/input.h"
#include "store/reader.h"

/* Which unique values of a body others have, so that a body with faults learns of these at once,
 * too (wire 7: all violations in one answer). The end of the transaction is the judge of
 * uniqueness; this is asked only when the body is refused anyway, and only for requests of one
 * object: in a list, later objects and deletions may still make room.
 *
 * Children inside the object are looked at, too, unless whoever asks may not change such objects.
 * Values that have faults of their own, and what hooks make of values, stay out. */

typedef struct Taken {
    Reader *reader;
    Arena *arena;
    Problems *problems;
    PermissionSet set;   /* of whoever asks */
    Str under;           /* the parent's field if the object lies inside another, else empty */
    const Field *parent; /* then: the to-one that leads to the parent; else NULL */
} Taken;

/* Whether the body gives any value that must be unique. */
bool taken_is_possible(const Input *input);

/* The row as the body wants it, as far as that can be told: `old` (NULL: a new one) and what was
 * given without a fault. */
CHECKED Err *taken_merge(Reader *reader, Arena *a, const Input *input, const Row *old,
                         const Row **ret_row);

/* Notes what others have. row: merged; old: NULL: a new one. */
CHECKED Err *taken_note(const Taken *t, const Input *input, const Row *row, const Row *old);

/* Notes conflicts that the store tells about rows of a resource and objects inside them: under the
 * field of the body where they lie. */
void taken_note_conflicts(Problems *problems, const Resource *resource, const Err *first);
