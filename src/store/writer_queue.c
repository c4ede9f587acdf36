/* Requests that wait for a writer. */
#include "store/writer_queue.h"

static void append(RequestList *list, WriteRequest *request)
{
    request->next = NULL;
    *(list->last != NULL ? &list->last->next : &list->first) = request;
    list->last = request;
}

static WriteRequest *take(RequestList *list)
{
    WriteRequest *request = list->first;
    if (request != NULL) {
        list->first = request->next;
        list->last = list->first != NULL ? list->last : NULL;
        request->next = NULL;
    }
    return request;
}

void writer_queue_init(WriterQueue *q)
{
    *q = (WriterQueue){.stopping = false};
    mutex_init(&q->lock);
    condition_init(&q->changed);
}

void writer_queue_deinit(WriterQueue *q)
{
    condition_deinit(&q->changed);
    mutex_deinit(&q->lock);
}

void writer_queue_put(WriterQueue *q, WriteRequest *request)
{
    mutex_lock(&q->lock);
    MUST(!q->stopping);
    append(request->n_objects > WRITER_SMALL_OBJECTS ? &q->large : &q->small, request);
    condition_signal(&q->changed);
    mutex_unlock(&q->lock);
}

void writer_queue_stop(WriterQueue *q)
{
    mutex_lock(&q->lock);
    q->stopping = true;
    condition_signal(&q->changed);
    mutex_unlock(&q->lock);
}

static bool is_empty_locked(const WriterQueue *q)
{
    return q->small.first == NULL && q->large.first == NULL;
}

bool writer_queue_wait(WriterQueue *q, int64_t until_us)
{
    mutex_lock(&q->lock);
    bool in_time = true;
    while (is_empty_locked(q) && !q->stopping && in_time) {
        if (until_us == INT64_MAX) {
            condition_wait(&q->changed, &q->lock);
        } else {
            in_time = condition_wait_until(&q->changed, &q->lock, until_us);
        }
    }
    const bool go_on = !q->stopping || !is_empty_locked(q);
    mutex_unlock(&q->lock);
    return go_on;
}

WriteRequest *writer_queue_take_first(WriterQueue *q)
{
    mutex_lock(&q->lock);
    const bool large = q->large.first != NULL && (q->large_is_next || q->small.first == NULL);
    WriteRequest *request = take(large ? &q->large : &q->small);
    q->large_is_next = request != NULL && !large;
    mutex_unlock(&q->lock);
    return request;
}

WriteRequest *writer_queue_take_small(WriterQueue *q, size_t n_objects)
{
    WriteRequest *request = NULL;
    mutex_lock(&q->lock);
    if (q->small.first != NULL && q->small.first->n_objects <= n_objects) {
        request = take(&q->small);
    }
    mutex_unlock(&q->lock);
    return request;
}

static size_t count_list(const RequestList *list)
{
    size_t n = 0;
    for (const WriteRequest *request = list->first; request != NULL; request = request->next) {
        n++;
    }
    return n;
}

size_t writer_queue_count(WriterQueue *q)
{
    mutex_lock(&q->lock);
    const size_t n = count_list(&q->small) + count_list(&q->large);
    mutex_unlock(&q->lock);
    return n;
}
