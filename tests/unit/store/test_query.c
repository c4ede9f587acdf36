/* One meaning of filters and orders: a corpus of cases with the keys that each selects. */
#include "store/query.h"

#include <string.h>

#include "test.h"

#include "store/fixture.h"

static void fill(Fixture *f)
{
    static const struct {
        const char *resource, *row;
    } rows[] = {
        {"theme", "{'id': 1, 'name': 'Plain', 'note': 'n'}"},
        {"theme", "{'id': 2, 'name': 'Blue', 'base': 1}"},
        {"theme", "{'id': 3, 'name': 'Unused', 'base': 2, 'note': ''}"},
        {"tag", "{'name': 'red', 'colour': 'r'}"},
        {"tag", "{'name': 'Green', 'colour': 'g'}"},
        {"tag", "{'name': 'blue', 'colour': 'b'}"},
        {"room",
         "{'id': 1, 'name': 'Alpha', 'open': true, 'rate': 0.1, 'limit_of': 10, 'text': 'x',"
         " 'created': '2024-02-29T23:59:59.999999', 'ended': '2024-03-01T00:00:00',"
         " 'day': '2024-02-29', 'theme': 1, 'version': 'v', 'tags': ['red', 'Green']}"},
        {"room", "{'id': 2, 'name': 'alpha beta', 'open': false, 'rate': -1.5, 'limit_of': 9,"
                 " 'created': '2024-03-01T00:00:00', 'theme': 2, 'text': ''}"},
        {"room", "{'id': 3, 'name': '100%_sure', 'open': true, 'limit_of': -3, 'theme': 1,"
                 " 'created': '2023-12-31T12:30:05', 'text': 'None', 'tags': ['red']}"},
        {"room", "{'id': 10, 'name': 'Übung Straße', 'open': false, 'text': 'MSSIP'}"},
        {"room", "{'id': 11, 'name': 'übung strasse', 'open': true, 'rate': 1000000,"
                 " 'created': '2024-03-03T08:00:00', 'text': 'TEAMS call', 'tags': ['blue']}"},
        {"alias", "{'id': 1, 'alias': 'Meet.Alpha', 'room': 1, 'place': 1}"},
        {"alias", "{'id': 2, 'alias': 'meet.alpha2', 'room': 1, 'place': 2}"},
        {"alias", "{'id': 3, 'alias': 'ÄRGER', 'room': 2, 'place': 1}"},
        {"alias", "{'id': 4, 'alias': 'zoom', 'room': 11}"},
        {"participant", "{'id': 1, 'name': 'Ann', 'rooms': [1, 2]}"},
        {"participant", "{'id': 2, 'name': 'Bob', 'rooms': [1]}"},
        {"participant", "{'id': 3, 'name': 'ann b'}"},
        {"call", "{'id': 'c1', 'since': '2024-01-01'}"},
        {"call", "{'id': 'c2', 'since': '2024-01-02'}"},
        {"call.stream", "{'_parent': 'c1', 'id': '0', 'kind': 'audio'}"},
        {"call.stream", "{'_parent': 'c1', 'id': '1', 'kind': 'video'}"},
        {"call.stream", "{'_parent': 'c2', 'id': '0', 'kind': 'audio'}"},
        {"call.load", "{'_parent': 'c1', 'percent': 12.5}"},
        {"call.load", "{'_parent': 'c2', 'percent': 12.25}"},
    };
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        fixture_add(f, rows[i].resource, rows[i].row);
    }
}

/* Filters are joined by &. */
static const struct {
    const char *resource, *filters, *keys;
} filter_cases[] = {
    {"room", "", "1,2,3,10,11"},
    /* text */
    {"room", "name=Alpha", "1"},
    {"room", "name=alpha", ""},
    {"room", "name__exact=100%_sure", "3"},
    {"room", "name__iexact=ALPHA", "1"},
    {"room", "name__iexact=ÜBUNG STRASSE", "11"}, /* simple folding: ß isn't ss */
    {"room", "name__contains=alpha", "2"},
    {"room", "name__icontains=alpha", "1,2"},
    {"room", "name__icontains=ÜBUNG", "10,11"},
    {"room", "name__icontains=", "1,2,3,10,11"},
    {"room", "name__contains=%", "3"},
    {"room", "name__contains=_", "3"},
    {"room", "name__contains=*", ""},
    {"room", "name__startswith=Al", "1"},
    {"room", "name__istartswith=aL", "1,2"},
    {"room", "name__startswith=Ü", "10"},
    {"room", "name__startswith=", "1,2,3,10,11"},
    {"room", "name__endswith=a", "1,2"},
    {"room", "name__iendswith=BETA", "2"},
    {"room", "name__regex=^[A-Z]", "1"},
    {"room", "name__regex=a$", "1,2"},
    {"room", "text__regex=^(?!MSSIP|TEAMS)", "1,2,3"},
    {"room", "name__iregex=^ALPHA", "1,2"},
    {"room", "name__in=Alpha,alpha,100%_sure", "1,3"},
    {"room", "name__in=", ""},
    {"room", "name__lt=Alpha", "3"},
    {"room", "name__lte=Alpha", "1,3"},
    {"room", "name__gt=alpha beta", "10,11"},
    {"room", "name__gte=Übung Straße", "10,11"},
    {"room", "name__range=A,Z", "1"},
    {"room", "text__isnull=1", ""},
    {"theme", "note__isnull=1", "2"},
    {"theme", "note__isnull=0", "1,3"},
    {"theme", "note=NULL", "2"},
    {"theme", "note=", "3"},
    {"theme", "note__in=n,NULL", "1,2"},
    {"room", "version=v", "1"}, /* named like one of our own */
    /* numbers and booleans */
    {"room", "id=10", "10"},
    {"room", "id__in=11,1,99", "1,11"},
    {"room", "id__lt=3", "1,2"},
    {"room", "id__contains=1", "1,10,11"},
    {"room", "id__startswith=1", "1,10,11"},
    {"room", "limit_of__gt=9", "1"},
    {"room", "limit_of__range=-5,9", "2,3"},
    {"room", "limit_of__iexact=-3", "3"},
    {"room", "limit_of__regex=^-", "3"},
    {"room", "limit_of__isnull=1", "10,11"},
    {"room", "rate=0.1", "1"},
    {"room", "rate__in=0.1,1000000", "1,11"},
    {"room", "rate__lt=0", "2"},
    {"room", "rate__icontains=E", ""},
    {"room", "rate__startswith=-1.5", "2"},
    {"room", "rate__endswith=.0", "11"},
    {"room", "open=1", "1,3,11"},
    {"room", "open__icontains=FAL", "2,10"},
    {"room", "open__in=0,1", "1,2,3,10,11"},
    /* times */
    {"room", "created=2024-03-01", "2"},
    {"room", "created__gt=2024-02-29T23:59:59.999999", "2,11"},
    {"room", "created__lte=2024-02-29T23:59:59.999999", "1,3"},
    {"room", "created__range=2024-01-01,2024-03-01", "1,2"},
    {"room", "created__year=2024", "1,2,11"},
    {"room", "created__year=0", ""},
    {"room", "created__year=123456789", ""},
    {"room", "created__month=3", "2,11"},
    {"room", "created__day=29", "1"},
    {"room", "created__week_day=1", "3,11"},
    {"room", "created__hour=12", "3"},
    {"room", "created__minute=30", "3"},
    {"room", "created__second=5", "3"},
    {"room", "created__date=2024-02-29", "1"},
    {"room", "created__date=nonsense", ""},
    {"room", "created__icontains=2024-03-01t00:00:00.000000", "2"},
    {"room", "created__contains=2024-03", "2,11"},
    {"room", "created__isnull=1", "10"},
    {"room", "ended__endswith=T00:00:00", "1"},
    {"room", "day=2024-02-29", "1"},
    {"room", "day__gt=2024-01-01", "1"},
    {"room", "day__startswith=2024", "1"},
    {"room", "day__month=2", "1"},
    /* folded fields */
    {"alias", "alias=Meet.Alpha", "1"},
    {"alias", "alias=meet.alpha", ""},
    {"alias", "alias__iexact=MEET.ALPHA", "1"},
    {"alias", "alias__iexact=ärger", "3"},
    {"alias", "alias__in=Meet.Alpha,MEET.ALPHA2,zoom", "1,4"},
    {"alias", "alias__startswith=meet", "2"},
    {"alias", "alias__istartswith=MEET.", "1,2"},
    {"alias", "alias__icontains=rGe", "3"},
    {"alias", "alias__contains=rGe", ""},
    {"alias", "alias__gt=meet.alpha", "2,3,4"},
    /* relations themselves */
    {"room", "theme=1", "1,3"},
    {"room", "theme__in=2,7", "2"},
    {"room", "theme=99", ""},
    {"room", "theme__isnull=1", "10,11"},
    {"room", "theme__isnull=0", "1,2,3"},
    {"room", "aliases__isnull=1", "3,10"},
    {"room", "aliases__isnull=0", "1,2,11"},
    {"room", "aliases=2", "1"},
    {"room", "aliases__in=1,2,3", "1,2"},
    {"room", "tags__isnull=1", "2,10"},
    {"room", "tags=red", "1,3"},
    {"tag", "name__in=red,blue", "blue,red"},
    {"room", "participants__isnull=0", "1,2"},
    {"room", "participants=1", "1,2"},
    {"participant", "rooms=1", "1,2"},
    {"participant", "rooms__isnull=1", "3"},
    {"theme", "rooms__isnull=1", "3"},
    {"theme", "rooms__in=1,2,3", "1,2"},
    /* through relations: no row twice */
    {"room", "theme__name=Plain", "1,3"},
    {"room", "theme__name__icontains=L", "1,2,3"},
    {"room", "theme__base__name=Plain", "2"},
    {"room", "theme__note__isnull=1", "2,10,11"},
    {"room", "theme__note__isnull=0", "1,3"},
    {"room", "theme__base__note__isnull=1", "1,3,10,11"},
    {"room", "aliases__alias__istartswith=meet", "1"},
    {"room", "aliases__id__gt=0", "1,2,11"},
    /* isnull=1 also where the way ends before the field */
    {"room", "aliases__place__isnull=1", "3,10,11"},
    {"room", "aliases__place__isnull=0", "1,2"},
    {"room", "aliases__alias__isnull=1", "3,10"},
    {"room", "aliases__room__aliases__alias__isnull=1", "3,10"},
    {"room", "tags__colour__isnull=1", "2,10"},
    {"participant", "rooms__tags__isnull=1", "1,3"},
    {"participant", "rooms__tags__colour__isnull=1", "1,3"},
    {"participant", "rooms__theme__name__isnull=1", "3"},
    {"alias", "room__aliases__alias__isnull=1", ""},
    {"room", "tags__colour__in=r,b", "1,3,11"},
    {"room", "participants__name__icontains=a", "1,2"},
    {"room", "participants__name=Ann", "1,2"},
    {"alias", "room__theme__name=Plain", "1,2"},
    {"alias", "room__tags__name=Green", "1,2"},
    {"alias", "room__participants__name=Bob", "1,2"},
    {"theme", "rooms__aliases__alias=zoom", ""},
    {"theme", "rooms__aliases__alias=ÄRGER", "2"},
    {"participant", "rooms__theme__rooms__name=100%_sure", "1,2"},
    /* together */
    {"room", "open=1&theme=1", "1,3"},
    {"room", "open=1&theme=1&tags=Green", "1"},
    {"room", "aliases__alias=Meet.Alpha&aliases__alias=meet.alpha2", "1"},
    {"call", "since__gte=2024-01-02", "c2"},
    {"call.load", "percent__gt=1", "c1,c2"},
    {"call.load", "percent__gt=13", ""},
};

enum { FILTERS_MAX = 4 };

static size_t parse_filters(Fixture *f, const Resource *r, const char *text, Filter *filters)
{
    Str rest = str_from(text);
    size_t n = 0;
    while (rest.len > 0) {
        assert_true(n < FILTERS_MAX);
        fixture_filter(f, r, str_to_cstr(f->arena, str_cut(&rest, '&')), &filters[n++]);
    }
    return n;
}

static void check_keys(Fixture *f, Reader *r, const Query *q, const char *what,
                       const char *expected)
{
    Value *keys = NULL;
    const Row **rows = NULL;
    size_t n = 0;
    size_t n_rows = 0;
    int64_t count = 0;
    fixture_ok(reader_select_keys(r, f->arena, q, &keys, &n));
    const Str found = fixture_join(f->arena, keys, n);
    if (!str_equal(found, str_from(expected))) {
        fail_msg("%.*s %s: found %.*s, not %s", STR_ARG(q->resource->name), what, STR_ARG(found),
                 expected);
    }
    fixture_ok(reader_select(r, f->arena, q, &rows, &n_rows));
    assert_int_equal(n_rows, n);
    for (size_t i = 0; i < n; i++) {
        assert_true(value_equal(rows[i]->key, keys[i]));
    }
    fixture_ok(reader_count(r, f->arena, q, &count));
    assert_int_equal(count, n);
}

static void test_filters(void **state)
{
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    int64_t seq = -1;
    fixture_ok(reader_new(f->arena, &f->store, &r));
    fixture_ok(reader_begin(r, f->arena, &seq));
    for (size_t i = 0; i < ARRAY_N(filter_cases); i++) {
        const Resource *resource = fixture_resource(f, filter_cases[i].resource);
        Filter filters[FILTERS_MAX];
        const size_t n = parse_filters(f, resource, filter_cases[i].filters, filters);
        const Query q = {.resource = resource, .filters = filters, .n_filters = n, .limit = 100};
        check_keys(f, r, &q, filter_cases[i].filters, filter_cases[i].keys);
        for (size_t j = 0; j < n; j++) {
            fixture_filter_free(&filters[j]);
        }
    }
    reader_end(r);
}

static const struct {
    const char *resource, *orders, *keys;
} order_cases[] = {
    {"room", "name", "3,1,2,10,11"}, /* by code point */
    {"room", "-name", "11,10,2,1,3"},
    {"room", "-id", "11,10,3,2,1"},
    {"room", "created", "3,1,2,11,10"},  /* NULL last */
    {"room", "-created", "10,11,2,1,3"}, /* NULL first */
    {"room", "open", "2,10,1,3,11"},     /* ties by key */
    {"room", "-open", "1,3,11,2,10"},
    {"room", "theme", "1,3,2,10,11"},
    {"room", "-theme", "10,11,2,1,3"},
    {"room", "theme__name", "2,1,3,10,11"},
    {"room", "theme__base__name,-id", "2,11,10,3,1"},
    {"room", "open,-name", "10,2,11,1,3"},
    {"room", "rate", "2,1,11,3,10"},
    {"alias", "room__theme__name,alias", "3,1,2,4"},
    {"tag", "", "Green,blue,red"},
    {"tag", "-colour", "red,Green,blue"},
    {"call", "-since", "c2,c1"},
};

static void test_orders(void **state)
{
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    int64_t seq = -1;
    fixture_ok(reader_new(f->arena, &f->store, &r));
    fixture_ok(reader_begin(r, f->arena, &seq));
    for (size_t i = 0; i < ARRAY_N(order_cases); i++) {
        const Resource *resource = fixture_resource(f, order_cases[i].resource);
        Order orders[FILTERS_MAX];
        size_t n = 0;
        Str rest = str_from(order_cases[i].orders);
        while (rest.len > 0) {
            orders[n++] = fixture_order(f, resource, str_to_cstr(f->arena, str_cut(&rest, ',')));
        }
        const Query q = {.resource = resource, .orders = orders, .n_orders = n, .limit = 100};
        check_keys(f, r, &q, order_cases[i].orders, order_cases[i].keys);
    }
    reader_end(r);
}

static void test_pages(void **state)
{
    static const struct {
        int64_t limit, offset;
        const char *keys;
    } cases[] = {
        {2, 0, "1,2"},      {2, 2, "3,10"}, {2, 4, "11"},
        {2, 5, ""},         {0, 0, ""},     {INT64_MAX, 1, "2,3,10,11"},
        {2, INT64_MAX, ""},
    };
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    fixture_ok(reader_new(f->arena, &f->store, &r));
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Query q = {.resource = fixture_resource(f, "room"),
                         .limit = cases[i].limit,
                         .offset = cases[i].offset};
        Value *keys = NULL;
        size_t n = 0;
        int64_t count = 0;
        fixture_ok(reader_select_keys(r, f->arena, &q, &keys, &n));
        assert_string_equal(fixture_join(f->arena, keys, n).ptr, cases[i].keys);
        fixture_ok(reader_count(r, f->arena, &q, &count));
        assert_int_equal(count, 5);
    }
    reader_end(r);
}

static void test_parent(void **state)
{
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    fixture_ok(reader_new(f->arena, &f->store, &r));
    Query q = {.resource = fixture_resource(f, "call.stream"), .limit = 10};
    check_keys(f, r, &q, "all", "0,0,1");
    q.parent = value_text(STR("c1"));
    check_keys(f, r, &q, "of c1", "0,1");
    q.parent = value_text(STR("c3"));
    check_keys(f, r, &q, "of c3", "");
    q.resource = fixture_resource(f, "call.load"); /* whose key is its parent's */
    check_keys(f, r, &q, "load of c3", "");
    q.parent = value_text(STR("c2"));
    check_keys(f, r, &q, "load of c2", "c2");
    reader_end(r);
}

static void test_count_of(void **state)
{
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    const Field *leads_here = resource_field(fixture_resource(f, "alias"), STR("room"));
    Value value = value_integer(2);
    Filter filter = {
        .count_of = leads_here, .lookup = LOOKUP_EXACT, .values = &value, .n_values = 1};
    const Query q = {
        .resource = fixture_resource(f, "room"), .filters = &filter, .n_filters = 1, .limit = 10};
    fixture_ok(reader_new(f->arena, &f->store, &r));
    check_keys(f, r, &q, "two aliases", "1");
    filter.lookup = LOOKUP_LT;
    check_keys(f, r, &q, "fewer", "2,3,10,11");
    value = value_integer(0);
    filter.lookup = LOOKUP_IN;
    check_keys(f, r, &q, "none", "3,10");
    reader_end(r);
}

static void test_too_many_filters(void **state)
{
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    Filter filters[QUERY_FILTERS_MAX + 1];
    for (size_t i = 0; i < ARRAY_N(filters); i++) {
        fixture_filter(f, fixture_resource(f, "room"), "theme__rooms__theme__name__icontains=a",
                       &filters[i]);
    }
    Query q = {.resource = fixture_resource(f, "room"),
               .filters = filters,
               .n_filters = QUERY_FILTERS_MAX,
               .limit = 10};
    int64_t n = 0;
    fixture_ok(reader_new(f->arena, &f->store, &r));
    fixture_ok(reader_count(r, f->arena, &q, &n));
    q.n_filters++;
    const Err *e = reader_count(r, f->arena, &q, &n);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    reader_end(r);
}

static const char *repeated(Fixture *f, const char *first, const char *step, size_t n,
                            const char *end)
{
    Str way = str_from(first);
    for (size_t i = 0; i < n; i++) {
        way = str_format(f->arena, "%.*s%s", STR_ARG(way), step);
    }
    return str_to_cstr(f->arena, str_format(f->arena, "%.*s%s", STR_ARG(way), end));
}

/* The longest ways, of every kind of relation by turns, as many of them as there may be, and one
 * more. */
static void test_long_paths(void **state)
{
    static const struct {
        const char *resource, *first, *step, *end, *keys;
        size_t n_steps;
    } cases[] = {
        {"room", "", "theme__rooms__", "name=100%_sure", "1,3", 12},
        {"theme", "", "rooms__theme__", "name__isnull=0", "1,2", 12},
        {"participant", "", "rooms__participants__", "name=Ann", "1,2", 12},
        {"room", "", "aliases__room__", "id__gt=0", "1,2,11", 12},
        {"room", "theme__", "base__", "name=Plain", "", 23},
        {"room", "theme__", "base__", "note__isnull=1", "1,2,3,10,11", 23},
    };
    enum { MOST = QUERY_RELATIONS_MAX / QUERY_PATH_MAX };
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    fixture_ok(reader_new(f->arena, &f->store, &r));
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const Resource *resource = fixture_resource(f, cases[i].resource);
        const char *text =
            repeated(f, cases[i].first, cases[i].step, cases[i].n_steps, cases[i].end);
        Filter filters[MOST + 1];
        for (size_t k = 0; k < ARRAY_N(filters); k++) {
            fixture_filter(f, resource, text, &filters[k]);
        }
        Query q = {.resource = resource, .filters = filters, .n_filters = MOST, .limit = 10};
        check_keys(f, r, &q, text, cases[i].keys);
        int64_t n = 0;
        q.n_filters++;
        const Err *e = reader_count(r, f->arena, &q, &n);
        assert_true(e != NULL && e->kind == ERR_INVALID);
    }
    reader_end(r);
}

static void test_long_orders(void **state)
{
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    const Resource *room = fixture_resource(f, "room");
    const Order orders[] = {
        fixture_order(f, room, repeated(f, "theme__", "base__", QUERY_PATH_MAX - 1, "name")),
        fixture_order(f, room, "-theme__base__name"),
        fixture_order(f, room, "-theme__name"),
    };
    const Query q = {.resource = room, .orders = orders, .n_orders = 3, .limit = 10};
    fixture_ok(reader_new(f->arena, &f->store, &r));
    check_keys(f, r, &q, "long orders", "10,11,1,3,2");
    reader_end(r);
}

/* The regular expression takes exponential time on this text. */
static void test_regex_that_gives_up(void **state)
{
    Fixture *f = *state;
    CLEANUP(reader_free) Reader *r = NULL;
    fixture_add(f, "participant",
                "{'id': 9, 'name': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'}");
    Filter filter;
    const Resource *resource = fixture_resource(f, "participant");
    fixture_filter(f, resource, "name__regex=^(a+)+$(?=x)|^(a|aa)+$", &filter);
    const Query q = {.resource = resource, .filters = &filter, .n_filters = 1, .limit = 10};
    int64_t n = 0;
    fixture_ok(reader_new(f->arena, &f->store, &r));
    const Err *e = reader_count(r, f->arena, &q, &n);
    fixture_filter_free(&filter);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_INVALID);
    assert_non_null(strstr(e->text, "regular expression"));
    reader_end(r);
}

static void test_cheap(void **state)
{
    static const struct {
        const char *filter, *order;
        int64_t limit, offset;
        bool cheap;
    } cases[] = {
        {"", "", 20, 0, true},
        {"", "", 21, 0, false},
        {"", "", 20, 101, false},
        {"", "-id", 20, 0, true},
        {"", "name", 20, 100, true},
        {"", "-name", 20, 0, true},
        {"", "created", 20, 0, true},
        {"", "-created", 20, 0, true},
        {"", "theme", 20, 0, true},
        {"", "-theme", 20, 0, false},
        {"", "open", 20, 0, false},
        {"", "theme__name", 20, 0, false},
        {"id=1", "", 20, 0, true},
        {"name=x", "open", 20, 0, true},
        {"theme=1", "", 20, 0, true},
        {"theme=1", "name", 20, 0, false},
        {"theme__name=x", "", 20, 0, false},
        {"name__icontains=x", "", 20, 0, false},
        {"aliases=1", "", 20, 0, false},
    };
    Fixture *f = *state;
    const Resource *r = fixture_resource(f, "room");
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Filter filter;
        Order order;
        Query q = {.resource = r,
                   .filters = &filter,
                   .orders = &order,
                   .limit = cases[i].limit,
                   .offset = cases[i].offset};
        if (cases[i].filter[0] != '\0') {
            fixture_filter(f, r, cases[i].filter, &filter);
            q.n_filters = 1;
        }
        if (cases[i].order[0] != '\0') {
            order = fixture_order(f, r, cases[i].order);
            q.n_orders = 1;
        }
        if (query_is_cheap(&q) != cases[i].cheap) {
            fail_msg("%s order_by %s", cases[i].filter, cases[i].order);
        }
    }
}

static int set_up(void **state)
{
    *state = fixture_new();
    fill(*state);
    return 0;
}

static int tear_down(void **state)
{
    *state = fixture_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),    cmocka_unit_test(test_orders),
        cmocka_unit_test(test_pages),      cmocka_unit_test(test_parent),
        cmocka_unit_test(test_count_of),   cmocka_unit_test(test_too_many_filters),
        cmocka_unit_test(test_long_paths), cmocka_unit_test(test_long_orders),
        cmocka_unit_test(test_cheap),      cmocka_unit_test(test_regex_that_gives_up),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
