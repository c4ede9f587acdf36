/* Paths and what they mean. */
#include "test.h"

#include <stdlib.h>

#include "manager/rest/route.h"
#include "manager_rest/model_fixture.h"

#define C "/api/admin/configuration/v1/"
#define S "/api/admin/status/v1/"
#define H "/api/admin/history/v1/"
#define X "/api/admin/command/v1/"

static const struct {
    const char *path;
    RouteKind kind; /* ROUTE_NONE: leads nowhere */
    const char *file;
    const char *id, *parent_id;
    bool slash;
    const char *methods;
} cases[] = {
    {C, ROUTE_FAMILY_ROOT, "", "", "", true, "GET"},
    {S, ROUTE_FAMILY_ROOT, "", "", "", true, "GET"},
    {H, ROUTE_FAMILY_ROOT, "", "", "", true, "GET"},
    {X, ROUTE_COMMAND_ROOTS, "", "", "", true, "GET"},
    {X "conference/", ROUTE_FAMILY_ROOT, "", "", "", true, "GET"},
    {X "platform", ROUTE_FAMILY_ROOT, "", "", "", false, "GET"},
    {"/api/admin/schema/", ROUTE_SCHEMA_INDEX, "", "", "", true, "GET"},
    {"/admin/platform/schema/", ROUTE_SCHEMA_INDEX, "", "", "", true, "GET"},
    {C "conference/", ROUTE_LIST, "conference", "", "", true, "GET,POST,PUT,DELETE,PATCH"},
    {C "conference", ROUTE_LIST, "conference", "", "", false, "GET,POST,PUT,DELETE,PATCH"},
    {"//api//admin/configuration/v1//conference//", ROUTE_LIST, "conference", "", "", true,
     "GET,POST,PUT,DELETE,PATCH"},
    {C "conference/schema/", ROUTE_SCHEMA, "conference", "schema", "", true, "GET"},
    {C "conference/set/1;2/", ROUTE_SET, "conference", "1;2", "", true, "GET"},
    {C "conference/set/", ROUTE_DETAIL, "conference", "set", "", true, "GET,POST,PUT,DELETE,PATCH"},
    {C "conference/3/", ROUTE_DETAIL, "conference", "3", "", true, "GET,POST,PUT,DELETE,PATCH"},
    {C "conference/a%2Fb%20c/", ROUTE_DETAIL, "conference", "a/b c", "", true,
     "GET,POST,PUT,DELETE,PATCH"},
    {C "conference/a%252e/", ROUTE_DETAIL, "conference", "a%2e", "", true,
     "GET,POST,PUT,DELETE,PATCH"},
    {C "system_backup/backup.2024.tar/", ROUTE_DETAIL, "system_backup", "backup.2024.tar", "", true,
     "GET,DELETE"},
    {C "global/1/", ROUTE_DETAIL, "global", "1", "", true, "GET,PATCH"},
    {C "ca_certificate/", ROUTE_LIST, "ca_certificate", "", "", true, "GET,POST,DELETE"},
    {C "ca_certificate/1/", ROUTE_DETAIL, "ca_certificate", "1", "", true, "GET,POST,DELETE,PATCH"},
    {C "tls_certificate/", ROUTE_LIST, "tls_certificate", "", "", true, "GET,POST,DELETE,PATCH"},
    {C "upgrade/", ROUTE_COMMAND, "upgrade", "", "", true, "POST"},
    {C "upgrade/1/", ROUTE_DETAIL, "upgrade", "1", "", true, "POST"},
    {C "upgrade_request/u/finish/", ROUTE_COMMAND, "upgrade_request.finish", "", "u", true, "POST"},
    {S "participant/p%20q/media_stream/", ROUTE_LIST, "participant.media_stream", "", "p q", true,
     "GET"},
    {S "participant/p/media_stream/schema/", ROUTE_SCHEMA, "participant.media_stream", "", "p",
     true, "GET"},
    {S "worker_vm/1/statistics/", ROUTE_LIST, "worker_vm.statistics", "", "1", true, "GET"},
    {H "media_stream/", ROUTE_LIST, "media_stream", "", "", true, "GET"},
    {H "conference/u/", ROUTE_DETAIL, "conference", "u", "", true, "GET,DELETE"},
    {X "conference/lock/", ROUTE_COMMAND, "conference.lock", "", "", true, "POST"},
    {X "conference/lock/schema/", ROUTE_SCHEMA, "conference.lock", "schema", "", true, "GET"},
    {X "conference/lock/1/", ROUTE_DETAIL, "conference.lock", "1", "", true, "POST"},
    {X "backup/create/", ROUTE_COMMAND, "platform.backup_create", "", "", true, "POST"},
    {X "platform/take_snapshot/", ROUTE_COMMAND, "platform.snapshot", "", "", true, "POST"},
    {X "snapshot/", ROUTE_COMMAND, "platform.snapshot", "", "", true, "POST"},
    {X "sync/", ROUTE_COMMAND, "conference.sync", "", "", true, "POST"},
    {X "sync/schema/", ROUTE_SCHEMA, "conference.sync", "schema", "", true, "GET"},
    {X "device/send_email/", ROUTE_COMMAND, "conference.send_device_email", "", "", true, "POST"},
    {"", ROUTE_NONE, "", "", "", false, ""},
    {"/", ROUTE_NONE, "", "", "", false, ""},
    {"api/admin/configuration/v1/conference/", ROUTE_NONE, "", "", "", false, ""},
    {"/api/admin/", ROUTE_NONE, "", "", "", false, ""},
    {"/api/admin/configuration/", ROUTE_NONE, "", "", "", false, ""},
    {"/api/admin/configuration/v2/conference/", ROUTE_NONE, "", "", "", false, ""},
    {"/api/admin/embedded/v1/disabled_codec/", ROUTE_NONE, "", "", "", false, ""},
    {C "Conference/", ROUTE_NONE, "", "", "", false, ""},
    {C "nothing/", ROUTE_NONE, "", "", "", false, ""},
    {C "conference/3/aliases/", ROUTE_NONE, "", "", "", false, ""},
    {C "conference/3/4/5/6/7/8/9/", ROUTE_NONE, "", "", "", false, ""},
    {C "conference/../global/", ROUTE_NONE, "", "", "", false, ""},
    {C "conference/%2e%2E/", ROUTE_NONE, "", "", "", false, ""},
    {C "./conference/", ROUTE_NONE, "", "", "", false, ""},
    {C "conference/3%00/", ROUTE_NONE, "", "", "", false, ""},
    {C "conference/%ff/", ROUTE_NONE, "", "", "", false, ""},
    {C "upgrade/set/1/", ROUTE_NONE, "", "", "", false, ""},
    {S "participant/p/media_stream/0/", ROUTE_NONE, "", "", "", false, ""},
    {X "conference/start/", ROUTE_NONE, "", "", "", false, ""},
    {X "conference/lock/schema/x/", ROUTE_NONE, "", "", "", false, ""},
    {X "participant/lock/", ROUTE_NONE, "", "", "", false, ""},
    {X "nothing/", ROUTE_NONE, "", "", "", false, ""},
};

static void assert_text(Str s, const char *expected)
{
    if (!str_equal(s, str_from(expected))) {
        fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(s), expected);
    }
}

static void test_paths(void **state)
{
    const ModelFixture *f = *state;
    CLEANUP(router_free) Router *router = router_new(f->model);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Route route = {.kind = ROUTE_NONE};
        bool slash = false;
        const bool found = router_match(router, f->arena, str_from(cases[i].path), &route, &slash);
        if (found != (cases[i].kind != ROUTE_NONE) || route.kind != cases[i].kind) {
            fail_msg("%s: kind %d", cases[i].path, (int)route.kind);
        }
        assert_text(route.resource != NULL ? route.resource->file : STR(""), cases[i].file);
        if (route.kind != ROUTE_SCHEMA) {
            assert_text(route.id, cases[i].id);
        }
        assert_text(route.parent_id, cases[i].parent_id);
        assert_int_equal(slash, cases[i].slash);
        assert_text(route_method_list(f->arena, route_methods(&route)), cases[i].methods);
    }
}

static void test_singletons_take_put_unlisted(void **state)
{
    const ModelFixture *f = *state;
    CLEANUP(router_free) Router *router = router_new(f->model);
    Route route;
    bool slash = false;
    assert_true(router_match(router, f->arena, STR(C "registration/1/"), &route, &slash));
    assert_int_equal(route_also_accepts(&route) & METHOD_PUT, METHOD_PUT);
    assert_int_equal(route_methods(&route) & METHOD_PUT, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_singletons_take_put_unlisted),
    };
    return cmocka_run_group_tests(tests, model_fixture_set_up, model_fixture_tear_down);
}
