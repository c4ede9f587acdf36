#pragma once

#include "manager/rest/apply.h"
#include "manager/rest/filters.h"

/* What a writing request keeps between its stages, in its arena; for write*.c only. */

/* One object to be written. The parsed parts are never changed by the writer, whose run may be
 * repeated; `gone` and `prepared` belong to the rounds between writer and slow pool. */
typedef struct WriteItem {
    Input *input;
    Value key;       /* of the row that is addressed; VALUE_NONE: a new one */
    bool whole;      /* as PUT does */
    bool may_create; /* makes the row if there is none */
    bool gone;       /* there was none at the last try to write it */
    Prepared *prepared;
} WriteItem;

/* What is to be done, as steps that every method is some of:
 *
 *   DELETE object    deletes_one
 *   DELETE list      deletes_matching
 *   PUT list         deletes_matching, then the items
 *   PATCH list       the items, then the deletions
 *   all else         one item */
typedef struct Write {
    WriteItem *items; /* written in this order */
    size_t n_items;
    bool deletes_matching; /* before the items: all that the filters match */
    FilterList filters;
    Value *deletions; /* after the items; those that are gone don't matter */
    size_t n_deletions;
    bool changes_others; /* a list that changes or deletes, so that unique values may get free */
    const WriteItem *faulty; /* whose faults are told, once parsing found some; NULL: none */
    bool deletes_one;        /* `key`, which must be there */
    Value key;
    Str if_match;   /* of one object; STR_NONE: none */
    int n_prepared; /* how often write_prepare() ran */

    /* The outcome of the last run. */
    Problems problems;
    bool stale;               /* what was prepared no longer fits */
    bool precondition_failed; /* If-Match */
    Deleted *deleted;         /* what is still to be done for them after the commit */
} Write;

/* Fills the items (and deletions) from the body of a list: {"objects": […], "deleted_objects":
 * […]}. Faults of an object are noted in write->problems, and end the reading. Errors: ERR_INVALID
 * where the list itself is wrong. */
CHECKED Err *list_write_parse(const Rest *r, RestRequest *request, const Body *body, Write *write);

/* One object of the body. */
CHECKED Err *write_parse_object(const Rest *r, RestRequest *request, const Json *object,
                                const Body *files, bool creating, Write *write, WriteItem *item);

/* Fills write->filters from the query. */
CHECKED Err *list_write_parse_filters(const Rest *r, RestRequest *request, Write *write);

/* Deletes what the filters match. */
CHECKED Err *list_write_delete_matching(Apply *a, const Resource *resource, Write *write);

/* Whether the request is about one object, so that its faults are told with all that others have of
 * its unique values. */
bool write_is_alone(const RestRequest *request);

/* Adds to the problems of the faulty object what others have; opens and ends the reader's snapshot
 * itself. False if the object to be changed isn't there. A failure is only logged: the body is
 * refused anyway. */
bool write_note_taken(const RestRequest *request, Reader *reader, Write *write);

/* Whether the slow pool has something to do for it. */
bool write_needs_prepare(const Rest *r, const RestRequest *request, const Write *write);
