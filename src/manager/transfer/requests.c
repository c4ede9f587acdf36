/* A queue, a thread, and rows that tell of both. */
#include "manager/transfer/requests.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/thread.h"
#include "base/uuid.h"
#include "manager/rest/uri.h"
#include "model/model_ids.h"
#include "store/files.h"
#include "store/writer.h"

/* Of one request. */
#define REQUEST_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define URI_MAX 1024

enum { UUID_CHARS = 36 };

typedef struct Request Request;
struct Request {
    uint16_t resource; /* RES_STATUS_BACKUP_REQUEST or RES_STATUS_SNAPSHOT_REQUEST */
    char id[UUID_CHARS + 1];
    char *passphrase; /* of a backup: memory of libsodium, owned */
    size_t passphrase_len;
    SnapshotRange range; /* of a snapshot */
    Request *next;
};

/* What became of requests that are done, the oldest first. */
typedef struct Done {
    uint16_t resource;
    char id[UUID_CHARS + 1];
} Done;

struct Requests {
    Store *store;
    BackupFolder *folder;
    Snapshots *snapshots;
    Mutex lock;
    Condition wake;
    Request *first, *last; /* under lock: those that wait; owned */
    size_t n_waiting;      /* under lock */
    bool ending;           /* under lock */
    bool started;
    Thread thread;
    Done done[REQUESTS_KEPT]; /* of the thread alone; a ring, so that clients that ask again and
                                 again can't fill the disk with snapshots */
    size_t n_done;
};

static Request *request_free(Request *request)
{
    if (request != NULL) {
        sodium_free(request->passphrase); /* takes NULL, wipes */
        free(request);
    }
    return NULL;
}

/* --- rows --- */

/* The fields of both resources, which are alike. */
typedef struct Fields {
    uint16_t created_at, updated_at, state, message, download_uri;
} Fields;

static Fields fields_of(uint16_t resource)
{
    return resource == RES_STATUS_BACKUP_REQUEST
               ? (Fields){FLD_STATUS_BACKUP_REQUEST_CREATED_AT,
                          FLD_STATUS_BACKUP_REQUEST_UPDATED_AT, FLD_STATUS_BACKUP_REQUEST_STATE,
                          FLD_STATUS_BACKUP_REQUEST_MESSAGE, FLD_STATUS_BACKUP_REQUEST_DOWNLOAD_URI}
               : (Fields){FLD_STATUS_SNAPSHOT_REQUEST_CREATED_AT,
                          FLD_STATUS_SNAPSHOT_REQUEST_UPDATED_AT, FLD_STATUS_SNAPSHOT_REQUEST_STATE,
                          FLD_STATUS_SNAPSHOT_REQUEST_MESSAGE,
                          FLD_STATUS_SNAPSHOT_REQUEST_DOWNLOAD_URI};
}

typedef struct StateWork {
    uint16_t resource;
    const char *id;
    Str state; /* NONE: the row goes */
    Str message;
    Str download_uri;
} StateWork;

static Err *write_state(Tx *tx, WriteRequest *request)
{
    const StateWork *work = request->context;
    const Resource *r = model_at(tx_model(tx), work->resource);
    const Fields fields = fields_of(work->resource);
    const Value key = value_text(str_from(work->id));
    const Row *old = NULL;
    if (work->state.ptr == NULL) {
        bool found = false;
        return tx_delete(tx, r, key, &found);
    }
    TRY(reader_get(tx_reader(tx), tx_arena(tx), r, key, &old));
    Row *row = old != NULL ? row_copy(tx_arena(tx), old) : row_new(tx_arena(tx), r);
    row->key = key;
    if (old == NULL) {
        row->values[fields.created_at] = value_integer(tx_now_us(tx));
    }
    row->values[fields.updated_at] = value_integer(tx_now_us(tx));
    row->values[fields.state] = value_text(work->state);
    row->values[fields.message] = value_text(work->message);
    row->values[fields.download_uri] = value_text(work->download_uri);
    return old == NULL ? tx_insert(tx, row) : tx_update(tx, old, row);
}

static CHECKED Err *store_state(Requests *r, Arena *a, StateWork work)
{
    return store_write_as_system(r->store, STORE_LIVE, a, write_state, &work, 1);
}

static Str uri_of(const Requests *r, Arena *a, uint16_t resource, Str key)
{
    CLEANUP(buf_free) Buf *out = buf_new(URI_MAX);
    uri_put(out, model_at(store_model(r->store), resource), value_text(key));
    return str_dup(a, buf_str(out));
}

/* --- the thread --- */

static CHECKED Err *make_backup(Requests *r, Arena *a, const Request *request, Str *ret_uri)
{
    Str name = STR_NONE;
    TRY(backup_folder_make(r->folder, a, (Str){request->passphrase, request->passphrase_len},
                           BACKUP_MANUAL, &name));
    *ret_uri = uri_of(r, a, RES_SYSTEM_BACKUP, name);
    return NULL;
}

static CHECKED Err *make_snapshot(Requests *r, Arena *a, const Request *request, Str *ret_uri)
{
    TRY(snapshots_keep(r->snapshots, a, &request->range, str_from(request->id)));
    const Str uri = uri_of(r, a, RES_STATUS_SNAPSHOT_REQUEST, str_from(request->id));
    *ret_uri = str_format(a, "%.*sdownload/", STR_ARG(uri));
    return NULL;
}

Str requests_failure_text(const Err *e)
{
    if (e->kind != ERR_IO && e->kind != ERR_INTERNAL) {
        return str_from(e->text);
    }
    log_warning("a backup or snapshot failed reason=\"%s%s%s\"", e->text,
                e->detail != NULL ? ": " : "", e->detail != NULL ? e->detail : "");
    return STR("The disk of the server failed or is full; its log says more.");
}

static CHECKED Err *carry_out(Requests *r, Arena *a, const Request *request)
{
    StateWork work = {.resource = request->resource,
                      .id = request->id,
                      .state = STR("running"),
                      .message = STR(""),
                      .download_uri = STR("")};
    TRY(store_state(r, a, work));
    const Err *e = request->resource == RES_STATUS_BACKUP_REQUEST
                       ? make_backup(r, a, request, &work.download_uri)
                       : make_snapshot(r, a, request, &work.download_uri);
    work.state = e == NULL ? STR("completed") : STR("failed");
    work.message = e == NULL ? STR("") : requests_failure_text(e);
    return store_state(r, a, work);
}

/* Makes room in the ring for one more. */
static CHECKED Err *forget_oldest(Requests *r, Arena *a)
{
    const Done *oldest = &r->done[r->n_done % REQUESTS_KEPT];
    if (r->n_done < REQUESTS_KEPT) {
        return NULL;
    }
    if (oldest->resource == RES_STATUS_SNAPSHOT_REQUEST) {
        (void)unlink(files_snapshot_path(r->store, a, str_from(oldest->id))); /* if it is there */
    }
    return store_state(r, a, (StateWork){.resource = oldest->resource, .id = oldest->id});
}

/* The oldest loses its place in any case, so its file and row go even if this one failed. */
static void take_one(Requests *r, Request *request)
{
    CLEANUP(arena_free) Arena *a = arena_new(REQUEST_ARENA_BYTES);
    const Err *e = carry_out(r, a, request);
    if (e != NULL) {
        log_warning("the state of a request cannot be told request=%s reason=\"%s\"", request->id,
                    e->text);
    }
    e = forget_oldest(r, a);
    if (e != NULL) {
        log_warning("the oldest request cannot be forgotten reason=\"%s\"", e->text);
    }
    Done *done = &r->done[r->n_done++ % REQUESTS_KEPT];
    done->resource = request->resource;
    memcpy(done->id, request->id, sizeof done->id);
}

static Request *pop_locked(Requests *r) REQUIRES(r->lock)
{
    Request *request = r->first;
    if (request != NULL) {
        r->first = request->next;
        r->last = r->first == NULL ? NULL : r->last;
        r->n_waiting--;
    }
    return request;
}

static void *requests_run(void *context)
{
    Requests *r = context;
    mutex_lock(&r->lock);
    while (!r->ending) {
        Request *request = pop_locked(r);
        if (request == NULL) {
            condition_wait(&r->wake, &r->lock);
            continue;
        }
        mutex_unlock(&r->lock);
        take_one(r, request);
        (void)request_free(request); /* always NULL */
        mutex_lock(&r->lock);
    }
    mutex_unlock(&r->lock);
    return NULL;
}

/* --- asking --- */

/* Takes it over. */
static bool push(Requests *r, Request *request)
{
    mutex_lock(&r->lock);
    const bool taken = r->n_waiting < REQUESTS_WAITING_MAX;
    if (taken) {
        if (r->last == NULL) {
            r->first = request;
        } else {
            r->last->next = request;
        }
        r->last = request;
        r->n_waiting++;
        condition_signal(&r->wake);
    }
    mutex_unlock(&r->lock);
    return taken;
}

static CHECKED Err *add(Requests *r, Arena *a, Request *request, Str *ret_uri)
{
    const uint16_t resource = request->resource;
    uuid_new(request->id);
    const char *id = str_to_cstr(a, str_from(request->id));
    const StateWork work = {.resource = resource,
                            .id = id,
                            .state = STR("initialising"),
                            .message = STR(""),
                            .download_uri = STR("")};
    Err *e = store_state(r, a, work);
    if (e != NULL) {
        (void)request_free(request); /* always NULL */
        return e;
    }
    if (!push(r, request)) {
        (void)request_free(request); /* always NULL */
        TRY(store_state(r, a, (StateWork){.resource = resource, .id = id}));
        return err(a, ERR_BUSY, "Too many requests wait already.");
    }
    *ret_uri = uri_of(r, a, resource, str_from(id));
    return NULL;
}

static Request *request_new(uint16_t resource)
{
    Request *request = calloc(1, sizeof *request);
    MUST(request != NULL);
    request->resource = resource;
    return request;
}

Err *requests_add_backup(Requests *r, Arena *a, Str passphrase, Str *ret_uri)
{
    Request *request = request_new(RES_STATUS_BACKUP_REQUEST);
    request->passphrase = sodium_malloc(passphrase.len + 1);
    MUST(request->passphrase != NULL);
    memcpy(request->passphrase, passphrase.ptr, passphrase.len);
    request->passphrase_len = passphrase.len;
    return add(r, a, request, ret_uri);
}

Err *requests_add_snapshot(Requests *r, Arena *a, const SnapshotRange *range, Str *ret_uri)
{
    Request *request = request_new(RES_STATUS_SNAPSHOT_REQUEST);
    request->range = *range;
    return add(r, a, request, ret_uri);
}

/* --- life --- */

Err *requests_new(Arena *errors, Store *store, BackupFolder *folder, Snapshots *snapshots,
                  Requests **ret_requests)
{
    CLEANUP(requests_free) Requests *r = calloc(1, sizeof *r);
    MUST(r != NULL);
    r->store = store;
    r->folder = folder;
    r->snapshots = snapshots;
    mutex_init(&r->lock);
    condition_init(&r->wake);
    r->started = thread_start(&r->thread, "requests", requests_run, r);
    if (!r->started) {
        return err(errors, ERR_IO, "The system gives no more threads.");
    }
    *ret_requests = r;
    r = NULL;
    return NULL;
}

Requests *requests_free(Requests *r)
{
    if (r == NULL) {
        return NULL;
    }
    mutex_lock(&r->lock);
    r->ending = true;
    condition_broadcast(&r->wake);
    mutex_unlock(&r->lock);
    if (r->started) {
        thread_join(r->thread);
    }
    while (r->first != NULL) {
        Request *request = r->first;
        r->first = request->next;
        (void)request_free(request); /* always NULL */
    }
    condition_deinit(&r->wake);
    mutex_deinit(&r->lock);
    free(r);
    return NULL;
}
