#pragma once

#include "base/thread.h"
#include "store/writer.h"

/* Requests that wait for a writer. Small ones go in the order of their coming; a large one, which
 * runs alone, goes when the small ones that wait had their turn. */

/* A request of more objects is large. */
#define WRITER_SMALL_OBJECTS 500

typedef struct RequestList {
    WriteRequest *first, *last;
} RequestList;

typedef struct WriterQueue {
    Mutex lock;
    Condition changed;
    RequestList small, large; /* under lock */
    bool large_is_next;       /* under lock: small ones went last */
    bool stopping;            /* under lock */
} WriterQueue;

void writer_queue_init(WriterQueue *q);
void writer_queue_deinit(WriterQueue *q);

/* Any thread. */
void writer_queue_put(WriterQueue *q, WriteRequest *request);

/* How many wait now. Any thread. Cost: each of them. */
size_t writer_queue_count(WriterQueue *q);

/* No more are expected: writer_queue_wait() answers false once it is empty. */
void writer_queue_stop(WriterQueue *q);

/* Waits until there is a request, or until_us (monotonic; INT64_MAX: for ever) has passed. False
 * when all is done. */
bool writer_queue_wait(WriterQueue *q, int64_t until_us);

/* The first of a group, small or large; NULL if none waits. */
WriteRequest *writer_queue_take_first(WriterQueue *q);

/* Another small one of at most so many objects; NULL if there is none. */
WriteRequest *writer_queue_take_small(WriterQueue *q, size_t n_objects);
