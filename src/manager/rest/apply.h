#pragma once

#include "manager/rest/context.h"
#include "manager/rest/input.h"
#include "store/writer.h"

/* One typed object → rows, inside the transaction: merge, references, rules, relations (wire
 * 7, 8.1, 8.2, 9.3).
 *
 * The steps of one object, and why in this order:
 *
 *   1. merge        the row as it was, or one of defaults, with what was given laid over it
 *   2. prepared     what a hook worked out before: it saw the same merged row
 *   3. check, before_write    rules; the last chance to change the row
 *   4. insert or update       from here on there is a key that others can point to
 *   5. members      to-many fields: children first need their parent's key
 *   6. after_write  what can be said only of the whole
 *
 * Faults of 1 to 3 keep the row from being stored; those of 5 and 6 roll it back with the request.
 *
 * Rights. The request's own resource was checked before. What a body writes into rows of another
 * resource needs the right to change that one as well, by whichever field it gets there: children,
 * `inverse`, links whose other side names them, objects that are made, views that hooks write
 * (ResourceHooks.also_changes). Without it the answer is 403, unless what was given changes nothing
 * there: what was read may be sent back. A deletion needs the right to delete its object, and no
 * other: what goes with it follows from the model's `on_delete` (wire 9.6: owned children go with
 * their parent), not from anything that the client could say; else objects that others attach would
 * keep an owner from deleting. */

/* What the slow pool worked out for an object; see write_prepare(). In the request's arena. */
typedef struct Prepared {
    const Row *old;      /* the row that it was worked out for; NULL: a new one */
    const Row *row;      /* merged and changed by the hook */
    const bool *changed; /* by Field.index: values that the hook changed */
} Prepared;

/* A row that is deleted, of a resource that does something then (ResourceHooks.after_delete). */
typedef struct Deleted Deleted;
struct Deleted {
    const ResourceHooks *hooks;
    Value key;
    Deleted *next;
};

/* One run of a request, or the part of it that lies inside a parent (then a copy of the parent's
 * with `under` and `within` set). On the writer thread, but for apply_merge(). */
typedef struct Apply {
    const Rest *rest;
    Tx *tx;             /* NULL: only merging, before the writer is asked */
    Arena *arena;       /* of this run: rows */
    Problems *problems; /* what is found; its texts outlive the run */
    PermissionSet set;  /* of whoever asks: objects inside others need the rights for these, too */
    Str under;          /* the parent's field if this is an object inside another, else empty */
    const Field
        *within;       /* then: the to-one that leads to the parent, if it is a child; else NULL */
    bool alone;        /* the request is about one object, and what lies inside it */
    bool settled;      /* nothing in the request may free a unique value: then an object's faults
                          are told with those that others have */
    bool stale;        /* set when a row isn't the one that `prepared` was worked out for */
    Deleted **deleted; /* gets what apply_delete() leaves to be done after the commit */
    Arena *kept;       /* for that: outlives the run */
} Apply;

/* Every function below ends with an Err if it found problems (then the Err only stands for them:
 * see apply_go_on()) or if the store failed. An object with faults is looked at to its end, so that
 * all of them are told together (wire 7). */

/* A new row.
 *
 *   key       VALUE_NONE: input->id, else one that is made
 *   parent    the to-one that leads to the owner, and the owner's key; NULL: none
 *   prepared  NULL: none
 *   ret_row   the row as stored; in the arena of the run */
CHECKED Err *apply_create(Apply *a, const Input *input, Value key, const Field *parent, Value owner,
                          const Prepared *prepared, const Row **ret_row);

/* Changes a row. whole: as PUT does, else as PATCH. parent and owner: moved there; NULL: no. */
CHECKED Err *apply_update(Apply *a, const Row *old, const Input *input, bool whole,
                          const Field *parent, Value owner, const Prepared *prepared,
                          const Row **ret_row);

/* Whether the two rows of one resource have the same stored values. Keys, versions and links aren't
 * looked at. */
bool apply_same_values(const Row *a, const Row *b);

/* With all that goes along, see above. */
CHECKED Err *apply_delete(Apply *a, const Row *old);

/* A singleton that may be deleted is emptied instead (wire 6.3): all values go back to their
 * defaults, and GET goes on. */
CHECKED Err *apply_empty(Apply *a, const Row *old);

/* Puts what was given into a row, a copy of `old` or, without one, a new one with its defaults:
 * scalars, secrets, files; to-ones only where `reader` isn't NULL. For write_prepare(), which has
 * no transaction: faults are noted, `a->tx` isn't used. */
CHECKED Err *apply_merge(Apply *a, Reader *reader, const Row *old, Row *row, const Input *input,
                         bool whole, int64_t now_us);

/* Notes a problem of a field, under the parent's field where there is one. */
void apply_problem(Apply *a, Str field, Str text);

/* The Err that stands for the problems. */
Err *apply_faulty(const Apply *a);

/* Whether whoever asks may change objects of that resource. */
bool apply_may_change(const Apply *a, const Resource *resource);

/* The 403 about a field that would change objects of another resource. */
Err *apply_forbidden(const Apply *a, Str field);

/* NULL where `e` only stands for problems: what else is wrong is to be found, too. */
CHECKED Err *apply_go_on(const Apply *a, Err *e);
