#pragma once

#include "store/reader.h"

/* The change log: what changed, who asked, and the new value, under numbers without gaps; see
 * "Change log" in docs/store.md. */

typedef enum ChangeKind {
    CHANGE_CREATE,
    CHANGE_UPDATE,
    CHANGE_DELETE,
    CHANGE_LINK,
    CHANGE_UNLINK
} ChangeKind;

typedef struct Change {
    int64_t seq;
    int64_t tag; /* of its commit: seq and tag together are a cursor */
    int64_t time_us;
    Str user;
    Str request;
    ChangeKind kind;
    const Resource *resource; /* NULL if the model no longer has it */
    Value object;
    const Field *field; /* LINK, UNLINK: the naming side */
    Value other;
    int64_t model_version;
    Str new_values; /* JSON by field name: of a create whole, of an update what changed; empty if
                       none */
    Str old_values;
} Change;

/* Up to `limit` changes after `seq`, oldest first. */
CHECKED Err *changelog_read(Reader *r, Arena *a, int64_t after_seq, int64_t limit,
                            Change **ret_changes, size_t *ret_n);

/* The same without new_values and old_values, which is quicker: for who only asks what changed. */
CHECKED Err *changelog_read_names(Reader *r, Arena *a, int64_t after_seq, int64_t limit,
                                  Change **ret_changes, size_t *ret_n);

/* What goes along with the changes: a batch of them, as changelog_read_names() gives them, with an
 * arena that is emptied after it. */
typedef Err *ChangeBatch(void *context, Arena *a, const Change changes[], size_t n);

/* Hands over all changes after *seq, in batches; *seq is the last one that was taken, also where
 * `take` fails, whose error goes on. Within a snapshot. */
CHECKED Err *changelog_follow(Reader *r, Arena *a, int64_t *seq, ChangeBatch *take, void *context);

/* Number of the oldest change still kept; 0 if there is none. */
CHECKED Err *changelog_first_seq(Reader *r, Arena *a, int64_t *ret_seq);
