/* The writer of a file: a thread that runs waiting requests in groups, a commit a group.
 *
 * A request that fails is undone alone, by its savepoint. When the disk or memory fails, the whole
 * group is undone and nobody is told that anything was stored. When a commit fails in a way that
 * leaves open what lies on the disk, the process ends: on the next start the file itself says. */
#include "store/writer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/log.h"
#include "store/positions.h"
#include "store/secret_key.h"
#include "store/store_file.h"
#include "store/tx_private.h"
#include "store/tx_touched.h"
#include "store/writer_private.h"
#include "store/writer_queue.h"

/* A group ends at the first of these. */
enum { GROUP_REQUESTS = 64, GROUP_OBJECTS = WRITER_SMALL_OBJECTS };
#define GROUP_US (INT64_C(50) * 1000)

/* The WAL goes into the file when it is larger than so much; a reader that holds it back is waited
 * for longer when it is far larger. When it couldn't go, it may grow by so much until the next
 * attempt. */
#define WAL_BYTES (INT64_C(16) * 1024 * 1024)
#define WAL_BYTES_URGENT (INT64_C(256) * 1024 * 1024)
#define WAL_BYTES_STEP (INT64_C(4) * 1024 * 1024)
enum { CHECKPOINT_WAIT_MS = 20, CHECKPOINT_WAIT_URGENT_MS = 1000 };

/* The log is cut so often, in portions. */
#define TRIM_EVERY_US (INT64_C(3600) * 1000 * 1000)
enum { TRIM_PORTION = 1000 };

/* After a failure the disk is tried so often while nobody writes. */
#define PROBE_EVERY_US (INT64_C(1000) * 1000)

/* What the process ends with when a commit's outcome is unknown: EX_SOFTWARE of sysexits.h, so that
 * a supervisor starts it again. */
enum { EXIT_UNKNOWN_OUTCOME = 70 };

typedef struct GroupMember {
    WriteRequest *request;
    Arena *arena; /* owned by the writer, reset for each request */
    Err *e;
    int64_t seq;
} GroupMember;

struct Writer {
    Store *store;
    StoreFile file;
    WriterQueue queue;
    Thread thread;

    /* of the thread alone */
    Arena *arena; /* counters */
    Arena *errors;
    Db *db;
    Reader *reader;
    Counters *counters;
    Tx tx;
    GroupMember members[GROUP_REQUESTS];
    size_t n_members;
    uint32_t *slots; /* of the rows that the group changed; owned */
    size_t n_slots, slots_size;
    int64_t checkpoint_bytes; /* WAL size of the next checkpoint */
    int64_t trim_us;          /* when it is due, monotonic */
    bool probing;             /* the group is only there to see whether one can write */

    /* read by any thread */
    Versions *versions;
    _Atomic bool failed; /* the last group that wrote, for lack of space or by an I/O error */
};

const Versions *writer_versions(const Writer *w)
{
    return w->versions;
}

/* --- requests of a group --- */

static void note_touched(Writer *w)
{
    for (const TouchedRow *row = w->tx.first_touched; row != NULL; row = row->next) {
        if (w->n_slots == w->slots_size) {
            w->slots_size = MAX((size_t)256, w->slots_size * 2);
            w->slots = realloc(w->slots, w->slots_size * sizeof *w->slots);
            MUST(w->slots != NULL);
        }
        w->slots[w->n_slots++] = versions_slot(row->table->resource, row->key);
    }
}

/* What a request does, between its savepoint and the end of that. */
static Err *run(Tx *tx, WriteRequest *request)
{
    TRY(request->run(tx, request));
    return tx_request_finish(tx);
}

/* Its own requests tell nobody that something was stored. */
static bool is_refused(const Writer *w, const WriteRequest *request)
{
    return w->file != STORE_LIVE && request->context != w && atomic_load(&w->store->held);
}

static Err *run_or_refuse(Writer *w, GroupMember *member)
{
    return is_refused(w, member->request)
               ? err(member->arena, ERR_BUSY,
                     "The server is about to start again; try again later.")
               : run(&w->tx, member->request);
}

/* Errors: those that concern the whole group. */
static Err *run_member(Writer *w, GroupMember *member)
{
    TRY(tx_savepoint(&w->tx, w->errors));
    tx_request_begin(&w->tx, member->arena, member->request->user, member->request->name);
    member->e = run_or_refuse(w, member);
    Err *group_error = NULL;
    if (member->e == NULL) {
        member->seq = w->tx.first_seq != 0 ? w->counters->now.seq : 0;
        note_touched(w);
        group_error = tx_savepoint_keep(&w->tx, w->errors);
    } else if (db_failure(w->db) != DB_FAILURE_NONE || !db_in_transaction(w->db)) {
        group_error = err_copy(w->errors, member->e);
    } else {
        group_error = tx_savepoint_undo(&w->tx, w->errors);
    }
    tx_request_end(&w->tx);
    return group_error;
}

static void answer_expired(WriteRequest *request)
{
    CLEANUP(arena_free) Arena *a = arena_new(1024);
    request->done(request, err(a, ERR_BUSY, "The store is busy; try again later."), 0);
}

/* The next request for the group, NULL if it is at its end. Those that waited too long are told on
 * the way. */
static WriteRequest *take_request(Writer *w, size_t n_objects, bool first)
{
    for (;;) {
        WriteRequest *request = first
                                    ? writer_queue_take_first(&w->queue)
                                    : writer_queue_take_small(&w->queue, GROUP_OBJECTS - n_objects);
        if (request == NULL || request->deadline_us == 0 ||
            datetime_monotonic_us() < request->deadline_us) {
            return request;
        }
        answer_expired(request);
    }
}

static GroupMember *add_member(Writer *w, WriteRequest *request)
{
    GroupMember *member = &w->members[w->n_members++];
    if (member->arena == NULL) {
        member->arena = arena_new(TX_ARENA_BYTES);
    }
    member->request = request;
    member->e = NULL;
    member->seq = 0;
    return member;
}

static Err *run_members(Writer *w, WriteRequest *first)
{
    const int64_t end_us = datetime_monotonic_us() + GROUP_US;
    size_t n_objects = 0;
    for (WriteRequest *request = first; request != NULL;) {
        n_objects += request->n_objects;
        TRY(run_member(w, add_member(w, request)));
        const bool full = w->n_members == GROUP_REQUESTS || n_objects >= GROUP_OBJECTS ||
                          datetime_monotonic_us() >= end_us;
        request = full ? NULL : take_request(w, n_objects, false);
    }
    return NULL;
}

/* --- the end of a group --- */

_Noreturn static void end_process(const Err *e)
{
    log_error("The outcome of a commit is unknown; ending. error=\"%s\" detail=\"%s\"", e->text,
              e->detail != NULL ? e->detail : "");
    _exit(EXIT_UNKNOWN_OUTCOME);
}

static Err *commit(Writer *w)
{
    TRY(counters_write(w->counters, w->db, w->errors));
    db_clear_failure(w->db);
    Err *e = tx_commit(&w->tx, w->errors);
    if (e != NULL && db_failure(w->db) == DB_FAILURE_OTHER) {
        end_process(e);
    }
    return e;
}

static void publish_positions(Writer *w, int64_t seq)
{
    const Model *m = w->store->model;
    for (size_t i = 0; i < m->n_resources; i++) {
        if (counters_take_changed(w->counters, i)) {
            positions_changed(w->store->positions, &m->resources[i], seq);
        }
    }
}

/* Before callers are resumed, so that they read what they wrote; slots first, since who sees the
 * number relies on them. */
static void publish(Writer *w)
{
    const int64_t seq = w->counters->committed.seq;
    if (w->probing || seq != atomic_load(&w->store->files[w->file].seq)) {
        atomic_store(&w->failed, false); /* not after a group that wrote nothing */
    }
    if (w->file == STORE_CONFIG) {
        publish_positions(w, seq);
    }
    for (size_t i = 0; i < w->n_slots; i++) {
        versions_set(w->versions, w->slots[i], seq);
    }
    atomic_store(&w->store->files[w->file].seq, seq);
}

static void undo(Writer *w, const Err *e)
{
    Err *failed = tx_roll_back(&w->tx, w->errors);
    if (failed != NULL && db_in_transaction(w->db)) {
        end_process(failed); /* nothing could ever be written again */
    }
    if (!atomic_exchange(&w->failed, true)) {
        log_error("The store cannot be written. file=%s error=\"%s\" detail=\"%s\"",
                  store_file_name(w->store, w->file), e->text, e->detail != NULL ? e->detail : "");
    }
    for (size_t i = 0; i < w->n_members; i++) {
        w->members[i].e = err_copy(w->members[i].arena, e);
        w->members[i].seq = 0;
    }
}

static void answer(Writer *w)
{
    for (size_t i = 0; i < w->n_members; i++) {
        GroupMember *member = &w->members[i];
        member->request->done(member->request, member->e, member->seq);
        arena_reset(member->arena);
    }
    w->n_members = 0;
    w->n_slots = 0;
}

static void run_group(Writer *w, WriteRequest *first)
{
    db_clear_failure(w->db);
    Err *e = tx_begin(&w->tx, w->errors);
    if (e != NULL) {
        (void)add_member(w, first);
    } else {
        e = run_members(w, first);
    }
    if (e == NULL) {
        e = commit(w);
    }
    if (e == NULL) {
        publish(w);
    } else {
        undo(w, e);
    }
    answer(w);
    arena_reset(w->errors);
}

/* --- between groups --- */

static void checkpoint(Writer *w)
{
    const int64_t bytes = db_wal_bytes(w->db);
    if (bytes < w->checkpoint_bytes) {
        return;
    }
    const bool urgent = bytes >= WAL_BYTES_URGENT;
    int64_t before = 0;
    bool done = false;
    Err *e = db_checkpoint(w->db, w->errors, DB_CHECKPOINT_RESTART,
                           urgent ? CHECKPOINT_WAIT_URGENT_MS : CHECKPOINT_WAIT_MS, &before, &done);
    w->checkpoint_bytes = done && e == NULL ? WAL_BYTES : bytes + WAL_BYTES_STEP;
    if (e != NULL) {
        log_error("The write-ahead log cannot go into the file. file=%s bytes=%lld error=\"%s\" "
                  "detail=\"%s\"",
                  store_file_name(w->store, w->file), (long long)bytes, e->text,
                  e->detail != NULL ? e->detail : "");
    } else if (urgent && !done) {
        log_warning("A reader holds the write-ahead log back. file=%s bytes=%lld",
                    store_file_name(w->store, w->file), (long long)bytes);
    }
    arena_reset(w->errors);
}

static Err *trim_run(Tx *tx, WriteRequest *request)
{
    Writer *w = request->context;
    int64_t n = 0;
    TRY(changelog_trim(tx, CHANGELOG_AGE_US, CHANGELOG_BYTES, TRIM_PORTION, &n));
    if (n == TRIM_PORTION) {
        w->trim_us = 0; /* go on after the requests that wait */
    }
    return NULL;
}

static Err *probe_run(Tx *tx, WriteRequest *request)
{
    (void)request;
    return db_exec(tx->db, tx->arena,
                   "INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', randomblob(8))");
}

/* A disk that can't be written was told by undo(), and only asked about by a probe. */
static void own_done(WriteRequest *request, const Err *e, int64_t seq)
{
    (void)seq;
    const Writer *w = request->context;
    if (e != NULL && !w->probing && !atomic_load(&w->failed)) {
        log_error("The change log cannot be cut. file=%s error=\"%s\" detail=\"%s\"",
                  store_file_name(w->store, w->file), e->text, e->detail != NULL ? e->detail : "");
    }
}

/* A request of the writer itself, as a group of its own. */
static void run_own(Writer *w, Err *(*run_it)(Tx *tx, WriteRequest *request))
{
    WriteRequest request = {.run = run_it,
                            .done = own_done,
                            .context = w,
                            .user = "system",
                            .name = "",
                            .n_objects = 1};
    run_group(w, &request);
}

/* While nobody writes because /healthz says that nobody can. */
static void probe(Writer *w)
{
    w->probing = true;
    run_own(w, probe_run);
    w->probing = false;
}

static void trim_when_due(Writer *w)
{
    const int64_t now_us = datetime_monotonic_us();
    if (w->file == STORE_CONFIG && now_us >= w->trim_us) {
        w->trim_us = now_us + TRIM_EVERY_US;
        run_own(w, trim_run);
    }
}

/* --- the thread --- */

static int64_t wake_us(const Writer *w)
{
    if (atomic_load(&w->failed)) {
        return datetime_monotonic_us() + PROBE_EVERY_US;
    }
    return w->file == STORE_CONFIG ? w->trim_us : INT64_MAX;
}

static void *writer_run(void *context)
{
    Writer *w = context;
    while (writer_queue_wait(&w->queue, wake_us(w))) {
        WriteRequest *request = take_request(w, 0, true);
        if (request != NULL) {
            run_group(w, request);
        } else if (atomic_load(&w->failed)) {
            probe(w);
        }
        trim_when_due(w);
        checkpoint(w);
    }
    return NULL;
}

/* What a process left in the WAL whose commit or sync failed may be in the kernel's memory only:
 * it goes into the file, and is synced, before anything builds on it. */
static Err *settle(Writer *w, Arena *a)
{
    int64_t bytes = 0;
    bool done = false;
    return db_checkpoint(w->db, a, DB_CHECKPOINT_TRUNCATE, CHECKPOINT_WAIT_MS, &bytes, &done);
}

static Err *start(Writer *w, Arena *a)
{
    TRY(settle(w, a));
    if (w->file == STORE_CONFIG) {
        TRY(secret_key_check(w->store, w->db, a));
    }
    TRY(counters_load(w->arena, w->store->tables, w->file, w->db, &w->counters));
    TRY(reader_new_on(a, w->store, w->file, w->db, &w->reader));
    tx_init(&w->tx, w->store, w->file, w->db, w->counters);
    w->tx.reader = w->reader;
    w->trim_us = datetime_monotonic_us() + TRIM_EVERY_US;
    return thread_start(&w->thread, "writer", writer_run, w)
               ? NULL
               : err(a, ERR_IO, "No thread could be started.");
}

static Writer *writer_free(Writer *w)
{
    for (size_t i = 0; i < GROUP_REQUESTS; i++) {
        (void)arena_free(w->members[i].arena);
    }
    tx_deinit(&w->tx);
    (void)reader_free(w->reader);
    (void)db_close(w->db);
    (void)versions_free(w->versions);
    (void)arena_free(w->errors);
    (void)arena_free(w->arena);
    writer_queue_deinit(&w->queue);
    free(w->slots);
    free(w);
    return NULL;
}

Err *writer_start(Arena *a, Store *s, StoreFile file, Db *db, Writer **ret_writer)
{
    Writer *w = calloc(1, sizeof *w);
    MUST(w != NULL);
    w->store = s;
    w->file = file;
    w->db = db;
    w->arena = arena_new(TX_ARENA_BYTES);
    w->errors = arena_new(TX_ARENA_BYTES);
    w->versions = versions_new(s->model->n_resources);
    w->checkpoint_bytes = WAL_BYTES;
    writer_queue_init(&w->queue);
    Err *e = start(w, a);
    if (e != NULL) {
        (void)writer_free(w);
        return e;
    }
    *ret_writer = w;
    return NULL;
}

Writer *writer_stop(Writer *w)
{
    if (w == NULL) {
        return NULL;
    }
    writer_queue_stop(&w->queue);
    thread_join(w->thread);
    return writer_free(w);
}

void store_write(Store *s, StoreFile file, WriteRequest *request)
{
    writer_queue_put(&s->files[file].writer->queue, request);
}

size_t writer_n_waiting(Writer *w)
{
    return writer_queue_count(&w->queue);
}

bool store_can_write(const Store *s)
{
    for (size_t i = 0; i < STORE_FILE_N; i++) {
        if (s->files[i].writer != NULL && atomic_load(&s->files[i].writer->failed)) {
            return false;
        }
    }
    return true;
}
