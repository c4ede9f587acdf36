/* From a query string to filters, and what is refused. */
#include "test.h"

#include <stdlib.h>

#include "manager/rest/filters.h"
#include "manager_rest/model_fixture.h"

#define ALL UINT64_MAX

static Err *parse(const ModelFixture *f, Family family, const char *file, const char *query,
                  PermissionSet set, bool strict, FilterList *ret_list)
{
    FormPair *pairs = NULL;
    size_t n = 0;
    const FilterRules rules = {set, strict};
    assert_null(form_parse(f->arena, str_from(query), &pairs, &n));
    return filters_parse(f->arena, model_fixture_resource(f, family, file), &rules, pairs, n,
                         ret_list);
}

static void put_value(Buf *out, Value v)
{
    switch (v.type) {
    case VALUE_NULL:
        buf_put_lit(out, "null");
        break;
    case VALUE_INTEGER:
        buf_put_int64(out, v.integer);
        break;
    case VALUE_FLOAT:
        buf_printf(out, "%g", v.number);
        break;
    case VALUE_TEXT:
        buf_printf(out, "'%.*s'", STR_ARG(v.text));
    }
}

/* "path.field lookup value,value; …" */
static Str describe(Arena *a, const FilterList *list)
{
    CLEANUP(buf_free) Buf *out = buf_new(1 << 16);
    for (size_t i = 0; i < list->n; i++) {
        const Filter *filter = &list->filters[i];
        buf_put_str(out, i > 0 ? STR("; ") : STR(""));
        for (size_t j = 0; j < filter->n_path; j++) {
            buf_printf(out, "%.*s.", STR_ARG(filter->path[j]->name));
        }
        buf_put_str(out, filter->field != NULL ? filter->field->name : STR("KEY"));
        buf_printf(out, " %.*s ", STR_ARG(lookup_name(filter->lookup)));
        for (size_t j = 0; j < filter->n_values; j++) {
            buf_put_str(out, j > 0 ? STR(",") : STR(""));
            put_value(out, filter->values[j]);
        }
        buf_put_str(out, filter->count_of != NULL ? STR(" COUNT") : STR(""));
    }
    return str_dup(a, buf_str(out));
}

#define CONFERENCE "/api/admin/configuration/v1/conference/"

static void test_configuration(void **state)
{
    static const struct {
        const char *file, *query, *expected;
    } cases[] = {
        {"conference", "", ""},
        {"conference", "name=a&tenant=x&limit=5&_dc=1&order_by=name", "name exact 'a'"},
        {"conference", "name=a&name=b", "name exact 'b'"},
        {"conference", "name__in=a,b&name__in=c", "name in 'a','b','c'"},
        {"conference", "name__in=", "name in "},
        {"conference", "name__in=a,", "name in 'a',''"},
        {"conference", "name__range=a,b", "name range 'a','b'"},
        {"conference", "name=", "name exact ''"},
        {"conference", "name=None", "name exact 'None'"},
        {"conference", "name__icontains=%25_", "name icontains '%_'"},
        {"conference", "id__in=1,%202,3", "id in 1,2,3"},
        {"conference", "id__contains=1", "id contains '1'"},
        {"conference", "allow_guests=true", "allow_guests exact 1"},
        {"conference", "allow_guests=False", "allow_guests exact 0"},
        {"conference", "allow_guests__isnull=0", "allow_guests isnull 0"},
        {"conference", "ivr_theme=3", "ivr_theme exact 3"},
        {"conference", "ivr_theme=nil", "ivr_theme isnull 1"},
        {"conference", "ivr_theme=/api/admin/configuration/v1/ivr_theme/7/", "ivr_theme exact 7"},
        {"conference", "ivr_theme__in=1,https://h/api/admin/configuration/v1/ivr_theme/7/",
         "ivr_theme in 1,7"},
        {"conference", "ivr_theme__name__iexact=x", "ivr_theme.name iexact 'x'"},
        {"conference", "ivr_theme__isnull=True", "ivr_theme isnull 1"},
        {"conference", "aliases__alias=meet.x", "aliases.alias exact 'meet.x'"},
        {"conference", "aliases__conference__ivr_theme__id=1",
         "aliases.conference.ivr_theme.id exact 1"},
        {"conference", "resource_uri=" CONFERENCE "5/", "KEY exact 5"},
        {"conference_alias", "conference__resource_uri=" CONFERENCE "5/", "conference exact 5"},
        {"conference", "scheduled_conferences_count__gt=2",
         "scheduled_conferences_count gt 2 COUNT"},
        {"conference", "pin=1234", "pin exact '1234'"},
        {"conference_alias", "creation_time__gt=1970-01-01T00:00:01.5", "creation_time gt 1500000"},
        {"conference_alias", "creation_time__lt=1970-01-02T00:00:00 02:00",
         "creation_time lt 79200000000"},
        {"conference_alias", "creation_time__year=2024", "creation_time year 2024"},
        {"conference_alias", "creation_time__date=2024-02-29", "creation_time date '2024-02-29'"},
        {"conference_alias", "creation_time__icontains=2021-01",
         "creation_time icontains '2021-01'"},
        {"system_backup", "date=2024-01-01", "date exact 1704067200000000"},
        {"conference", "name__regex=^(?!MSSIP|TEAMS)", "name regex '^(?!MSSIP|TEAMS)'"},
        {"webapp_alias", "branding=ABCDEF00-0000-4000-8000-00000000000F",
         "branding exact 'abcdef00-0000-4000-8000-00000000000f'"},
    };
    const ModelFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        FilterList list = {.n = 0};
        const Err *e =
            parse(f, FAMILY_CONFIGURATION, cases[i].file, cases[i].query, ALL, false, &list);
        if (e != NULL) {
            fail_msg("%s: %s", cases[i].query, e->text);
        }
        const Str got = describe(f->arena, &list);
        if (!str_equal(got, str_from(cases[i].expected))) {
            fail_msg("%s: %.*s", cases[i].query, STR_ARG(got));
        }
    }
}

/* `none` is a text as well as a word for null. */
static void test_null_words_of_nullable_texts(void **state)
{
    const ModelFixture *f = *state;
    FilterList list = {.n = 0};
    assert_null(
        parse(f, FAMILY_CONFIGURATION, "conference", "crypto_mode=none", ALL, false, &list));
    assert_string_equal(describe(f->arena, &list).ptr, "crypto_mode in 'none',null");
    assert_null(parse(f, FAMILY_CONFIGURATION, "conference", "crypto_mode__iexact=none", ALL, false,
                      &list));
    assert_string_equal(describe(f->arena, &list).ptr, "crypto_mode iexact 'none'");
}

static void test_history_by_name_and_by_id(void **state)
{
    static const struct {
        const char *query, *expected;
    } cases[] = {
        {"conference=Alice", "conference.name exact 'Alice'"},
        {"conference__in=Alice,Bob", "conference.name in 'Alice','Bob'"},
        {"conference=ABCDEF00-0000-4000-8000-00000000000F",
         "conference exact 'abcdef00-0000-4000-8000-00000000000f'"},
        {"conference=/api/admin/history/v1/conference/x/", "conference exact 'x'"},
        {"conference__name=Alice", "conference.name exact 'Alice'"},
    };
    const ModelFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        FilterList list = {.n = 0};
        assert_null(parse(f, FAMILY_HISTORY, "participant", cases[i].query, ALL, false, &list));
        assert_string_equal(describe(f->arena, &list).ptr, cases[i].expected);
    }
    FilterList list = {.n = 0};
    assert_null(parse(f, FAMILY_STATUS, "participant", "conference=Alice", ALL, false, &list));
    assert_string_equal(describe(f->arena, &list).ptr, "conference exact 'Alice'");
}

#define MISMATCH "Invalid filter value (mismatched type)."

static const struct {
    const char *file, *query, *text;
} refused[] = {
    {"conference", "id=abc", MISMATCH},
    {"conference", "id=", MISMATCH},
    {"conference", "id__in=1,,2", MISMATCH},
    {"conference", "id=1.5", MISMATCH},
    {"conference", "id=99999999999999999999", MISMATCH},
    {"conference", "id__gt=none", MISMATCH},
    {"conference", "allow_guests=yes", MISMATCH},
    {"conference", "allow_guests__isnull=x", MISMATCH},
    {"conference", "ivr_theme=abc", MISMATCH},
    {"conference", "ivr_theme=" CONFERENCE "5/", MISMATCH},
    {"conference_alias", "creation_time__gt=yesterday", MISMATCH},
    {"conference_alias", "creation_time__date=2024-13-01", MISMATCH},
    {"conference_alias", "creation_time__year=x", MISMATCH},
    {"conference", "resource_uri=5", MISMATCH},
    {"conference", "name__range=a", "Filter 'range' needs exactly two values."},
    {"conference", "name__range=a,b,c", "Filter 'range' needs exactly two values."},
    {"conference", "name__foo=1", "'name' has no part 'foo'."},
    {"conference", "name__exact__foo=1", "'name' has no part 'exact'."},
    {"conference", "ivr_theme__foo=1", "'ivr_theme' has no part 'foo'."},
    {"conference", "ivr_theme__lookup=1", "'ivr_theme' has no part this."},
    {"conference", "name__404=1", "'name' has no part this."},
    {"conference", "name__year=1", "Filter 'year' is not allowed for 'name'."},
    {"conference", "ivr_theme__gt=1", "Filter 'gt' is not allowed for 'ivr_theme'."},
    {"conference", "ivr_theme__contains=1", "Filter 'contains' is not allowed for 'ivr_theme'."},
    {"conference", "allow_guests__gt=1", "Filter 'gt' is not allowed for 'allow_guests'."},
    {"conference", "resource_uri__contains=1", "Filtering by 'resource_uri' is not allowed."},
    {"conference", "name__regex=(", "Not a valid regular expression."},
    {"device", "password=x", "Filtering by 'password' is not allowed."},
    {"gateway_routing_rule", "disabled_codecs=x", "Filtering by 'disabled_codecs' is not allowed."},
    {"gateway_routing_rule", "disabled_codecs__value=x", "'disabled_codecs' has no part 'value'."},
    {"tls_certificate", "nodes=x", "Filtering by 'nodes' is not allowed."},
#define FOUR "user_groups__users__user_groups__users__"
    {"end_user", FOUR FOUR FOUR FOUR FOUR FOUR "user_groups__name=x",
     "A filter leads through at most 24 relations."},
    {"end_user", FOUR FOUR FOUR FOUR FOUR FOUR FOUR "user_groups__name=x",
     "A filter leads through at most 24 relations."},
#undef FOUR
};

static void test_refused(void **state)
{
    static const char *const telling[] = {"404", "not found", "Not Found", "lookup"};
    const ModelFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(refused); i++) {
        FilterList list = {.n = 0};
        const Err *e =
            parse(f, FAMILY_CONFIGURATION, refused[i].file, refused[i].query, ALL, false, &list);
        if (e == NULL) {
            fail_msg("%s was taken", refused[i].query);
            return;
        }
        assert_int_equal(e->kind, ERR_INVALID);
        assert_string_equal(e->text, refused[i].text);
        for (size_t j = 0; j < ARRAY_N(telling); j++) {
            assert_true(str_find_str(str_from(e->text), str_from(telling[j])) == SIZE_MAX);
        }
    }
}

static void test_strict(void **state)
{
    static const struct {
        const char *query;
        bool taken;
    } cases[] = {
        {"name=a", true},       {"name=", true},
        {"nam=a", false},       {"name__startswith=", false},
        {"name__in=", false},   {"limit=3&offset=x&_=1", true},
        {"_name=a", false},     {"", true},
        {"name__foo=1", false}, {"404=1", false},
    };
    const ModelFixture *f = *state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        FilterList list = {.n = 0};
        const Err *e =
            parse(f, FAMILY_CONFIGURATION, "conference", cases[i].query, ALL, true, &list);
        assert_int_equal(e == NULL, cases[i].taken);
    }
}

/* A filter through a relation tells about the other side. */
static void test_rights(void **state)
{
    const ModelFixture *f = *state;
    const Resource *location = model_fixture_resource(f, FAMILY_CONFIGURATION, "system_location");
    const PermissionSet set = ALL & ~(UINT64_C(1) << location->permission_view);
    FilterList list = {.n = 0};
    const Err *e =
        parse(f, FAMILY_CONFIGURATION, "conference", "system_location__name=x", set, false, &list);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_FORBIDDEN);
    assert_null(
        parse(f, FAMILY_CONFIGURATION, "conference", "system_location=1", set, false, &list));
}

static void test_patterns_are_compiled_for_a_while(void **state)
{
    const ModelFixture *f = *state;
    FilterList list = {.n = 0};
    assert_null(
        parse(f, FAMILY_CONFIGURATION, "conference", "name__iregex=^A&name=b", ALL, false, &list));
    assert_null(filters_open(f->arena, &list));
    assert_int_equal(regex_match(list.filters[0].regex, STR("abc")), REGEX_YES);
    assert_null(list.filters[1].regex);
    filters_close(&list);
    assert_null(list.filters[0].regex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_null_words_of_nullable_texts),
        cmocka_unit_test(test_history_by_name_and_by_id),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_patterns_are_compiled_for_a_while),
    };
    return cmocka_run_group_tests(tests, model_fixture_set_up, model_fixture_tear_down);
}
