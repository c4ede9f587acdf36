/* What model_load() makes of model files: defaults, relations, lookups, seeds. */
#include "base/text.h"
#include "model/model_ids.h"
#include "model/schema.h"
#include "small.h"
#include "test.h"

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

typedef struct Fixture {
    Arena *arena;
    Model *model; /* the one in the binary */
} Fixture;

static int set_up(void **state)
{
    Fixture *f = test_calloc(1, sizeof *f);
    f->arena = arena_new(ARENA_LIMIT);
    const Err *e = model_load(f->arena, model_embedded_files, model_n_embedded_files, &f->model);
    if (e != NULL) {
        fail_msg("%s", e->text);
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    (void)model_free(f->model);
    (void)arena_free(f->arena);
    test_free(f);
    return 0;
}

static const Field *field_at(const Model *m, uint16_t resource, uint16_t field)
{
    MUST(field < model_at(m, resource)->n_fields);
    return &model_at(m, resource)->fields[field];
}

static void test_ids_name_what_they_say(void **state)
{
    const Fixture *f = *state;
    assert_int_equal(RES_N, f->model->n_resources);
    assert_text(model_at(f->model, RES_WORKER_VM)->file, "worker_vm");
    assert_text(model_at(f->model, RES_STATUS_CONFERENCE)->file, "conference");
    assert_int_equal(model_at(f->model, RES_STATUS_CONFERENCE)->family, FAMILY_STATUS);
    assert_text(model_at(f->model, RES_HISTORY_BACKPLANE__MEDIA_STREAM)->file,
                "backplane.media_stream");
    assert_text(model_at(f->model, RES_HISTORY_BACKPLANE_MEDIA_STREAM)->file,
                "backplane_media_stream");
    assert_text(model_at(f->model, RES_COMMAND_CONFERENCE__LOCK)->name, "lock");
    assert_text(field_at(f->model, RES_WORKER_VM, FLD_WORKER_VM_ADDRESS)->name, "address");
    assert_text(field_at(f->model, RES_CONFERENCE, FLD_CONFERENCE_PIN)->name, "pin");
}

static void test_order_and_finding(void **state)
{
    const Fixture *f = *state;
    for (size_t i = 0; i < f->model->n_resources; i++) {
        const Resource *r = &f->model->resources[i];
        assert_int_equal(r->index, i);
        assert_ptr_equal(model_resource(f->model, r->family, r->file), r);
        for (size_t k = 0; k < r->n_fields; k++) {
            assert_int_equal(r->fields[k].index, k);
            assert_ptr_equal(r->fields[k].resource, r);
            assert_ptr_equal(resource_field(r, r->fields[k].name), &r->fields[k]);
        }
    }
    const Resource *conference = model_at(f->model, RES_CONFERENCE);
    static const char *const absent[] = {"", "a", "aliase", "aliasesx", "zzz", "PIN"};
    for (size_t i = 0; i < ARRAY_N(absent); i++) {
        assert_null(resource_field(conference, str_from(absent[i])));
    }
    assert_null(model_resource(f->model, FAMILY_CONFIGURATION, STR("conference.lock")));
    assert_null(model_resource(f->model, FAMILY_N, STR("conference")));
}

static void test_rights(void **state)
{
    const Fixture *f = *state;
    const Model *m = f->model;
    const Resource *role = model_at(m, RES_ROLE);
    assert_int_equal(role->permission_view, model_permission(m, STR("view_users")));
    assert_int_equal(role->permission_change, model_permission(m, STR("change_users")));
    assert_int_equal(role->permission_also, m->is_admin);
    assert_int_equal(role->permission_detail, PERMISSION_NONE);
    assert_int_equal(model_at(m, RES_SYSTEM_BACKUP)->permission_detail, m->is_admin);
    const Resource *lock = model_at(m, RES_COMMAND_CONFERENCE__LOCK);
    assert_int_equal(lock->permission_view, model_permission(m, STR("control_conference")));
    assert_int_equal(lock->permission_change, lock->permission_view);
    assert_int_equal(model_permission(m, STR("fly")), PERMISSION_NONE);
}

static void test_keys_and_tables(void **state)
{
    const Fixture *f = *state;
    const Model *m = f->model;
    static const struct {
        uint16_t resource;
        bool has_key, shown, has_table;
        KeyType type;
        const char *name;
        int64_t fixed;
    } cases[] = {
        {RES_CONFERENCE, true, true, true, KEY_INTEGER, "id", 0},
        {RES_LICENCE, true, true, true, KEY_TEXT, "fulfillment_id", 0},
        {RES_WEBAPP_BRANDING, true, true, true, KEY_UUID, "uuid", 0},
        {RES_OAUTH2_CLIENT, true, false, true, KEY_INTEGER, "id", 0},
        {RES_AUTH_ACCESS_TOKEN, true, false, true, KEY_INTEGER, "id", 0},
        {RES_AUTH_SESSION, true, false, true, KEY_INTEGER, "id", 0},
        {RES_STATUS_LICENSING, true, false, true, KEY_INTEGER, "id", 1},
        {RES_STATUS_WORKER_VM__STATISTICS, false, false, true, KEY_INTEGER, "id", 0},
        {RES_HISTORY_PARTICIPANT__MEDIA_STREAM, true, true, false, KEY_INTEGER, "id", 0},
        {RES_UPGRADE, false, false, false, KEY_INTEGER, "id", 0},
        {RES_UPGRADE_REQUEST__UPLOAD, false, false, false, KEY_INTEGER, "id", 0},
        {RES_COMMAND_CONFERENCE__LOCK, false, false, false, KEY_INTEGER, "id", 0},
        {RES_EMBEDDED_DISABLED_CODEC, false, false, false, KEY_INTEGER, "id", 0},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Resource *r = model_at(m, cases[i].resource);
        assert_int_equal(r->has_key, cases[i].has_key);
        assert_int_equal(r->key_field != NULL, cases[i].shown);
        assert_int_equal(resource_has_table(r), cases[i].has_table);
        assert_int_equal(r->key_type, cases[i].type);
        assert_text(r->key_name, cases[i].name);
        assert_int_equal(r->fixed_key, cases[i].fixed);
    }
    const Resource *view = model_at(m, RES_HISTORY_PARTICIPANT__MEDIA_STREAM);
    assert_ptr_equal(view->parent, model_at(m, RES_HISTORY_PARTICIPANT));
    assert_ptr_equal(view->rows_of, model_at(m, RES_HISTORY_MEDIA_STREAM));
    assert_text(view->parent_field->name, "participant");
    assert_ptr_equal(view->parent_field->resource, view->rows_of);
}

static void test_relations(void **state)
{
    const Fixture *f = *state;
    const Model *m = f->model;
    const Field *aliases = field_at(m, RES_CONFERENCE, FLD_CONFERENCE_ALIASES);
    const Field *back = field_at(m, RES_CONFERENCE_ALIAS, FLD_CONFERENCE_ALIAS_CONFERENCE);
    assert_ptr_equal(aliases->reverse, back);
    assert_ptr_equal(back->shown_by, aliases);
    assert_false(aliases->stored);
    assert_true(back->stored && back->indexed);
    assert_int_equal(aliases->n_embed, 6);
    const Field *shown = field_at(m, RES_CONFERENCE, FLD_CONFERENCE_AUTOMATIC_PARTICIPANTS);
    const Field *naming =
        field_at(m, RES_AUTOMATIC_PARTICIPANT, FLD_AUTOMATIC_PARTICIPANT_CONFERENCE);
    assert_ptr_equal(shown->inverse_of, naming);
    assert_ptr_equal(shown->shown_by, naming);
    assert_ptr_equal(naming->shown_by, shown);
    assert_true(field_owns_links(naming));
    assert_false(field_owns_links(shown));
    const Field *codecs = field_at(m, RES_GLOBAL, FLD_GLOBAL_DISABLED_CODECS);
    assert_true(codecs->stored);
    assert_text(codecs->default_value.text,
                "[{\"value\": \"MP4A-LATM_128\"}, {\"value\": \"H264_H_0\"}, "
                "{\"value\": \"H264_H_1\"}]");
    const Field *alias = field_at(m, RES_GLOBAL, FLD_GLOBAL_DEFAULT_WEBAPP_ALIAS);
    assert_int_equal(alias->default_value.integer, 3);
    /* full without embed: all but to-many ones */
    const Field *domains =
        field_at(m, RES_MS_EXCHANGE_CONNECTOR, FLD_MS_EXCHANGE_CONNECTOR_DOMAINS);
    assert_int_equal(domains->n_embed, domains->target->n_fields);
}

/* To-ones and links from rows; not from views of rows, nor values. */
static void test_referrers(void **state)
{
    const Fixture *f = *state;
    const Model *m = f->model;
    const Resource *theme = model_at(m, RES_IVR_THEME);
    bool by_conference = false;
    bool by_global = false;
    for (size_t i = 0; i < theme->n_referrers; i++) {
        by_conference |= theme->referrers[i]->resource == model_at(m, RES_CONFERENCE);
        by_global |= theme->referrers[i]->resource == model_at(m, RES_GLOBAL);
    }
    assert_true(by_conference && by_global);
    const Resource *participant = model_at(m, RES_HISTORY_PARTICIPANT);
    assert_int_equal(participant->n_referrers, 1);
    assert_ptr_equal(participant->referrers[0]->resource, model_at(m, RES_HISTORY_MEDIA_STREAM));
    const Resource *teamsnode = model_at(m, RES_STATUS_TEAMSNODE);
    bool by_key = false;
    for (size_t i = 0; i < teamsnode->n_referrers; i++) {
        by_key |= teamsnode->referrers[i]->is_key;
    }
    assert_true(by_key);
    assert_int_equal(model_at(m, RES_EMBEDDED_DISABLED_CODEC)->n_referrers, 0);
}

static void test_replication(void **state)
{
    const Fixture *f = *state;
    const Model *m = f->model;
    const Resource *certificate = model_at(m, RES_TLS_CERTIFICATE);
    assert_int_equal(certificate->replicate, REPLICATE_OWN);
    assert_int_equal(certificate->n_replicate_path, 2);
    assert_text(certificate->replicate_path[0]->name, "tls_certificate");
    assert_int_equal(model_at(m, RES_WORKER_VM)->replicate, REPLICATE_OWN);
    assert_int_equal(model_at(m, RES_WORKER_VM)->n_replicate_path, 0);
    assert_int_equal(model_at(m, RES_CONFERENCE)->replicate, REPLICATE_ALL);
    assert_int_equal(model_at(m, RES_ADMINISTRATOR)->replicate, REPLICATE_NOWHERE);
    assert_true(field_at(m, RES_CONFERENCE, FLD_CONFERENCE_PIN)->replicated);
    assert_true(field_at(m, RES_CONFERENCE, FLD_CONFERENCE_IVR_THEME)->replicated);
    assert_false(field_at(m, RES_CONFERENCE, FLD_CONFERENCE_SYNC_TAG)->replicated);
    /* its target goes nowhere */
    assert_false(field_at(m, RES_SYSTEM_LOCATION, FLD_SYSTEM_LOCATION_EVENT_SINKS)->replicated);
    assert_true(field_at(m, RES_SYSTEM_LOCATION, FLD_SYSTEM_LOCATION_DNS_SERVERS)->replicated);
    assert_false(field_at(m, RES_ADMINISTRATOR, FLD_ADMINISTRATOR_NAME)->replicated);
}

static void test_lookups(void **state)
{
    const Fixture *f = *state;
    const Model *m = f->model;
    const Field *name = field_at(m, RES_CONFERENCE, FLD_CONFERENCE_NAME);
    assert_true((name->lookups & LOOKUP_BIT(LOOKUP_IREGEX)) != 0);
    assert_true((name->lookups & LOOKUP_BIT(LOOKUP_YEAR)) == 0);
    const Field *created = field_at(m, RES_CONFERENCE, FLD_CONFERENCE_CREATION_TIME);
    assert_int_equal(created->lookups, LOOKUP_ALL);
    const Field *guests = field_at(m, RES_CONFERENCE, FLD_CONFERENCE_ALLOW_GUESTS);
    assert_true((guests->lookups & LOOKUP_BIT(LOOKUP_LT)) == 0);
    assert_true((guests->lookups & LOOKUP_BIT(LOOKUP_ISNULL)) != 0);
    const Field *theme = field_at(m, RES_CONFERENCE, FLD_CONFERENCE_IVR_THEME);
    assert_true(theme->spans);
    assert_int_equal(theme->lookups, LOOKUPS_ANY);
    assert_true(field_at(m, RES_CONFERENCE, FLD_CONFERENCE_ALIASES)->spans);
    assert_int_not_equal(
        field_at(m, RES_CONFERENCE, FLD_CONFERENCE_SCHEDULED_CONFERENCES_COUNT)->lookups, 0);
    assert_int_not_equal(field_at(m, RES_CONFERENCE, FLD_CONFERENCE_PIN)->lookups, 0);
    const Field *const none[] = {
        field_at(m, RES_CONFERENCE, FLD_CONFERENCE_RESOURCE_URI),
        field_at(m, RES_ADMINISTRATOR, FLD_ADMINISTRATOR_PASSWORD),
        field_at(m, RES_GLOBAL, FLD_GLOBAL_DISABLED_CODECS),
        field_at(m, RES_IVR_THEME, FLD_IVR_THEME_PACKAGE),
        field_at(m, RES_TLS_CERTIFICATE, FLD_TLS_CERTIFICATE_NODES),
        field_at(m, RES_WORKER_VM, FLD_WORKER_VM_DEPLOYMENT_TYPE),
        field_at(m, RES_UPGRADE_REQUEST, FLD_UPGRADE_REQUEST_OFFSET),
        field_at(m, RES_UPGRADE_REQUEST, FLD_UPGRADE_REQUEST_CURRENT),
        field_at(m, RES_COMMAND_CONFERENCE__LOCK, FLD_COMMAND_CONFERENCE__LOCK_CONFERENCE_ID),
    };
    for (size_t i = 0; i < ARRAY_N(none); i++) {
        assert_int_equal(none[i]->lookups, 0);
        assert_false(none[i]->spans);
    }
}

static void test_lookup_names(void **state)
{
    (void)state;
    for (int i = 0; i < LOOKUP_N; i++) {
        assert_int_equal(lookup_from(lookup_name((Lookup)i)), i);
    }
    assert_int_equal(lookup_from(STR("like")), LOOKUP_N);
    assert_int_equal(lookup_from(STR("")), LOOKUP_N);
    assert_int_equal(lookup_from(STR("EXACT")), LOOKUP_N);
}

static void test_seeds(void **state)
{
    const Fixture *f = *state;
    const Model *m = f->model;
    const Resource *role = model_at(m, RES_ROLE);
    const Seed *read_only = resource_seed(role, value_integer(2));
    assert_non_null(read_only);
    assert_int_equal(read_only->protected_against, SEED_NO_CHANGE);
    assert_int_equal(read_only->n_values, 2);
    assert_int_equal(read_only->values[1].n_links, 11);
    assert_int_equal(read_only->values[1].links[0].integer, 2);
    assert_null(resource_seed(role, value_integer(9)));

    const Seed *admin = resource_seed(model_at(m, RES_ADMINISTRATOR), value_integer(1));
    assert_non_null(admin);
    assert_int_equal(admin->protected_against, SEED_FREE);
    assert_text(admin->values[1].computed, "ROSTRA_ADMIN_PASSWORD, else generated");

    const Resource *permission = model_at(m, RES_PERMISSION);
    assert_int_equal(permission->n_seeds, m->n_permissions);
    assert_int_equal(permission->seeds[0].n_values, 2);
    assert_text(permission->seeds[0].values[0].value.text, "is_admin");
    assert_int_equal(resource_seed(model_at(m, RES_GLOBAL), value_integer(1))->protected_against,
                     SEED_NO_DELETE);
}

/* Keys of a field and what an absent one gets. */
static void test_defaults_by_type(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        ValueType type;
        const char *text; /* of an integer or a float: its digits */
    } cases[] = {
        {"'type': 'string'", VALUE_TEXT, ""},
        {"'type': 'string', 'nullable': true", VALUE_NULL, ""},
        {"'type': 'string', 'default': 'a'", VALUE_TEXT, "a"},
        {"'type': 'integer'", VALUE_INTEGER, "0"},
        {"'type': 'integer', 'default': -5", VALUE_INTEGER, "-5"},
        {"'type': 'boolean'", VALUE_INTEGER, "0"},
        {"'type': 'boolean', 'default': true", VALUE_INTEGER, "1"},
        {"'type': 'float'", VALUE_FLOAT, "0"},
        {"'type': 'float', 'default': 2", VALUE_FLOAT, "2"},
        {"'type': 'datetime'", VALUE_NULL, ""},
        {"'type': 'datetime', 'default': '1970-01-01T00:00:01'", VALUE_INTEGER, "1000000"},
        {"'type': 'date'", VALUE_NULL, ""},
        {"'type': 'file'", VALUE_NULL, ""},
        {"'type': 'list'", VALUE_TEXT, "[]"},
        {"'type': 'dict'", VALUE_TEXT, "{}"},
        {"'type': 'dict', 'default': {'b':1,'a':2}", VALUE_TEXT, "{\"a\": 2, \"b\": 1}"},
        {"'type': 'related', 'related': 'embedded/part', 'many': true, 'kind': 'values',"
         "'nullable': true",
         VALUE_TEXT, "[]"},
        {"'type': 'related', 'related': 'configuration/thing', 'nullable': true,"
         "'on_delete': 'null'",
         VALUE_NULL, ""},
        {"'type': 'related', 'related': 'configuration/thing', 'many': true, 'kind': 'links',"
         "'default': []",
         VALUE_NULL, ""},
    };
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Str text = str_format(
            a, SMALL_HEAD("thing") ", 'fields': {" SMALL_ID ", 'f': {'help': 'Why.', %s}}}",
            cases[i].keys);
        const char *const files[] = {"configuration/thing.json", text.ptr, "embedded/part.json",
                                     (SMALL_PART("'v': {'type': 'string', 'help': 'V.'}")), NULL};
        CLEANUP(model_free) Model *m = small_model(a, files);
        const Value found = resource_field(model_at(m, 0), STR("f"))->default_value;
        assert_int_equal(found.type, cases[i].type);
        if (found.type == VALUE_TEXT) {
            assert_text(found.text, cases[i].text);
        } else if (found.type != VALUE_NULL) {
            const int64_t number =
                found.type == VALUE_FLOAT ? (int64_t)found.number : found.integer;
            assert_text(str_format(a, "%lld", (long long)number), cases[i].text);
        }
    }
}

static void test_what_else_a_field_has(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const char *const files[] = {
        "configuration/thing.json",
        SMALL_RESOURCE(
            "thing",
            SMALL_FIELD("call_rate", "'type': 'integer'")
                SMALL_FIELD("count", "'type': 'integer', 'readonly': true")
                    SMALL_FIELD("mode", "'type': 'string', 'choices': ['a'], 'format': 'url',"
                                        "'inferred': ['choices', 'format'], 'label': 'The Mode'")
                        SMALL_FIELD("old", "'type': 'string', 'was': 'older', 'max_length': 7")
                            SMALL_FIELD("pin", "'type': 'string', 'confidential': true")
                                SMALL_FIELD("token_url", "'type': 'string', 'confidential': false"),
            ""),
        NULL};
    CLEANUP(model_free) Model *m = small_model(a, files);
    const Resource *r = model_at(m, 0);
    const Field *rate = resource_field(r, STR("call_rate"));
    assert_text(rate->label, "Call rate");
    assert_true(rate->min == INT32_MIN && rate->max == INT32_MAX && !rate->has_min);
    assert_int_equal(rate->max_length, 65536);
    const Field *count = resource_field(r, STR("count"));
    assert_true(count->min == INT64_MIN && count->max == INT64_MAX);
    const Field *mode = resource_field(r, STR("mode"));
    assert_text(mode->label, "The Mode");
    assert_true(mode->open_choices && mode->open_format);
    const Field *old = resource_field(r, STR("old"));
    assert_text(old->was, "older");
    assert_true(old->has_max_length && old->max_length == 7);
    assert_false(old->open_choices || old->open_format);
    assert_true(resource_field(r, STR("pin"))->confidential);
    assert_false(resource_field(r, STR("token_url"))->confidential || old->confidential);
}

/* A field more in a file is all that it takes: it has a column, a place in the schema, filters, and
 * another shape. */
static void test_a_field_is_one_entry(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const char *const before[] = {"configuration/thing.json", SMALL_RESOURCE("thing", "", ""),
                                  NULL};
    const char *const after[] = {
        "configuration/thing.json",
        SMALL_RESOURCE("thing", SMALL_FIELD("colour", "'type': 'string', 'default': 'red'"), ""),
        NULL};
    CLEANUP(model_free) Model *old = small_model(a, before);
    CLEANUP(model_free) Model *new = small_model(a, after);
    const Field *colour = resource_field(model_at(new, 0), STR("colour"));
    assert_null(resource_field(model_at(old, 0), STR("colour")));
    assert_non_null(colour);
    assert_true(colour->stored && colour->lookups != 0);
    assert_text(colour->default_value.text, "red");
    assert_false(str_equal(old->shape_hash, new->shape_hash));
    CLEANUP(buf_free) Buf *schema = buf_new(SIZE_MAX);
    schema_put(schema, model_at(new, 0), 0);
    assert_int_not_equal(
        str_find_str(buf_str(schema), STR("\"colour\": {\"blank\": false, \"default\": \"red\", "
                                          "\"help_text\": \"Why.\"")),
        SIZE_MAX);
}

/* Texts for people don't change how rows lie in their tables; these do. */
static void test_shape(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    static const struct {
        const char *keys;
        bool same;
    } cases[] = {
        {"'help': 'Another.', 'type': 'string', 'max_length': 5", true},
        {"'help': 'Why.', 'type': 'string', 'max_length': 5, 'default': 'a'", true},
        {"'help': 'Why.', 'type': 'string', 'max_length': 5, 'label': 'X'", true},
        {"'help': 'Why.', 'type': 'integer'", false},
        {"'help': 'Why.', 'type': 'string', 'max_length': 5, 'nullable': true", false},
        {"'help': 'Why.', 'type': 'string', 'max_length': 5, 'secret': 'mask'", false},
        {"'help': 'Why.', 'type': 'string', 'max_length': 5, 'unique': true", false},
        {"'help': 'Why.', 'type': 'string', 'max_length': 5, 'unique': true, 'fold': true", false},
        {"'help': 'Why.', 'type': 'string', 'max_length': 5, 'computed': true", false},
    };
    const char *const files[] = {
        "configuration/thing.json",
        SMALL_RESOURCE("thing", SMALL_FIELD("f", "'type': 'string', 'max_length': 5"), ""), NULL};
    CLEANUP(model_free) Model *base = small_model(a, files);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Str text = str_format(a, SMALL_HEAD("thing") ", 'fields': {" SMALL_ID ", 'f': {%s}}}",
                                    cases[i].keys);
        const char *const changed[] = {"configuration/thing.json", text.ptr, NULL};
        CLEANUP(model_free) Model *m = small_model(a, changed);
        assert_int_equal(str_equal(base->shape_hash, m->shape_hash), cases[i].same);
    }
}

static void test_the_number_fits_the_shape(void **state)
{
    const Fixture *f = *state;
    assert_null(model_check_version(f->arena, f->model));
}

#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_MODEL(test_ids_name_what_they_say),
        WITH_MODEL(test_order_and_finding),
        WITH_MODEL(test_rights),
        WITH_MODEL(test_keys_and_tables),
        WITH_MODEL(test_relations),
        WITH_MODEL(test_referrers),
        WITH_MODEL(test_replication),
        WITH_MODEL(test_lookups),
        cmocka_unit_test(test_lookup_names),
        WITH_MODEL(test_seeds),
        cmocka_unit_test(test_defaults_by_type),
        cmocka_unit_test(test_what_else_a_field_has),
        cmocka_unit_test(test_a_field_is_one_entry),
        cmocka_unit_test(test_shape),
        WITH_MODEL(test_the_number_fits_the_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
