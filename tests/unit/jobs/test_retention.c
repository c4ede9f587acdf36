/* Retention, with a real store and small limits. */
#include "jobs/jobs_fixture.h"

#include <stdlib.h>

#include "base/datetime.h"
#include "manager/jobs/retention.h"
#include "model/model_ids.h"

#define NOON_US (INT64_C(1772366400) * DATETIME_SECOND_US) /* 2026-03-01T12:00:00 */
#define HOUR_US (3600 * DATETIME_SECOND_US)

enum { CONFERENCES = 40, OTHERS = 60, PORTION = 5 };

static const RetentionLimits limits = {
    .conferences = CONFERENCES,
    .others = OTHERS,
    .rest_us = HOUR_US,
    .budget_us = HOUR_US,
    .portion = PORTION,
};

typedef struct Fixture {
    Script *script;
    Retention retention;
    Reader *reader;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    const JobsFixture store = jobs_fixture_new();
    f->script = store.script;
    f->reader = store.reader;
    f->retention = (Retention){.store = f->script->store, .reader = f->reader, .limits = &limits};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    jobs_fixture_end(f->script, f->reader);
    free(f);
    return 0;
}

/* --- rows --- */

/* So many rows from a number on; the higher it is the later they ended. */
typedef struct Rows {
    uint16_t resource;
    int first, n;
    int n_parts;        /* participants each, or rows of the same kind as parts of one conference */
    int n_streams;      /* of each participant */
    int64_t hours_each; /* between two */
    bool unended;
} Rows;

static Value key_text(Arena *a, const char *kind, int number)
{
    return value_text(str_format(a, "%s%07d", kind, number));
}

static Row *new_row(Tx *tx, uint16_t resource)
{
    Row *row = row_new(tx_arena(tx), model_at(tx_model(tx), resource));
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        const Field *f = &row->resource->fields[i];
        row->values[i] = f->stored ? f->default_value : VALUE_NONE;
    }
    return row;
}

static Err *insert_participant(Tx *tx, const Rows *rows, int number, Value conference, Value end)
{
    Row *row = new_row(tx, RES_HISTORY_PARTICIPANT);
    row->key = key_text(tx_arena(tx), "p", number);
    row->values[FLD_HISTORY_PARTICIPANT_CONFERENCE] = conference;
    row->values[FLD_HISTORY_PARTICIPANT_START_TIME] = end;
    row->values[FLD_HISTORY_PARTICIPANT_END_TIME] = end;
    TRY(tx_insert(tx, row));
    for (int i = 0; i < rows->n_streams; i++) {
        Row *stream = new_row(tx, RES_HISTORY_MEDIA_STREAM);
        stream->values[FLD_HISTORY_MEDIA_STREAM_PARTICIPANT] = row->key;
        stream->values[FLD_HISTORY_MEDIA_STREAM_END_TIME] = end;
        TRY(tx_insert(tx, stream));
    }
    return NULL;
}

static Err *insert_conference(Tx *tx, const Rows *rows, int number, Value end)
{
    Row *row = new_row(tx, RES_HISTORY_CONFERENCE);
    row->key = key_text(tx_arena(tx), "c", number);
    row->values[FLD_HISTORY_CONFERENCE_END_TIME] = end;
    TRY(tx_insert(tx, row));
    for (int i = 0; i < rows->n_parts; i++) {
        TRY(insert_participant(tx, rows, number * 1000 + i, row->key, end));
    }
    return NULL;
}

static Err *insert_alarm(Tx *tx, const Rows *rows, Value end)
{
    Row *row = new_row(tx, RES_HISTORY_ALARM);
    row->values[FLD_HISTORY_ALARM_TIME_RAISED] = end;
    row->values[FLD_HISTORY_ALARM_TIME_LOWERED] = rows->unended ? VALUE_NONE : end;
    return tx_insert(tx, row);
}

static Err *insert_rows(Tx *tx, WriteRequest *request)
{
    const Rows *rows = request->context;
    for (int i = rows->first; i < rows->first + rows->n; i++) {
        const Value end = value_integer(NOON_US + i * rows->hours_each * HOUR_US);
        if (rows->resource == RES_HISTORY_CONFERENCE) {
            TRY(insert_conference(tx, rows, i, end));
        } else if (rows->resource == RES_HISTORY_PARTICIPANT) {
            TRY(insert_participant(tx, rows, i, VALUE_NONE, end));
        } else {
            TRY(insert_alarm(tx, rows, end));
        }
    }
    return NULL;
}

static void put(Fixture *f, Rows rows)
{
    WriteRequest request = {
        .run = insert_rows, .context = &rows, .user = "node", .name = "", .n_objects = 1};
    int64_t seq = 0;
    rows.hours_each = rows.hours_each != 0 ? rows.hours_each : 1;
    check(store_write_wait(f->script->store, STORE_HISTORY, f->script->arena, &request, &seq));
}

static void put_conferences(Fixture *f, int first, int n)
{
    put(f, (Rows){RES_HISTORY_CONFERENCE, .first = first, .n = n, .n_parts = 2, .n_streams = 1});
}

static int64_t count(Fixture *f, uint16_t resource)
{
    Arena *a = f->script->arena;
    const Query q = {.resource = model_at(f->script->model, resource), .limit = 1};
    int64_t n = 0;
    int64_t seq = 0;
    check(reader_begin(f->reader, a, &seq));
    check(reader_count(f->reader, a, &q, &n));
    reader_end(f->reader);
    return n;
}

static bool has_conference(Fixture *f, int number)
{
    Arena *a = f->script->arena;
    const Row *row = NULL;
    int64_t seq = 0;
    check(reader_begin(f->reader, a, &seq));
    check(reader_get(f->reader, a, model_at(f->script->model, RES_HISTORY_CONFERENCE),
                     key_text(a, "c", number), &row));
    reader_end(f->reader);
    return row != NULL;
}

static void run_at(Fixture *f, int64_t now_us)
{
    check(retention_run(&f->retention, f->script->arena, now_us));
}

/* As if the time to rest had gone by. */
static void run_rested(Fixture *f, int64_t now_us)
{
    f->retention.next_us = 0;
    run_at(f, now_us);
}

/* --- numbers --- */

static void test_five_percent(void **state)
{
    Fixture *f = *state;
    put_conferences(f, 0, CONFERENCES + 2); /* 5 % over: not passed yet */
    run_at(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES + 2);
    put_conferences(f, CONFERENCES + 2, 1);
    run_rested(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES);
    assert_false(has_conference(f, 2));
    assert_true(has_conference(f, 3));
    assert_int_equal(count(f, RES_HISTORY_PARTICIPANT), 2 * CONFERENCES);
    assert_int_equal(count(f, RES_HISTORY_MEDIA_STREAM), 2 * CONFERENCES);
}

static void test_rest_between_steps(void **state)
{
    Fixture *f = *state;
    put_conferences(f, 0, 2 * CONFERENCES);
    run_at(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES);
    put_conferences(f, 2 * CONFERENCES, CONFERENCES);
    run_at(f, NOON_US + 48 * HOUR_US); /* whatever the wall clock says */
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), 2 * CONFERENCES);
    run_rested(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES);
}

/* A run that has no time does one transaction; the next ones go on, down to the limit. */
static void test_a_step_in_several_runs(void **state)
{
    Fixture *f = *state;
    RetentionLimits slow = limits;
    slow.budget_us = 0;
    f->retention.limits = &slow;
    put_conferences(f, 0, CONFERENCES + 13);
    for (int n = 13; n > 0; n--) {
        assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES + n);
        run_at(f, NOON_US);
    }
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES);
    run_at(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES);
}

static void test_others(void **state)
{
    Fixture *f = *state;
    put(f, (Rows){RES_HISTORY_ALARM, .n = OTHERS + 3, .unended = true});
    put(f, (Rows){RES_HISTORY_PARTICIPANT, .n = OTHERS + 10, .n_streams = 1});
    run_at(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_ALARM), OTHERS + 3);
    assert_int_equal(count(f, RES_HISTORY_PARTICIPANT), OTHERS);
    assert_int_equal(count(f, RES_HISTORY_MEDIA_STREAM), OTHERS);
    put(f, (Rows){RES_HISTORY_ALARM, .n = 1}); /* the only one that has ended goes first */
    run_rested(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_ALARM), OTHERS);
}

/* Participants of conferences don't count as others. */
static void test_participants_stay_with_their_conference(void **state)
{
    Fixture *f = *state;
    put(f, (Rows){RES_HISTORY_CONFERENCE, .n = 2, .n_parts = 2 * OTHERS});
    run_at(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_PARTICIPANT), 4 * OTHERS);
}

/* More parts than a transaction takes, at both levels. */
static void test_large_conference(void **state)
{
    Fixture *f = *state;
    put(f, (Rows){RES_HISTORY_CONFERENCE, .first = -1, .n = 1, .n_parts = 3 * PORTION + 1,
                  .n_streams = 2 * PORTION});
    put_conferences(f, 0, CONFERENCES + 2);
    run_at(f, NOON_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES);
    assert_int_equal(count(f, RES_HISTORY_PARTICIPANT), 2 * CONFERENCES);
    assert_int_equal(count(f, RES_HISTORY_MEDIA_STREAM), 2 * CONFERENCES);
}

/* Without time, a conference whose parts are many goes a transaction a run: no run is longer than
 * its budget by more than that. It takes no more transactions than there are portions. */
static void test_large_conference_in_several_runs(void **state)
{
    Fixture *f = *state;
    enum { PARTS = 4 * PORTION, OVER = 3 };
    RetentionLimits slow = limits;
    slow.budget_us = 0;
    f->retention.limits = &slow;
    put(f, (Rows){RES_HISTORY_CONFERENCE, .first = -1, .n = 1, .n_parts = PARTS, .n_streams = 1});
    put_conferences(f, 0, CONFERENCES + OVER - 1);
    for (int left = PARTS - PORTION; left >= 0; left -= PORTION) {
        run_at(f, NOON_US);
        assert_true(has_conference(f, -1));
        assert_int_equal(count(f, RES_HISTORY_PARTICIPANT), left + 2 * (CONFERENCES + OVER - 1));
    }
    for (int over = OVER - 1; over >= 0; over--) {
        run_at(f, NOON_US);
        assert_false(has_conference(f, -1));
        assert_int_equal(count(f, RES_HISTORY_CONFERENCE), CONFERENCES + over);
    }
    assert_int_equal(count(f, RES_HISTORY_MEDIA_STREAM), 2 * CONFERENCES);
}

/* --- age --- */

static void set_max_age(Fixture *f, int days)
{
    script_do(f->script, str_format(f->script->arena, "update global 1 logs_max_age=%d", days).ptr);
}

static void test_age(void **state)
{
    Fixture *f = *state;
    put_conferences(f, 0, 30);
    put(f, (Rows){RES_HISTORY_ALARM, .n = 30});
    put(f, (Rows){RES_HISTORY_ALARM, .n = 30, .unended = true});
    run_at(f, NOON_US + 1000 * HOUR_US); /* 0 days: for ever */
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), 30);
    set_max_age(f, 1);
    run_rested(f, NOON_US + 34 * HOUR_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), 20);
    assert_int_equal(count(f, RES_HISTORY_PARTICIPANT), 40);
    assert_int_equal(count(f, RES_HISTORY_ALARM), 20 + 30);
    assert_false(has_conference(f, 9));
    assert_true(has_conference(f, 10));
}

/* A clock that was set to another year makes nothing old. */
static void test_clock_jump(void **state)
{
    Fixture *f = *state;
    RetentionLimits careful = limits;
    careful.steady_us = HOUR_US;
    f->retention.limits = &careful;
    put_conferences(f, 0, 30);
    set_max_age(f, 1);
    run_at(f, NOON_US + 100000 * HOUR_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), 30);
    f->retention.clock.steady_us -= HOUR_US; /* an hour later it still is that year */
    run_rested(f, NOON_US + 100000 * HOUR_US);
    assert_int_equal(count(f, RES_HISTORY_CONFERENCE), 0);
}

static void test_steady_clock(void **state)
{
    (void)state;
    static const struct {
        int64_t wall_s, monotonic_s;
        bool steady;
    } looks[] = {
        {1000, 0, false},    {2000, 1000, false}, {4600, 3600, true}, {4670, 3601, false},
        {8000, 6931, false}, {8270, 7201, true},  {8300, 7290, true}, /* slewed by less than a
                                                                         minute */
        {5000, 7300, false},                                          /* back */
    };
    SteadyClock clock = {.known = false};
    for (size_t i = 0; i < ARRAY_N(looks); i++) {
        assert_int_equal(steady_clock_look(&clock, looks[i].wall_s * DATETIME_SECOND_US,
                                           looks[i].monotonic_s * DATETIME_SECOND_US, HOUR_US),
                         looks[i].steady);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_five_percent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rest_between_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_step_in_several_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_participants_stay_with_their_conference, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_large_conference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_conference_in_several_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_age, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock_jump, set_up, tear_down),
        cmocka_unit_test(test_steady_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
