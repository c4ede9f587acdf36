/* Groups of requests, and several threads that write at once. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/datetime.h"
#include "base/thread.h"
#include "script.h"
#include "store/search.h"
#include "test.h"

enum { REQUESTS = 200, GROUP_MAX = 64, THREADS = 8, WRITES_EACH = 40 };

/* Holds the writer up until it is opened. */
typedef struct Gate {
    Mutex lock;
    Condition changed;
    bool entered, open; /* under lock */
    int n_done;         /* under lock */
} Gate;

typedef struct Numbered {
    WriteRequest request;
    Gate *gate;
    int number;
    bool fails;
    bool ran, done;
    ErrKind kind; /* ERR_N: none */
    int64_t seq;
} Numbered;

static void gate_init(Gate *g)
{
    *g = (Gate){.open = false};
    mutex_init(&g->lock);
    condition_init(&g->changed);
}

static void gate_open(Gate *g)
{
    mutex_lock(&g->lock);
    g->open = true;
    condition_broadcast(&g->changed);
    mutex_unlock(&g->lock);
}

static Err *wait_at_gate(Tx *tx, WriteRequest *request)
{
    (void)tx;
    Gate *g = ((Numbered *)request->context)->gate;
    mutex_lock(&g->lock);
    g->entered = true;
    condition_broadcast(&g->changed);
    while (!g->open) {
        condition_wait(&g->changed, &g->lock);
    }
    mutex_unlock(&g->lock);
    return NULL;
}

static Err *insert_numbered(Tx *tx, WriteRequest *request)
{
    Numbered *n = request->context;
    n->ran = true;
    if (n->fails) {
        return err(tx_arena(tx), ERR_INVALID, "refused");
    }
    Row *row = row_new(tx_arena(tx),
                       model_resource(tx_model(tx), FAMILY_CONFIGURATION, STR("conference")));
    row->values[resource_field(row->resource, STR("name"))->index] =
        value_text(str_format(tx_arena(tx), "room %d", n->number));
    return tx_insert(tx, row);
}

static void note_done(WriteRequest *request, const Err *e, int64_t seq)
{
    Numbered *n = request->context;
    mutex_lock(&n->gate->lock);
    assert_false(n->done);
    n->done = true;
    n->kind = e != NULL ? e->kind : ERR_N;
    n->seq = seq;
    n->gate->n_done++;
    condition_broadcast(&n->gate->changed);
    mutex_unlock(&n->gate->lock);
}

static void wait_for(Gate *g, int n_done)
{
    mutex_lock(&g->lock);
    while (g->n_done < n_done) {
        condition_wait(&g->changed, &g->lock);
    }
    mutex_unlock(&g->lock);
}

static void put(Script *s, Gate *g, Numbered *n, int number, size_t n_objects)
{
    n->gate = g;
    n->number = number;
    n->request.done = note_done;
    n->request.run = n->request.run != NULL ? n->request.run : insert_numbered;
    n->request.context = n;
    n->request.user = "u";
    n->request.name = "r";
    n->request.n_objects = n_objects;
    store_write(s->store, STORE_CONFIG, &n->request);
}

/* Puts a request that stops at the gate, and waits until it does. */
static void block(Script *s, Gate *g, Numbered *blocker)
{
    blocker->request.run = wait_at_gate;
    put(s, g, blocker, 0, 1);
    mutex_lock(&g->lock);
    while (!g->entered) {
        condition_wait(&g->changed, &g->lock);
    }
    mutex_unlock(&g->lock);
}

static Change *changes_after(Script *s, int64_t seq, size_t *ret_n)
{
    CLEANUP(reader_free) Reader *r = NULL;
    Change *changes = NULL;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(changelog_read(r, s->arena, seq, 100000, &changes, ret_n));
    return changes;
}

static int set_up(void **state)
{
    *state = script_new();
    return 0;
}

static int tear_down(void **state)
{
    Script *s = *state;
    assert_string_equal(script_check(s), "");
    *state = script_free(s);
    return 0;
}

/* --- groups --- */

static void test_groups_share_a_commit(void **state)
{
    Script *s = *state;
    Gate g;
    Numbered blocker = {0};
    Numbered requests[REQUESTS] = {0};
    const int64_t before = store_seq(s->store, STORE_CONFIG);
    gate_init(&g);
    block(s, &g, &blocker);
    for (int i = 0; i < REQUESTS; i++) {
        requests[i].fails = i % 10 == 3;
        put(s, &g, &requests[i], i, 1);
    }
    gate_open(&g);
    wait_for(&g, REQUESTS + 1);
    size_t n = 0;
    const Change *changes = changes_after(s, before, &n);
    assert_int_equal(n, REQUESTS - REQUESTS / 10);
    int n_groups = 0;
    int in_group = 0;
    for (size_t i = 0; i < n; i++) {
        const bool new_group = i == 0 || changes[i].tag != changes[i - 1].tag;
        n_groups += new_group;
        in_group = new_group ? 1 : in_group + 1;
        assert_true(in_group <= GROUP_MAX);
    }
    assert_true(n_groups <= 6); /* four full ones, and those that time cut short */
    int64_t seq = before;
    for (int i = 0; i < REQUESTS; i++) {
        assert_int_equal(requests[i].kind, requests[i].fails ? ERR_INVALID : ERR_N);
        assert_int_equal(requests[i].seq, requests[i].fails ? 0 : ++seq);
    }
}

static void test_large_runs_alone(void **state)
{
    Script *s = *state;
    Gate g;
    Numbered blocker = {0};
    Numbered large = {0};
    Numbered small[4] = {0};
    const int64_t before = store_seq(s->store, STORE_CONFIG);
    gate_init(&g);
    block(s, &g, &blocker);
    put(s, &g, &large, 99, 501);
    for (int i = 0; i < 4; i++) {
        put(s, &g, &small[i], i, 1);
    }
    gate_open(&g);
    wait_for(&g, 6);
    size_t n = 0;
    const Change *changes = changes_after(s, before, &n);
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(changes[i].tag == changes[large.seq - before - 1].tag,
                         changes[i].seq == large.seq);
    }
}

static void test_deadline(void **state)
{
    Script *s = *state;
    Gate g;
    Numbered blocker = {0};
    Numbered late = {.request.deadline_us = 1};
    Numbered in_time = {.request.deadline_us =
                            datetime_monotonic_us() + INT64_C(3600) * DATETIME_SECOND_US};
    gate_init(&g);
    block(s, &g, &blocker);
    put(s, &g, &late, 1, 1);
    put(s, &g, &in_time, 2, 1);
    gate_open(&g);
    wait_for(&g, 3);
    assert_false(late.ran);
    assert_int_equal(late.kind, ERR_BUSY);
    assert_true(in_time.ran);
    assert_int_equal(in_time.kind, ERR_N);
}

static void test_close_finishes_what_waits(void **state)
{
    Script *s = *state;
    Gate g;
    Numbered blocker = {0};
    Numbered requests[10] = {0};
    gate_init(&g);
    block(s, &g, &blocker);
    for (int i = 0; i < 10; i++) {
        put(s, &g, &requests[i], i, 1);
    }
    gate_open(&g);
    script_reopen(s);
    assert_int_equal(g.n_done, 11);
    assert_int_equal(script_count(s, "conference"), 10);
}

static void *hold(void *context)
{
    const Script *s = context;
    store_hold_writes(s->store);
    return NULL;
}

/* What ran is stored before it returns; what waits or comes later isn't, and is told so. */
static void test_hold(void **state)
{
    Script *s = *state;
    Gate g;
    Thread holder;
    Numbered blocker = {0};
    Numbered waiting[GROUP_MAX + 1] = {0};
    Numbered later = {0};
    Numbered allowed = {0};
    gate_init(&g);
    block(s, &g, &blocker);
    for (int i = 0; i <= GROUP_MAX; i++) {
        put(s, &g, &waiting[i], i, 1);
    }
    assert_true(thread_start(&holder, "holder", hold, s));
    gate_open(&g);
    thread_join(holder);
    mutex_lock(&g.lock);
    int64_t n_stored = 0;
    assert_int_equal(g.n_done, GROUP_MAX + 2); /* all have their answers */
    for (int i = 0; i <= GROUP_MAX; i++) {
        assert_true(waiting[i].kind == (waiting[i].ran ? ERR_N : ERR_BUSY));
        n_stored += waiting[i].ran;
    }
    mutex_unlock(&g.lock);
    assert_int_equal(script_count(s, "conference"), n_stored);
    put(s, &g, &later, GROUP_MAX + 1, 1);
    wait_for(&g, GROUP_MAX + 3);
    assert_false(later.ran);
    assert_int_equal(later.kind, ERR_BUSY);
    store_allow_writes(s->store);
    put(s, &g, &allowed, GROUP_MAX + 2, 1);
    wait_for(&g, GROUP_MAX + 4);
    assert_int_equal(allowed.kind, ERR_N);
    assert_int_equal(script_count(s, "conference"), n_stored + 1);
}

/* --- inside a request --- */

static Err *count_twice(Tx *tx, WriteRequest *request)
{
    int64_t *counts = request->context;
    const Query q = {.resource =
                         model_resource(tx_model(tx), FAMILY_CONFIGURATION, STR("conference"))};
    TRY(reader_count(tx_reader(tx), tx_arena(tx), &q, &counts[0]));
    Row *row = row_new(tx_arena(tx), q.resource);
    row->values[resource_field(row->resource, STR("name"))->index] = value_text(STR("x"));
    TRY(tx_insert(tx, row));
    return reader_count(tx_reader(tx), tx_arena(tx), &q, &counts[1]);
}

static void test_a_request_sees_its_own_changes(void **state)
{
    Script *s = *state;
    int64_t counts[2] = {-1, -1};
    int64_t seq = 0;
    WriteRequest request = {
        .run = count_twice, .context = counts, .user = "u", .name = "", .n_objects = 1};
    assert_null(store_write_wait(s->store, STORE_CONFIG, s->arena, &request, &seq));
    assert_int_equal(counts[0], 0);
    assert_int_equal(counts[1], 1);
}

static Err *link_too_often(Tx *tx, WriteRequest *request)
{
    const int *n = request->context;
    const Field *f = resource_field(
        model_resource(tx_model(tx), FAMILY_CONFIGURATION, STR("automatic_participant")),
        STR("conference"));
    const Value one = value_integer(1);
    for (int i = 0; i < *n; i++) {
        TRY(tx_set_links(tx, f, one, &one, (size_t)(i % 2 == 0)));
    }
    return NULL;
}

static void test_changes_are_bounded(void **state)
{
    Script *s = *state;
    int64_t seq = 0;
    int n = 100000;
    WriteRequest request = {
        .run = link_too_often, .context = &n, .user = "u", .name = "", .n_objects = 1};
    script_do(s, "create conference name=a; create automatic_participant alias=p");
    assert_null(store_write_wait(s->store, STORE_CONFIG, s->arena, &request, &seq));
    n++;
    const Err *e = store_write_wait(s->store, STORE_CONFIG, s->arena, &request, &seq);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_non_null(strstr(e->text, "at most 100,000"));
    assert_null(strstr(e->text, "404"));
}

/* --- several threads --- */

typedef struct Client {
    Script *script;
    int number;
    int n_unseen; /* answered, but not there to read */
} Client;

static void *run_client(void *context)
{
    Client *c = context;
    const Field *name = resource_field(
        model_resource(c->script->model, FAMILY_CONFIGURATION, STR("conference")), STR("name"));
    Arena *a = arena_new(1 << 24);
    Gate unused = {.open = true};
    Reader *r = NULL;
    Err *e = reader_new(a, c->script->store, &r);
    for (int i = 0; e == NULL && i < WRITES_EACH; i++) {
        Numbered n = {.gate = &unused, .number = c->number * WRITES_EACH + i};
        WriteRequest request = {.run = insert_numbered, .context = &n, .user = "u", .name = "r"};
        int64_t seq = 0;
        int64_t seen_seq = 0;
        Value key = VALUE_NONE;
        e = store_write_wait(c->script->store, STORE_CONFIG, a, &request, &seq);
        e = e != NULL ? e : reader_begin(r, a, &seen_seq);
        e = e != NULL
                ? e
                : reader_find(r, a, name, value_text(str_format(a, "room %d", n.number)), &key);
        reader_end(r);
        c->n_unseen += value_is_null(key) || seen_seq < seq;
    }
    c->n_unseen += e != NULL;
    (void)reader_free(r);
    (void)arena_free(a);
    return NULL;
}

static void test_threads(void **state)
{
    Script *s = *state;
    Thread threads[THREADS];
    Client clients[THREADS];
    const int64_t before = store_seq(s->store, STORE_CONFIG);
    for (int i = 0; i < THREADS; i++) {
        clients[i] = (Client){s, i, 0};
        assert_true(thread_start(&threads[i], "client", run_client, &clients[i]));
    }
    for (int i = 0; i < THREADS; i++) {
        thread_join(threads[i]);
        assert_int_equal(clients[i].n_unseen, 0);
    }
    assert_int_equal(store_seq(s->store, STORE_CONFIG), before + THREADS * WRITES_EACH);
    assert_int_equal(script_count(s, "conference"), THREADS * WRITES_EACH);
    assert_true(store_can_write(s->store));
}

/* --- the write-ahead log --- */

enum { MIB = 1024 * 1024 };

static int64_t wal_bytes(const Script *s)
{
    struct stat st;
    assert_int_equal(stat(str_format(s->arena, "%s/config.db-wal", s->folder).ptr, &st), 0);
    return st.st_size;
}

/* The row and its log make four MiB or more of WAL. */
static Err *insert_long(Tx *tx, WriteRequest *request)
{
    Row *row = row_new(tx_arena(tx),
                       model_resource(tx_model(tx), FAMILY_CONFIGURATION, STR("conference")));
    char *text = arena_alloc(tx_arena(tx), 2 * MIB);
    memset(text, 'x', 2 * MIB);
    row->values[resource_field(row->resource, STR("description"))->index] =
        value_text((Str){text, 2 * MIB});
    (void)request;
    return tx_insert(tx, row);
}

static void write_long(Script *s, int n)
{
    for (int i = 0; i < n; i++) {
        WriteRequest request = {.run = insert_long, .user = "u", .name = "", .n_objects = 1};
        int64_t seq = 0;
        assert_null(store_write_wait(s->store, STORE_CONFIG, s->arena, &request, &seq));
    }
}

static void test_wal_stays_small(void **state)
{
    Script *s = *state;
    /* It reads the log now and then: here only the test's own reader may hold the WAL back. */
    s->store->search = search_stop(s->store->search);
    write_long(s, 15);
    assert_in_range(wal_bytes(s), 16 * MIB, 22 * MIB);

    /* A reader that looks at an old state holds it back, but nobody has to wait. */
    Reader *r = NULL;
    const Row *row = NULL;
    assert_null(reader_new(s->arena, s->store, &r));
    assert_null(reader_get(r, s->arena, script_resource(s, "role"), value_integer(1), &row));
    write_long(s, 8);
    assert_true(wal_bytes(s) > 26 * MIB);
    reader_end(r);
    r = reader_free(r);
    write_long(s, 2); /* the next attempt */
    const int64_t bytes = wal_bytes(s);
    write_long(s, 5); /* over what was there */
    assert_int_equal(wal_bytes(s), bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_groups_share_a_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_runs_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_close_finishes_what_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_request_sees_its_own_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wal_stays_small, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
