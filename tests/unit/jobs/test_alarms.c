/* Alarms, and those about certificates. */
#include "jobs/jobs_fixture.h"

#include <stdlib.h>

#include "base/datetime.h"
#include "manager/jobs/alarms.h"
#include "manager/jobs/certificates.h"
#include "manager/resources/certificate_fields.h"
#include "model/model_ids.h"
#include "pki/self_signed.h"

#define NAME STR("autobackup_upload_failed")

typedef JobsFixture Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    *f = jobs_fixture_new();
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

/* --- looking --- */

typedef struct Rows {
    const Row **rows;
    size_t n;
} Rows;

static Rows rows_of(Fixture *f, uint16_t resource)
{
    const Query q = {.resource = model_at(f->script->model, resource), .limit = 100};
    Rows found = {NULL, 0};
    int64_t seq = 0;
    check(reader_begin(f->reader, f->script->arena, &seq));
    check(reader_select(f->reader, f->script->arena, &q, &found.rows, &found.n));
    reader_end(f->reader);
    return found;
}

static void put_alarm(Buf *out, const Row *row, uint16_t instance, uint16_t level, bool raised)
{
    buf_printf(out, "%s%.*s %.*s%s", out->len > 0 ? ", " : "", STR_ARG(row->values[instance].text),
               STR_ARG(row->values[level].text), raised ? "" : " over");
}

static const char *live(Fixture *f)
{
    CLEANUP(buf_free) Buf *out = buf_new(10000);
    const Rows found = rows_of(f, RES_STATUS_ALARM);
    for (size_t i = 0; i < found.n; i++) {
        put_alarm(out, found.rows[i], FLD_STATUS_ALARM_INSTANCE, FLD_STATUS_ALARM_LEVEL, true);
    }
    return str_to_cstr(f->script->arena, buf_str(out));
}

static const char *history(Fixture *f)
{
    CLEANUP(buf_free) Buf *out = buf_new(10000);
    const Rows found = rows_of(f, RES_HISTORY_ALARM);
    for (size_t i = 0; i < found.n; i++) {
        put_alarm(out, found.rows[i], FLD_HISTORY_ALARM_INSTANCE, FLD_HISTORY_ALARM_LEVEL,
                  value_is_null(found.rows[i]->values[FLD_HISTORY_ALARM_TIME_LOWERED]));
    }
    return str_to_cstr(f->script->arena, buf_str(out));
}

static void set(Fixture *f, const Alarm wanted[], size_t n)
{
    check(alarms_set(f->script->store, f->reader, f->script->arena, NAME, wanted, n));
}

/* --- alarms --- */

static const Alarm a_warning = {STR_INIT("warning"), STR_INIT("a"), STR_INIT("x")};
static const Alarm a_error = {STR_INIT("error"), STR_INIT("a"), STR_INIT("y")};
static const Alarm b_warning = {STR_INIT("warning"), STR_INIT("b"), STR_INIT("x")};

static void test_raise_and_lower(void **state)
{
    Fixture *f = *state;
    set(f, (Alarm[]){a_warning, b_warning}, 2);
    assert_string_equal(live(f), "a warning, b warning");
    assert_string_equal(history(f), "a warning, b warning");
    set(f, (Alarm[]){a_error}, 1);
    assert_string_equal(live(f), "a error");
    assert_string_equal(history(f), "a error, b warning over");
    set(f, (Alarm[]){b_warning, a_error}, 2); /* b again: another one */
    assert_string_equal(live(f), "a error, b warning");
    assert_string_equal(history(f), "a error, b warning over, b warning");
    set(f, NULL, 0);
    assert_string_equal(live(f), "");
    assert_string_equal(history(f), "a error over, b warning over, b warning over");
}

static void test_fields(void **state)
{
    Fixture *f = *state;
    set(f, &a_warning, 1);
    const Row *row = rows_of(f, RES_STATUS_ALARM).rows[0];
    const Row *kept = rows_of(f, RES_HISTORY_ALARM).rows[0];
    assert_true(value_equal(row->key, kept->key));
    assert_true(value_equal(row->values[FLD_STATUS_ALARM_TIME_RAISED],
                            kept->values[FLD_HISTORY_ALARM_TIME_RAISED]));
    assert_true(row->values[FLD_STATUS_ALARM_IDENTIFIER].integer > 0);
    assert_true(str_equal(row->values[FLD_STATUS_ALARM_DETAILS].text, STR("x")));
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        const Field *field = &row->resource->fields[i];
        assert_true(!field->stored || field->is_key || !value_is_null(row->values[i]));
    }
}

static void test_no_change_writes_nothing(void **state)
{
    Fixture *f = *state;
    set(f, &a_warning, 1);
    const int64_t live_seq = store_seq(f->script->store, STORE_LIVE);
    const int64_t history_seq = store_seq(f->script->store, STORE_HISTORY);
    set(f, &a_warning, 1);
    assert_int_equal(store_seq(f->script->store, STORE_LIVE), live_seq);
    assert_int_equal(store_seq(f->script->store, STORE_HISTORY), history_seq);
}

/* One that outlasts a restart keeps number and time; one that doesn't is lowered. */
static void test_restart(void **state)
{
    Fixture *f = *state;
    set(f, (Alarm[]){a_warning, b_warning}, 2);
    const Row *before = rows_of(f, RES_STATUS_ALARM).rows[1];
    f->reader = reader_free(f->reader);
    script_reopen(f->script);
    check(reader_new(f->script->arena, f->script->store, &f->reader));
    assert_string_equal(live(f), "");
    set(f, &b_warning, 1);
    const Row *after = rows_of(f, RES_STATUS_ALARM).rows[0];
    assert_true(value_equal(after->key, before->key));
    assert_true(value_equal(after->values[FLD_STATUS_ALARM_TIME_RAISED],
                            before->values[FLD_STATUS_ALARM_TIME_RAISED]));
    assert_string_equal(history(f), "a warning over, b warning");
}

/* --- certificates --- */

/* PEM, or what isn't any, for the writer. The validity is stored beside it, as by the resource. */
static Err *insert_certificate(Tx *tx, WriteRequest *request)
{
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    const Resource *r = model_at(tx_model(tx), RES_CA_CERTIFICATE);
    Row *row = row_new(tx_arena(tx), r);
    for (size_t i = 0; i < r->n_fields; i++) {
        row->values[i] = r->fields[i].stored ? r->fields[i].default_value : VALUE_NONE;
    }
    row->values[FLD_CA_CERTIFICATE_CERTIFICATE] = value_text(str_from(request->context));
    if (certificates_read(tx_arena(tx), str_from(request->context), &certificates) == NULL) {
        TRY(certificate_fields_fill(&certificate_fields_ca, tx_arena(tx), certificates, 0, row));
    }
    return tx_insert(tx, row);
}

static void add_certificate(Fixture *f, const char *name)
{
    Arena *a = f->script->arena;
    const Str dns = str_from(name);
    const SelfSignedNames names = {.dns = &dns, .n_dns = 1};
    Str pem = STR("nonsense");
    Str key = STR_NONE;
    int64_t seq = 0;
    if (name != NULL) {
        check(self_signed_make(a, &names, &pem, &key));
    }
    WriteRequest request = {
        .run = insert_certificate, .context = str_to_cstr(a, pem), .user = "admin", .name = ""};
    check(store_write_wait(f->script->store, STORE_CONFIG, a, &request, &seq));
}

static void test_certificates(void **state)
{
    static const struct {
        int64_t days; /* from now */

        const char *expected;
    } steps[] = {
        {0, ""},
        {SELF_SIGNED_DAYS - 32, ""},
        {SELF_SIGNED_DAYS - 20, "one.example warning"},
        {SELF_SIGNED_DAYS + 2, "one.example error"},
        {-5, "one.example error"},
        {0, ""},
    };
    Fixture *f = *state;
    CertificateAlarms c = {.store = f->script->store, .reader = f->reader};
    const int64_t now_us = datetime_now_us();
    add_certificate(f, "one.example");
    add_certificate(f, NULL);
    script_do(f->script, "delete tls_certificate 1");
    for (size_t i = 0; i < ARRAY_N(steps); i++) {
        c.next_us = 0; /* an hour later */
        check(certificates_run(&c, f->script->arena, now_us + steps[i].days * DATETIME_DAY_US));
        assert_string_equal(live(f), steps[i].expected);
    }
}

static void test_changed_certificates(void **state)
{
    Fixture *f = *state;
    CertificateAlarms c = {.store = f->script->store, .reader = f->reader};
    const int64_t late_us = datetime_now_us() + SELF_SIGNED_DAYS * DATETIME_DAY_US;
    script_do(f->script, "delete tls_certificate 1");
    check(certificates_run(&c, f->script->arena, late_us));
    add_certificate(f, "two.example");
    check(certificates_run(&c, f->script->arena, late_us));
    assert_string_equal(live(f), "two.example error");
    const int64_t next_us = c.next_us;
    script_do(f->script, "create conference name=a service_type=conference");
    check(certificates_run(&c, f->script->arena, late_us));
    assert_int_equal(c.next_us, next_us); /* nobody looked */
    script_do(f->script, "delete ca_certificate 1");
    check(certificates_run(&c, f->script->arena, late_us));
    assert_string_equal(live(f), "");
    assert_string_equal(history(f), "two.example error over");
}

/* Alarms follow a clock that is set right at once, not with the next look in an hour. */
static void test_clock_jump(void **state)
{
    Fixture *f = *state;
    CertificateAlarms c = {.store = f->script->store, .reader = f->reader};
    const int64_t now_us = datetime_now_us();
    const int64_t late_us = now_us + (SELF_SIGNED_DAYS + 2) * DATETIME_DAY_US;
    add_certificate(f, "one.example");
    script_do(f->script, "delete tls_certificate 1");
    const struct {
        int64_t now_us;
        const char *expected;
    } looks[] = {{now_us, ""}, {late_us, "one.example error"}, {now_us, ""}};
    for (size_t i = 0; i < ARRAY_N(looks); i++) {
        check(certificates_run(&c, f->script->arena, looks[i].now_us));
        assert_string_equal(live(f), looks[i].expected);
    }
    assert_string_equal(history(f), "one.example error over");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_raise_and_lower, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_change_writes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changed_certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock_jump, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
