/* Live rows that follow the configuration. */
#include "jobs/jobs_fixture.h"

#include <dirent.h>
#include <stdlib.h>

#include "manager/jobs/management_vm.h"
#include "manager/jobs/mirror.h"
#include "model/model_ids.h"

#define NODE "hostname=%d domain=x address=10.0.0.%d netmask=n gateway=g system_location=%d"

enum { FIRST_US = 1000000, LATER_US = 2000000, MANY = 450 };

typedef struct Fixture {
    Script *script;
    Mirrors mirrors;
    Reader *reader;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    const JobsFixture store = jobs_fixture_new();
    f->script = store.script;
    f->reader = store.reader;
    f->mirrors = (Mirrors){.store = f->script->store, .reader = f->reader};
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

static void run(Fixture *f)
{
    check(mirrors_run(&f->mirrors, f->script->arena, FIRST_US));
}

static const Row *row_of(Fixture *f, uint16_t resource, int64_t key)
{
    Arena *a = f->script->arena;
    const Row *row = NULL;
    int64_t seq = 0;
    check(reader_begin(f->reader, a, &seq));
    check(reader_get(f->reader, a, model_at(f->script->model, resource), value_integer(key), &row));
    reader_end(f->reader);
    return row;
}

static int64_t count_of(Fixture *f, uint16_t resource)
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

static void assert_text(const Row *row, uint16_t field, const char *text)
{
    assert_non_null(row);
    assert_int_equal(row->values[field].type, VALUE_TEXT);
    if (!str_equal(row->values[field].text, str_from(text))) {
        fail_msg("%.*s instead of %s", STR_ARG(row->values[field].text), text);
    }
}

static void create_node(Fixture *f, const char *name, int number, int location)
{
    script_do(f->script, str_format(f->script->arena, "create worker_vm name=%s " NODE, name,
                                    number, number, location)
                             .ptr);
}

static void test_start(void **state)
{
    Fixture *f = *state;
    script_do(f->script, "create system_location 7 name=Oslo");
    create_node(f, "one", 1, 7);
    run(f);
    const Row *node = row_of(f, RES_STATUS_WORKER_VM, 1);
    assert_text(node, FLD_STATUS_WORKER_VM_NAME, "one");
    assert_text(node, FLD_STATUS_WORKER_VM_SYSTEM_LOCATION, "Oslo");
    assert_text(node, FLD_STATUS_WORKER_VM_SYNC_STATUS, "OUT_OF_SYNC");
    assert_text(node, FLD_STATUS_WORKER_VM_HYPERVISOR, "");
    assert_int_equal(node->values[FLD_STATUS_WORKER_VM_CONFIGURATION_ID].integer, 1);
    assert_true(value_is_null(node->values[FLD_STATUS_WORKER_VM_LAST_UPDATED]));
    assert_true(value_equal(node->values[FLD_STATUS_WORKER_VM_MEDIA_LOAD], value_integer(0)));
    assert_text(row_of(f, RES_STATUS_SYSTEM_LOCATION, 7), FLD_STATUS_SYSTEM_LOCATION_NAME, "Oslo");
    assert_int_equal(count_of(f, RES_STATUS_WORKER_VM__STATISTICS), 1);
    assert_int_equal(count_of(f, RES_STATUS_SYSTEM_LOCATION__STATISTICS), 1);
    assert_int_equal(count_of(f, RES_STATUS_MANAGEMENT_VM), 1);
    assert_int_equal(count_of(f, RES_STATUS_LICENSING), 1);
}

static int n_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int n = 0;
    assert_non_null(folder);
    while (readdir(folder) != NULL) {
        n++;
    }
    (void)closedir(folder);
    return n;
}

/* A lack of descriptors later doesn't stop the job. */
static void test_connected(void **state)
{
    Fixture *f = *state;
    check(reader_connect(f->reader, f->script->arena));
    const int n = n_descriptors();
    run(f);
    (void)count_of(f, RES_HISTORY_ALARM);
    assert_int_equal(n_descriptors(), n);
}

static void test_changes(void **state)
{
    Fixture *f = *state;
    run(f);
    script_do(f->script, "create system_location 7 name=Oslo; create system_location 8 name=Rome");
    create_node(f, "one", 1, 7);
    create_node(f, "two", 2, 8);
    run(f);
    script_do(f->script, "update system_location 7 name=Bergen");
    script_do(f->script, "update worker_vm 2 name=zwei maintenance_mode=1");
    run(f);
    assert_text(row_of(f, RES_STATUS_SYSTEM_LOCATION, 7), FLD_STATUS_SYSTEM_LOCATION_NAME,
                "Bergen");
    assert_text(row_of(f, RES_STATUS_WORKER_VM, 1), FLD_STATUS_WORKER_VM_SYSTEM_LOCATION, "Bergen");
    assert_text(row_of(f, RES_STATUS_WORKER_VM, 2), FLD_STATUS_WORKER_VM_SYSTEM_LOCATION, "Rome");
    assert_text(row_of(f, RES_STATUS_WORKER_VM, 2), FLD_STATUS_WORKER_VM_NAME, "zwei");
    script_do(f->script, "delete worker_vm 1; delete system_location 7");
    run(f);
    assert_null(row_of(f, RES_STATUS_WORKER_VM, 1));
    assert_null(row_of(f, RES_STATUS_SYSTEM_LOCATION, 7));
    assert_int_equal(count_of(f, RES_STATUS_WORKER_VM__STATISTICS), 1);
    assert_int_equal(count_of(f, RES_STATUS_SYSTEM_LOCATION__STATISTICS), 1);
}

/* Nothing is written, nor anything asked of the store, while the configuration stays. */
static void test_no_change(void **state)
{
    Fixture *f = *state;
    run(f);
    const int64_t live_seq = store_seq(f->script->store, STORE_LIVE);
    const int64_t n = reader_n_statements(f->reader);
    run(f);
    assert_int_equal(reader_n_statements(f->reader), n);
    script_do(f->script, "create conference name=a service_type=conference");
    run(f);
    assert_int_equal(store_seq(f->script->store, STORE_LIVE), live_seq);
}

static Err *report(Tx *tx, WriteRequest *request)
{
    (void)request;
    const Row *old = NULL;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), model_at(tx_model(tx), RES_STATUS_WORKER_VM),
                   value_integer(1), &old));
    Row *new = row_copy(tx_arena(tx), old);
    new->values[FLD_STATUS_WORKER_VM_HYPERVISOR] = value_text(STR("KVM"));
    return tx_update(tx, old, new);
}

static void test_what_nodes_report_stays(void **state)
{
    Fixture *f = *state;
    script_do(f->script, "create system_location 7 name=Oslo");
    create_node(f, "one", 1, 7);
    run(f);
    WriteRequest request = {.run = report, .user = "node", .name = "", .n_objects = 1};
    int64_t seq = 0;
    check(store_write_wait(f->script->store, STORE_LIVE, f->script->arena, &request, &seq));
    script_do(f->script, "update worker_vm 1 name=eins");
    run(f);
    assert_text(row_of(f, RES_STATUS_WORKER_VM, 1), FLD_STATUS_WORKER_VM_HYPERVISOR, "KVM");
    assert_text(row_of(f, RES_STATUS_WORKER_VM, 1), FLD_STATUS_WORKER_VM_NAME, "eins");
}

static void create_locations(Fixture *f, int from, int n)
{
    CLEANUP(buf_free) Buf *script = buf_new((size_t)1 << 20);
    for (int i = 0; i < n; i++) {
        buf_printf(script, "%screate system_location name=l%d", i > 0 ? "; " : "", from + i);
    }
    script_do(f->script, str_to_cstr(f->script->arena, buf_str(script)));
}

/* More changes and rows than are taken at a time. */
static void test_many(void **state)
{
    Fixture *f = *state;
    create_locations(f, 0, MANY);
    run(f);
    assert_int_equal(count_of(f, RES_STATUS_SYSTEM_LOCATION), MANY);
    create_locations(f, MANY, MANY);
    run(f);
    assert_int_equal(count_of(f, RES_STATUS_SYSTEM_LOCATION), 2 * MANY);
}

/* The log was cut before what was missed: everything is compared. */
static void test_fallen_behind(void **state)
{
    Fixture *f = *state;
    script_do(f->script, "create system_location 7 name=Oslo; create system_location 8 name=Rome");
    run(f);
    script_do(f->script, "delete system_location 7; update system_location 8 name=Roma");
    script_do(f->script, "create system_location 9 name=Bern");
    script_sql(f->script, STORE_CONFIG,
               "DELETE FROM change_log WHERE seq < "
               "(SELECT max(seq) FROM change_log)");
    run(f);
    assert_null(row_of(f, RES_STATUS_SYSTEM_LOCATION, 7));
    assert_text(row_of(f, RES_STATUS_SYSTEM_LOCATION, 8), FLD_STATUS_SYSTEM_LOCATION_NAME, "Roma");
    assert_text(row_of(f, RES_STATUS_SYSTEM_LOCATION, 9), FLD_STATUS_SYSTEM_LOCATION_NAME, "Bern");
}

static Err *add_licence(Tx *tx, WriteRequest *request)
{
    const char *key = request->context;
    Row *row = row_new(tx_arena(tx), model_at(tx_model(tx), RES_LICENCE));
    row->key = value_text(str_from(key));
    row->values[FLD_LICENCE_CONCURRENT] = value_integer(key[0] - '0');
    return tx_insert(tx, row);
}

static void test_licences(void **state)
{
    Fixture *f = *state;
    char keys[][2] = {"3", "4"};
    run(f);
    for (size_t i = 0; i < ARRAY_N(keys); i++) {
        WriteRequest request = {.run = add_licence, .context = keys[i], .user = "a", .name = ""};
        int64_t seq = 0;
        check(store_write_wait(f->script->store, STORE_CONFIG, f->script->arena, &request, &seq));
    }
    run(f);
    const Row *row = row_of(f, RES_STATUS_LICENSING, 1);
    assert_int_equal(row->values[FLD_STATUS_LICENSING_PORT_TOTAL].integer, 7);
    assert_int_equal(row->values[FLD_STATUS_LICENSING_PORT_COUNT].integer, 0);
}

static void test_times_of_the_management_vm(void **state)
{
    Fixture *f = *state;
    check(management_vm_run(f->script->store, f->script->arena, LATER_US)); /* no row yet */
    run(f);
    const Row *row = row_of(f, RES_STATUS_MANAGEMENT_VM, 1);
    assert_int_equal(row->values[FLD_STATUS_MANAGEMENT_VM_LAST_UPDATED].integer, FIRST_US);
    assert_text(row, FLD_STATUS_MANAGEMENT_VM_SYNC_STATUS, "SYNCED");
    check(management_vm_run(f->script->store, f->script->arena, LATER_US));
    row = row_of(f, RES_STATUS_MANAGEMENT_VM, 1);
    assert_int_equal(row->values[FLD_STATUS_MANAGEMENT_VM_LAST_UPDATED].integer, LATER_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_connected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_nodes_report_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fallen_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_licences, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_times_of_the_management_vm, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
