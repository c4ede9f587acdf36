/* Choices by bytes: paths, queries, headers, bodies. */
#include "request_grammar.h"

#include "base/json_write.h"

#define BODY_MAX ((size_t)256 * 1024)
#define QUERY_MAX ((size_t)16 * 1024)
#define DEPTH_MAX 3
#define BOUNDARY "b0undary"

/* --- bytes --- */

static unsigned take(Grammar *g)
{
    return g->at < g->size ? g->data[g->at++] : 0;
}

static size_t take_below(Grammar *g, size_t n)
{
    const size_t number = n > 256 ? take(g) << 8 | take(g) : take(g);
    return n > 0 ? number % n : 0;
}

static bool one_in(Grammar *g, unsigned n)
{
    return take(g) % n == n - 1;
}

static Str take_bytes(Grammar *g, size_t most)
{
    const size_t left = g->size - g->at;
    const size_t wanted = take_below(g, most);
    const Str bytes = {(const char *)g->data + g->at, MIN(wanted, g->size - g->at)};
    g->at += left > 0 ? bytes.len : 0;
    return bytes;
}

static Str pick(Grammar *g, const Str pool[], size_t n)
{
    return pool[take_below(g, n)];
}

#define PICK(g, pool) pick((g), (pool), ARRAY_N(pool))

/* --- what it is about --- */

static const Resource *any_resource(Grammar *g)
{
    for (size_t i = take_below(g, g->model->n_resources);; i = (i + 1) % g->model->n_resources) {
        const Resource *r = &g->model->resources[i];
        if (r->path.len > 0) {
            return r;
        }
    }
}

/* A resource that the focus names or that names the focus. */
static const Resource *neighbour(Grammar *g)
{
    const Resource *r = g->focus;
    if (r->n_referrers > 0 && one_in(g, 2)) {
        return r->referrers[take_below(g, r->n_referrers)]->resource;
    }
    const size_t first = take_below(g, r->n_fields);
    for (size_t i = 0; i < r->n_fields; i++) {
        const Field *f = &r->fields[(first + i) % r->n_fields];
        if (f->type == FIELD_RELATED && f->target->path.len > 0) {
            return f->target;
        }
    }
    return r;
}

static const Resource *choose_resource(Grammar *g)
{
    const unsigned choice = take(g) % 16;
    return choice < 9 ? g->focus : choice < 14 ? neighbour(g) : any_resource(g);
}

/* --- texts --- */

static const Str texts[] = {
    STR_INIT("a"),
    STR_INIT("b"),
    STR_INIT("alice"),
    STR_INIT("ALICE"),
    STR_INIT("\xc3\xa4\xc3\x9f\xe2\x84\xaa"),
    STR_INIT(""),
    STR_INIT("123456"),
    STR_INIT("12345#"),
    STR_INIT("1"),
    STR_INIT("0"),
    STR_INIT("true"),
    STR_INIT(" a "),
    STR_INIT("a/b;c,d"),
    STR_INIT("<b>&\"'\\"),
    STR_INIT("$~!1$AAAAAAAAAAAAAAAAAAAAAA"),
    STR_INIT("{{ x }}"),
    STR_INIT("^(a+)+$"),
    STR_INIT("(?<=a)b"),
    STR_INIT("("),
    STR_INIT("%"),
    STR_INIT("a_b"),
    STR_INIT("null"),
    STR_INIT("[]"),
    STR_INIT("{\"a\": 1}"),
    STR_INIT("2020-02-30T25:00:00"),
    STR_INIT(
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    STR_INIT("404 not found"),
    STR_INIT("\xf0\x9f\x98\x80"),
};

static Str text_of_format(Grammar *g, FieldFormat format)
{
    static const Str hosts[] = {STR_INIT("host"), STR_INIT("a.example.com"),
                                STR_INIT("b.example.com")};
    static const Str addresses[] = {STR_INIT("192.0.2.1"), STR_INIT("192.0.2.2")};
    static const Str addresses6[] = {STR_INIT("2001:db8::1"), STR_INIT("::1")};
    static const Str urls[] = {STR_INIT("https://a.example.com/x"), STR_INIT("http://b/")};
    static const Str uuids[] = {STR_INIT("00000000-0000-0000-0000-000000000000"),
                                STR_INIT("A1B2c3d4-0000-4000-8000-000000000001")};
    switch (format) {
    case FORMAT_URL:
        return PICK(g, urls);
    case FORMAT_FQDN:
    case FORMAT_HOSTNAME:
        return PICK(g, hosts);
    case FORMAT_IPV4:
    case FORMAT_IP:
        return PICK(g, addresses);
    case FORMAT_IPV6:
        return PICK(g, addresses6);
    case FORMAT_EMAIL:
        return STR("a@example.com");
    case FORMAT_UUID:
        return PICK(g, uuids);
    case FORMAT_JSON:
        return STR("{\"a\": [1]}");
    case FORMAT_SSH_PUBLIC_KEY:
        return STR("ssh-rsa AAAAB3NzaC1yc2E= a");
    default:
        return PICK(g, texts);
    }
}

static Str text_for(Grammar *g, const Field *f)
{
    const unsigned choice = take(g) % 8;
    if (f->n_choices > 0 && choice < 6) {
        const Value value = f->choices[take_below(g, f->n_choices)];
        return value.type == VALUE_TEXT ? value.text : STR("1");
    }
    return choice < 6 ? text_of_format(g, f->format) : PICK(g, texts);
}

/* --- values of bodies --- */

static void put_object(Grammar *g, Buf *out, const Resource *r, int depth);

static const Str literals[] = {
    STR_INIT("null"),
    STR_INIT("true"),
    STR_INIT("0"),
    STR_INIT("-1"),
    STR_INIT("1e400"),
    STR_INIT("0.10"),
    STR_INIT("12345678901234567890"),
    STR_INIT("2147483647"),
    STR_INIT("2147483648"),
    STR_INIT("1073741824"),
    STR_INIT("\"\""),
    STR_INIT("[]"),
    STR_INIT("{}"),
    STR_INIT("[null]"),
    STR_INIT("[[]]"),
    STR_INIT("[{}]"),
    STR_INIT("\"\\u0000\""),
    STR_INIT("\"\\ud800\""),
    STR_INIT("NaN"),
    STR_INIT("\"yes\""),
    STR_INIT("[1, \"a\", {\"value\": \"b\"}]"),
    STR_INIT("{\"id\": 1}"),
    STR_INIT("{\"resource_uri\": \"/api/admin/configuration/v1/conference/1/\"}"),
};

static Str any_known(Grammar *g)
{
    const size_t n = MIN(g->n_known, (size_t)GRAMMAR_KNOWN_MAX);
    return n > 0 ? g->known[take_below(g, n)] : STR("/api/admin/configuration/v1/role/1/");
}

/* A URI of that resource that was made, else one that may be there. */
static Str uri_of(Grammar *g, const Resource *r)
{
    const size_t n = MIN(g->n_known, (size_t)GRAMMAR_KNOWN_MAX);
    const size_t first = take_below(g, n);
    for (size_t i = 0; i < n; i++) {
        const Str uri = g->known[(first + i) % n];
        if (str_starts_with(uri, r->path)) {
            return uri;
        }
    }
    return str_format(g->arena, "%.*s%u/", STR_ARG(r->path), 1 + take(g) % 4);
}

static void put_reference(Grammar *g, Buf *out, const Resource *target, int depth)
{
    switch (take(g) % 10) {
    case 0:
        buf_put_lit(out, "null");
        break;
    case 1:
        buf_printf(out, "%u", 1 + take(g) % 4);
        break;
    case 2:
        json_put_string(out, any_known(g));
        break;
    case 3:
        buf_put_str(out, PICK(g, literals));
        break;
    case 4:
    case 5:
        if (depth < DEPTH_MAX) {
            put_object(g, out, target, depth + 1);
            break;
        }
        buf_put_lit(out, "null");
        break;
    default:
        json_put_string(out, uri_of(g, target));
        break;
    }
}

static void put_relation(Grammar *g, Buf *out, const Field *f, int depth)
{
    if (f->kind == RELATION_TO_ONE) {
        put_reference(g, out, f->target, depth);
        return;
    }
    if (one_in(g, 16)) {
        buf_put_str(out, PICK(g, literals));
        return;
    }
    buf_put_char(out, '[');
    bool first = true;
    for (size_t n = take_below(g, 4); n > 0; n--) {
        json_put_comma(out, &first);
        const bool whole =
            f->kind == RELATION_CHILDREN || f->kind == RELATION_VALUES || one_in(g, 4);
        if (whole && depth < DEPTH_MAX) {
            put_object(g, out, f->target, depth + 1);
        } else {
            put_reference(g, out, f->target, depth);
        }
    }
    buf_put_char(out, ']');
}

static void put_integer(Grammar *g, Buf *out, const Field *f)
{
    const int64_t numbers[] = {
        f->min, f->max, 1, 0, 2, 10, MAX(f->min, -INT64_MAX) - 1, MIN(f->max, INT64_MAX - 1) + 1};
    if (f->n_choices > 0 && one_in(g, 2)) {
        buf_put_int64(out, f->choices[take_below(g, f->n_choices)].integer);
    } else if (one_in(g, 8)) {
        buf_put_lit(out, "\"8\"");
    } else {
        buf_put_int64(out, numbers[take_below(g, ARRAY_N(numbers))]);
    }
}

static void put_time(Grammar *g, Buf *out, FieldType type)
{
    static const Str datetimes[] = {STR_INIT("\"2026-01-02T03:04:05\""),
                                    STR_INIT("\"2026-01-02T03:04:05.000006\""),
                                    STR_INIT("\"2026-01-02\""),
                                    STR_INIT("\"2026-01-02 03:04:05+01:30\""),
                                    STR_INIT("\"0001-01-01T00:00:00\""),
                                    STR_INIT("\"9999-12-31T23:59:59.999999Z\""),
                                    STR_INIT("\"9999-12-31T23:59:59-12:00\"")};
    static const Str dates[] = {STR_INIT("\"2026-01-02\""), STR_INIT("\"2024-02-29\""),
                                STR_INIT("\"2023-02-29\"")};
    static const Str times[] = {STR_INIT("\"03:04:05\""), STR_INIT("\"03:04\""),
                                STR_INIT("\"24:00:00\"")};
    buf_put_str(out, type == FIELD_DATETIME ? PICK(g, datetimes)
                     : type == FIELD_DATE   ? PICK(g, dates)
                                            : PICK(g, times));
}

static void put_good(Grammar *g, Buf *out, const Field *f, int depth)
{
    static const Str booleans[] = {STR_INIT("true"), STR_INIT("false"), STR_INIT("\"on\""),
                                   STR_INIT("1")};
    static const Str numbers[] = {STR_INIT("0.5"), STR_INIT("1"), STR_INIT("\"2.25\""),
                                  STR_INIT("-1e300")};
    static const Str lists[] = {STR_INIT("[]"), STR_INIT("[\"a\"]"), STR_INIT("[1, 2]"),
                                STR_INIT("[{\"value\": \"a\"}]")};
    switch (f->type) {
    case FIELD_INTEGER:
        put_integer(g, out, f);
        break;
    case FIELD_FLOAT:
        buf_put_str(out, PICK(g, numbers));
        break;
    case FIELD_BOOLEAN:
        buf_put_str(out, PICK(g, booleans));
        break;
    case FIELD_DATETIME:
    case FIELD_DATE:
    case FIELD_TIME:
        put_time(g, out, f->type);
        break;
    case FIELD_LIST:
        buf_put_str(out, PICK(g, lists));
        break;
    case FIELD_DICT:
        buf_put_str(out, one_in(g, 2) ? STR("{\"a\": \"b\"}") : STR("{}"));
        break;
    case FIELD_RELATED:
        put_relation(g, out, f, depth);
        break;
    default:
        json_put_string(out, text_for(g, f));
        break;
    }
}

static void put_member(Grammar *g, Buf *out, const Field *f, bool *first, int depth)
{
    json_put_comma(out, first);
    json_put_name(out, f->name);
    if (one_in(g, 12)) {
        buf_put_str(out, PICK(g, literals));
    } else {
        put_good(g, out, f, depth);
    }
}

/* What is required, mostly, and a few others. */
static void put_object(Grammar *g, Buf *out, const Resource *r, int depth)
{
    bool first = true;
    buf_put_char(out, '{');
    const bool complete = !one_in(g, 12);
    for (size_t i = 0; complete && i < r->n_fields; i++) {
        const Field *f = &r->fields[i];
        if (f->required && !f->readonly) {
            put_member(g, out, f, &first, depth);
        }
    }
    for (size_t n = r->n_fields > 0 ? take_below(g, depth > 0 ? 3 : 7) : 0; n > 0; n--) {
        put_member(g, out, &r->fields[take_below(g, r->n_fields)], &first, depth);
    }
    if (one_in(g, 16)) {
        json_put_comma(out, &first);
        json_put_name(out, STR("resource_uri"));
        json_put_string(out, uri_of(g, r));
    }
    buf_put_char(out, '}');
}

/* {"objects": […], "deleted_objects": […]} */
static void put_list(Grammar *g, Buf *out, const Resource *r)
{
    bool first = true;
    buf_put_lit(out, "{\"objects\": [");
    for (size_t n = take_below(g, 4); n > 0; n--) {
        json_put_comma(out, &first);
        put_object(g, out, r, 0);
    }
    buf_put_char(out, ']');
    if (one_in(g, 2)) {
        buf_put_lit(out, ", \"deleted_objects\": [");
        first = true;
        for (size_t n = take_below(g, 3); n > 0; n--) {
            json_put_comma(out, &first);
            put_reference(g, out, r, DEPTH_MAX);
        }
        buf_put_char(out, ']');
    }
    buf_put_char(out, '}');
}

/* --- bodies that are no JSON --- */

static void put_form(Grammar *g, Buf *out, const Resource *r)
{
    for (size_t n = r->n_fields > 0 ? take_below(g, 6) : 0; n > 0; n--) {
        const Field *f = &r->fields[take_below(g, r->n_fields)];
        buf_put_str(out, f->name);
        buf_put_char(out, '=');
        buf_put_str(out, text_for(g, f));
        buf_put_char(out, '&');
    }
}

static void put_part(Grammar *g, Buf *out, const Field *f)
{
    static const Str names[] = {STR_INIT("a.zip"), STR_INIT("../../a"), STR_INIT(""),
                                STR_INIT("\xc3\xa4.png")};
    buf_put_lit(out, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"");
    buf_put_str(out, f->name);
    buf_put_char(out, '"');
    if (f->type == FIELD_FILE || one_in(g, 8)) {
        buf_put_lit(out, "; filename=\"");
        buf_put_str(out, PICK(g, names));
        buf_put_lit(out, "\"\r\nContent-Type: application/octet-stream");
    }
    buf_put_lit(out, "\r\n\r\n");
    if (f->type == FIELD_STRING) {
        buf_put_str(out, text_for(g, f));
    } else if (f->type == FIELD_FILE) {
        buf_put_str(out, take_bytes(g, 64));
    } else {
        put_good(g, out, f, DEPTH_MAX);
    }
    buf_put_lit(out, "\r\n");
}

static void put_multipart(Grammar *g, Buf *out, const Resource *r)
{
    for (size_t i = 0; i < r->n_fields; i++) {
        if ((r->fields[i].required && !r->fields[i].readonly) || r->fields[i].type == FIELD_FILE) {
            put_part(g, out, &r->fields[i]);
        }
    }
    for (size_t n = r->n_fields > 0 ? take_below(g, 5) : 0; n > 0; n--) {
        put_part(g, out, &r->fields[take_below(g, r->n_fields)]);
    }
    buf_put_lit(out, "--" BOUNDARY "--\r\n");
}

/* The type that goes with it, NULL: none. */
static const char *put_body(Grammar *g, Buf *out, const Resource *r, bool list)
{
    static const char *const json[] = {"application/json", "application/json; charset=utf-8", NULL,
                                       "Application/JSON", "text/plain"};
    bool has_file = false;
    for (size_t i = 0; i < r->n_fields; i++) {
        has_file = has_file || r->fields[i].type == FIELD_FILE;
    }
    const unsigned choice = take(g) % 32;
    if (choice < (has_file ? 16U : 1U)) {
        put_multipart(g, out, r);
        return one_in(g, 16) ? "multipart/form-data" : "multipart/form-data; boundary=" BOUNDARY;
    }
    if (choice == 30 || (choice > 20 && r->family == FAMILY_COMMAND)) {
        put_form(g, out, r);
        return "application/x-www-form-urlencoded";
    }
    if (choice == 31) {
        buf_put_str(out, take_bytes(g, 64));
    } else if (list) {
        put_list(g, out, r);
    } else {
        put_object(g, out, r, 0);
    }
    return json[one_in(g, 4) ? take_below(g, ARRAY_N(json)) : 0];
}

/* --- paths and queries --- */

static Str list_path(Grammar *g, const Resource *r)
{
    const size_t at = str_find_str(r->path, STR("<id>"));
    if (at == SIZE_MAX) {
        return r->path;
    }
    return str_format(g->arena, "%.*s%u%.*s", STR_ARG(str_slice(r->path, 0, at)), take(g) % 3,
                      STR_ARG(str_slice(r->path, at + 4, r->path.len)));
}

static Str detail_path(Grammar *g, const Resource *r)
{
    static const Str ids[] = {STR_INIT("0"),     STR_INIT("-1"),  STR_INIT("2147483648"),
                              STR_INIT("a%20b"), STR_INIT("%00"), STR_INIT("%c3%28"),
                              STR_INIT(".."),    STR_INIT("01"),  STR_INIT("1073741825")};
    if (!one_in(g, 10)) {
        return r->parent != NULL ? list_path(g, r) : uri_of(g, r);
    }
    return str_format(g->arena, "%.*s%.*s/", STR_ARG(list_path(g, r)), STR_ARG(PICK(g, ids)));
}

static Str odd_path(Grammar *g, const Resource *r)
{
    static const Str odd[] = {
        STR_INIT("/api/admin/configuration/v1/"),
        STR_INIT("/api/admin/schema/?"),
        STR_INIT("/api/admin/command/v1/"),
        STR_INIT("/api/admin/command/v1/conference/"),
        STR_INIT("/api//admin/status/v1//conference/"),
        STR_INIT("/"),
        STR_INIT("/api/admin/configuration/v1/conference"),
        STR_INIT("/api/admin/configuration/v1/%63onference/"),
        STR_INIT("/api/admin/configuration/v1/../v1/role/"),
        STR_INIT("*"),
        STR_INIT("/api/admin/status/v1/participant/a/media_stream/"),
    };
    switch (take(g) % 4) {
    case 0:
        return PICK(g, odd);
    case 1:
        return str_format(g->arena, "%.*sschema/", STR_ARG(list_path(g, r)));
    case 2:
        return str_format(g->arena, "%.*sset/%u;%u;%.*s/", STR_ARG(list_path(g, r)), take(g) % 4,
                          take(g) % 4, STR_ARG(PICK(g, texts)));
    default:
        return str_format(g->arena, "%.*s%.*s", STR_ARG(list_path(g, r)),
                          STR_ARG(take_bytes(g, 16)));
    }
}

static void put_encoded(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        buf_printf(out, "%%%02x", (unsigned)(unsigned char)s.ptr[i]);
    }
}

static void put_filter(Grammar *g, Buf *out, const Resource *r)
{
    const Field *f = &r->fields[take_below(g, r->n_fields)];
    buf_put_str(out, f->name);
    while (f->type == FIELD_RELATED && f->target != NULL && f->target->n_fields > 0 &&
           one_in(g, 2)) {
        f = &f->target->fields[take_below(g, f->target->n_fields)];
        buf_put_lit(out, "__");
        buf_put_str(out, f->name);
    }
    if (one_in(g, 2)) {
        buf_put_lit(out, "__");
        buf_put_str(out, lookup_name((Lookup)take_below(g, LOOKUP_N)));
    }
    buf_put_char(out, '=');
    if (f->type == FIELD_RELATED && f->target != NULL && one_in(g, 2)) {
        put_encoded(out, uri_of(g, f->target));
    } else if (f->type == FIELD_INTEGER) {
        buf_printf(out, "%u", take(g));
    } else {
        put_encoded(out, text_for(g, f));
    }
}

static Str query_for(Grammar *g, const Resource *r)
{
    static const Str others[] = {STR_INIT("limit=0"),
                                 STR_INIT("limit=1"),
                                 STR_INIT("limit=99999999999999999999"),
                                 STR_INIT("offset=1"),
                                 STR_INIT("offset=-1"),
                                 STR_INIT("order_by=id"),
                                 STR_INIT("format=json"),
                                 STR_INIT("format=xml"),
                                 STR_INIT("a=%00"),
                                 STR_INIT("name=%ff"),
                                 STR_INIT("fullschema=true"),
                                 STR_INIT("limit="),
                                 STR_INIT("order_by=-name"),
                                 STR_INIT("="),
                                 STR_INIT("&&;"),
                                 STR_INIT("name__in=a,b"),
                                 STR_INIT("id__range=1,9")};
    Buf query;
    buf_init(&query, QUERY_MAX);
    for (size_t n = take_below(g, 4); n > 0; n--) {
        if (query.len > 0) {
            buf_put_char(&query, '&');
        }
        const unsigned choice = take(g) % 8;
        if (choice < 4 && r->n_fields > 0) {
            put_filter(g, &query, r);
        } else if (choice < 5 && r->n_fields > 0) {
            buf_put_lit(&query, "order_by=");
            buf_put_str(&query, one_in(g, 2) ? STR("-") : STR(""));
            buf_put_str(&query, r->fields[take_below(g, r->n_fields)].name);
        } else if (choice < 7) {
            buf_put_str(&query, PICK(g, others));
        } else {
            buf_put_str(&query, take_bytes(g, 24));
        }
    }
    const Str text = query.len > 0 ? str_dup(g->arena, buf_str(&query)) : STR("");
    buf_deinit(&query);
    return text;
}

/* --- requests --- */

static void add_header(GrammarRequest *request, size_t *n, const char *name, const char *value)
{
    if (value != NULL && *n + 2 <= (size_t)2 * GRAMMAR_HEADERS_MAX) {
        request->headers[(*n)++] = name;
        request->headers[(*n)++] = value;
    }
}

static void add_headers(Grammar *g, GrammarRequest *request, const char *type)
{
    static const char *const accepts[] = {"*/*", "application/xml", "text/html", ";;q=x",
                                          "application/json"};
    static const char *const tags[] = {"*", "\"a\"", "W/\"1-1-1\", \"x\"", "garbage"};
    static const char *const overrides[] = {"PATCH", "patch", "DELETE", "x"};
    size_t n = 0;
    add_header(request, &n, "content-type", type);
    if (one_in(g, 16)) {
        add_header(request, &n, "accept", accepts[take_below(g, ARRAY_N(accepts))]);
    }
    if (one_in(g, 8)) {
        const char *name = one_in(g, 2) ? "if-match" : "if-none-match";
        const bool seen = g->etag.len > 0 && !one_in(g, 4);
        add_header(request, &n, name,
                   seen ? str_to_cstr(g->arena, g->etag) : tags[take_below(g, ARRAY_N(tags))]);
    }
    if (one_in(g, 32)) {
        add_header(request, &n, "x-http-method-override",
                   overrides[take_below(g, ARRAY_N(overrides))]);
    }
    if (one_in(g, 32)) {
        add_header(request, &n, "x-requested-with", "XMLHttpRequest");
    }
    request->headers[n] = NULL;
}

void grammar_begin(Grammar *g, Arena *a, const Model *model, const uint8_t *data, size_t size)
{
    *g = (Grammar){.data = data, .size = size, .arena = a, .model = model};
    g->focus = any_resource(g);
}

typedef struct Kind {
    const char *method;
    unsigned bit; /* METHOD_…; 0: of every resource */
    bool detail;
    bool list; /* its body is one of several objects */
    bool body;
} Kind;

static const Kind kinds[] = {
    {"POST", METHOD_POST, false, false, true},
    {"POST", METHOD_POST, false, false, true},
    {"POST", METHOD_POST, false, false, true},
    {"POST", METHOD_POST, false, false, true},
    {"PATCH", METHOD_PATCH, true, false, true},
    {"PATCH", METHOD_PATCH, true, false, true},
    {"PATCH", METHOD_PATCH, true, false, true},
    {"PUT", METHOD_PUT, true, false, true},
    {"PUT", METHOD_PUT, true, false, true},
    {"PATCH", METHOD_PATCH, false, true, true},
    {"PATCH", METHOD_PATCH, false, true, true},
    {"PUT", METHOD_PUT, false, true, true},
    {"DELETE", METHOD_DELETE, true, false, false},
    {"DELETE", METHOD_DELETE, false, false, false},
    {"GET", METHOD_GET, true, false, false},
    {"GET", METHOD_GET, false, false, false},
    {"GET", METHOD_GET, false, false, false},
    {"HEAD", METHOD_GET, true, false, false},
    {"OPTIONS", 0, true, false, false},
    {"TRACE", 0, false, false, false},
};

/* Mostly one that the resource has. */
static const Kind *choose_kind(Grammar *g, const Resource *r)
{
    const size_t first = take_below(g, ARRAY_N(kinds));
    if (one_in(g, 12)) {
        return &kinds[first];
    }
    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        const Kind *kind = &kinds[(first + i) % ARRAY_N(kinds)];
        const unsigned methods = kind->detail ? r->detail_methods : r->list_methods;
        if (kind->bit == 0 || (methods & kind->bit) != 0) {
            return kind;
        }
    }
    return &kinds[first];
}

bool grammar_next(Grammar *g, GrammarRequest *ret_request)
{
    if (g->at >= g->size) {
        return false;
    }
    const Resource *r = choose_resource(g);
    const Kind *kind = choose_kind(g, r);
    *ret_request = (GrammarRequest){.method = kind->method, .resource = r};
    ret_request->path = one_in(g, 16)  ? odd_path(g, r)
                        : kind->detail ? detail_path(g, r)
                                       : list_path(g, r);
    const bool filtered = !kind->body && !kind->detail;
    ret_request->query = filtered || one_in(g, 12) ? query_for(g, r) : STR("");
    const char *type = NULL;
    if (kind->body) {
        Buf body;
        buf_init(&body, BODY_MAX);
        type = put_body(g, &body, r, kind->list);
        ret_request->body = str_dup(g->arena, buf_str(&body));
        buf_deinit(&body);
    }
    add_headers(g, ret_request, type);
    return true;
}

void grammar_know(Grammar *g, Str uri)
{
    g->known[g->n_known++ % GRAMMAR_KNOWN_MAX] = str_dup(g->arena, uri);
}
