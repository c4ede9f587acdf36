/* From order_by to orders, and what is refused. */
#include "test.h"

#include <stdlib.h>

#include "manager/rest/order.h"
#include "manager_rest/model_fixture.h"

static Err *parse(const ModelFixture *f, Family family, const char *file, const char *query,
                  PermissionSet set, Str *ret_text)
{
    FormPair *pairs = NULL;
    size_t n = 0;
    const Order *orders = NULL;
    size_t n_orders = 0;
    assert_null(form_parse(f->arena, str_from(query), &pairs, &n));
    TRY(orders_parse(f->arena, model_fixture_resource(f, family, file), set, pairs, n, &orders,
                     &n_orders));
    CLEANUP(buf_free) Buf *out = buf_new(1 << 16);
    for (size_t i = 0; i < n_orders; i++) {
        buf_put_str(out, i > 0 ? STR(" ") : STR(""));
        buf_put_str(out, orders[i].descending ? STR("-") : STR(""));
        for (size_t j = 0; j < orders[i].n_path; j++) {
            buf_printf(out, "%.*s.", STR_ARG(orders[i].path[j]->name));
        }
        buf_put_str(out, orders[i].field->name);
    }
    *ret_text = str_dup(f->arena, buf_str(out));
    return NULL;
}

static void test_orders(void **state)
{
    static const struct {
        Family family;
        const char *file, *query, *expected;
    } cases[] = {
        {FAMILY_CONFIGURATION, "conference", "", ""},
        {FAMILY_CONFIGURATION, "conference", "order_by=name", "name"},
        {FAMILY_CONFIGURATION, "conference", "order_by=-name&order_by=id", "-name id"},
        {FAMILY_CONFIGURATION, "conference", "sort_by=-id&order_by=", "-id"},
        {FAMILY_CONFIGURATION, "conference_alias", "order_by=-conference__name",
         "-conference.name"},
        {FAMILY_CONFIGURATION, "conference_alias", "order_by=conference", "conference"},
        {FAMILY_HISTORY, "conference", "", "start_time"},
        {FAMILY_HISTORY, "media_stream", "", ""},
        {FAMILY_HISTORY, "participant", "order_by=-end_time", "-end_time"},
        {FAMILY_HISTORY, "participant", "order_by=remote_address", "remote_address"},
        {FAMILY_STATUS, "participant", "", "connect_time"},
        {FAMILY_STATUS, "worker_vm", "", ""},
    };
    const ModelFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Str text = STR_NONE;
        const Err *e = parse(f, cases[i].family, cases[i].file, cases[i].query, UINT64_MAX, &text);
        if (e != NULL) {
            fail_msg("%s: %s", cases[i].query, e->text);
        }
        if (!str_equal(text, str_from(cases[i].expected))) {
            fail_msg("%s: %.*s", cases[i].query, STR_ARG(text));
        }
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *file, *query, *text;
    } cases[] = {
        {"conference", "order_by=foo", "No field 'foo' to order by."},
        {"conference", "order_by=-foo404", "No field this to order by."},
        {"conference", "order_by=name__x", "No field 'name__x' to order by."},
        {"conference", "order_by=crypto_mode", "Ordering by 'crypto_mode' is not allowed."},
        {"conference", "order_by=aliases", "Ordering by 'aliases' is not allowed."},
        {"conference", "order_by=scheduled_conferences_count",
         "Ordering by 'scheduled_conferences_count' is not allowed."},
        {"device", "order_by=password", "Ordering by 'password' is not allowed."},
    };
    const ModelFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Str text = STR_NONE;
        const Err *e =
            parse(f, FAMILY_CONFIGURATION, cases[i].file, cases[i].query, UINT64_MAX, &text);
        if (e == NULL) {
            fail_msg("%s was taken", cases[i].query);
            return;
        }
        assert_string_equal(e->text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, model_fixture_set_up, model_fixture_tear_down);
}
