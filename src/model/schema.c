/* The schema document of a resource. Members are written in the order of their names, as all JSON
 * that goes out. */
#include "model/schema.h"

#include "base/datetime.h"
#include "base/json_write.h"
#include "base/uuid.h"

/* Rows of a page, where a request doesn't say. */
#define DEFAULT_LIMIT 20

typedef struct Schema {
    Buf *out;
    const Resource *resource;
    int64_t now_us;
} Schema;

/* --- methods --- */

static void put_methods(Buf *out, unsigned methods)
{
    static const Str names[] = {STR_INIT("get"), STR_INIT("post"), STR_INIT("put"),
                                STR_INIT("delete"), STR_INIT("patch")};
    bool first = true;
    buf_put_char(out, '[');
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        if ((methods & (1U << i)) != 0) {
            json_put_comma(out, &first);
            json_put_string(out, names[i]);
        }
    }
    buf_put_char(out, ']');
}

/* --- one value --- */

static void put_uri(Buf *out, const Resource *target, Value key)
{
    buf_put_char(out, '"');
    buf_put_str(out, target->path);
    if (key.type == VALUE_TEXT) {
        buf_put_str(out, key.text);
    } else {
        buf_put_int64(out, key.integer);
    }
    buf_put_lit(out, "/\"");
}

static void put_time(Buf *out, int64_t time_us, bool fraction)
{
    buf_put_char(out, '"');
    datetime_put(out, time_us, fraction);
    buf_put_char(out, '"');
}

static void put_integer(Buf *out, const Field *f, int64_t integer)
{
    if (f->type == FIELD_BOOLEAN) {
        buf_put_str(out, integer != 0 ? STR("true") : STR("false"));
    } else if (f->type == FIELD_DATETIME) {
        put_time(out, integer, f->fraction);
    } else {
        buf_put_int64(out, integer);
    }
}

static bool is_json(const Field *f)
{
    return f->type == FIELD_LIST || f->type == FIELD_DICT || f->type == FIELD_RELATED;
}

static void put_value(Buf *out, const Field *f, Value value)
{
    if (value_is_null(value)) {
        buf_put_lit(out, "null");
    } else if (field_is_to_one(f) && f->target->family != FAMILY_EMBEDDED) {
        put_uri(out, f->target, value);
    } else if (value.type == VALUE_INTEGER) {
        put_integer(out, f, value.integer);
    } else if (value.type == VALUE_FLOAT) {
        json_put_float(out, value.number);
    } else if (is_json(f)) {
        buf_put_str(out, value.text);
    } else {
        json_put_string(out, value.text);
    }
}

/* --- a field --- */

/* The number of an object is the server's business, but clients may send one. */
static bool is_id(const Field *f)
{
    return f->is_key && str_equal(f->name, STR("id"));
}

/* A UUID that the server makes: every time another one. scheduled_alias is said to show none. */
static bool is_fresh_uuid(const Field *f)
{
    return str_equal(f->name, STR("uuid")) && f->generated != GENERATED_NONE && !f->readonly &&
           !str_equal(f->resource->file, STR("scheduled_alias"));
}

static bool is_list_of_others(const Field *f)
{
    return f->type == FIELD_RELATED && f->kind != RELATION_TO_ONE;
}

static bool shows_default(const Field *f)
{
    return is_id(f) || is_fresh_uuid(f) || f->generated == GENERATED_CREATION ||
           (f->has_default && !f->readonly && !is_list_of_others(f));
}

static void put_default(const Schema *s, const Field *f)
{
    if (is_id(f)) {
        buf_put_str(s->out, s->resource->singleton ? STR("1") : STR("\"\""));
    } else if (is_fresh_uuid(f)) {
        char uuid[37];
        uuid_new(uuid);
        json_put_string(s->out, str_from(uuid));
    } else if (f->generated == GENERATED_CREATION) {
        put_time(s->out, s->now_us, f->fraction);
    } else {
        put_value(s->out, f, f->default_value);
    }
}

/* Whether it may be left empty. Clients ask for what is neither blank nor nullable and has no
 * default, so each optional field is one of the three. */
static bool is_blank(const Field *f)
{
    if (is_id(f)) {
        return true;
    }
    if (f->required || f->is_uri) {
        return false;
    }
    if (!shows_default(f)) {
        return !f->nullable;
    }
    return is_fresh_uuid(f) ||
           (f->default_value.type == VALUE_TEXT && f->default_value.text.len == 0);
}

static void put_range(Buf *out, const Field *f)
{
    if (f->has_min && f->has_max) {
        buf_printf(out, " Range: %lld to %lld.", (long long)f->min, (long long)f->max);
    } else if (f->has_min) {
        buf_printf(out, " Minimum: %lld.", (long long)f->min);
    } else if (f->has_max) {
        buf_printf(out, " Maximum: %lld.", (long long)f->max);
    }
}

static void put_help(Buf *out, const Field *f)
{
    Buf help;
    buf_init(&help, SIZE_MAX);
    buf_put_str(&help, f->help);
    if (f->min_length > 0) {
        buf_printf(&help, " Minimum length: %zu character%s.", f->min_length,
                   f->min_length > 1 ? "s" : "");
    }
    if (f->has_max_length) {
        buf_printf(&help, " Maximum length: %zu characters.", f->max_length);
    }
    put_range(&help, f);
    json_put_string(out, buf_str(&help));
    buf_deinit(&help);
}

/* Clients know no other words. */
static Str type_name(const Field *f)
{
    static const Str names[FIELD_TYPE_N] = {
        [FIELD_STRING] = STR_INIT("string"),     [FIELD_INTEGER] = STR_INIT("integer"),
        [FIELD_FLOAT] = STR_INIT("float"),       [FIELD_BOOLEAN] = STR_INIT("boolean"),
        [FIELD_DATETIME] = STR_INIT("datetime"), [FIELD_DATE] = STR_INIT("date"),
        [FIELD_TIME] = STR_INIT("time"),         [FIELD_LIST] = STR_INIT("list"),
        [FIELD_DICT] = STR_INIT("list"),         [FIELD_RELATED] = STR_INIT("related"),
        [FIELD_FILE] = STR_INIT("file"),
    };
    return names[f->type];
}

static void put_flag(Buf *out, Str name, bool flag)
{
    json_put_name(out, name);
    buf_put_str(out, flag ? STR("true") : STR("false"));
    buf_put_lit(out, ", ");
}

static void put_relation(Buf *out, const Field *f)
{
    if (f->type != FIELD_RELATED) {
        return;
    }
    if (f->target->family != FAMILY_EMBEDDED) {
        buf_put_lit(out, "\"related_schema\": \"");
        buf_put_str(out, f->target->path);
        buf_put_lit(out, "schema/\", ");
    }
    buf_put_lit(out, "\"related_type\": ");
    buf_put_str(out, f->kind == RELATION_TO_ONE ? STR("\"to_one\", ") : STR("\"to_many\", "));
}

static void put_choices(Buf *out, const Field *f)
{
    if (f->type == FIELD_BOOLEAN) {
        buf_put_lit(out, ", \"valid_choices\": [true, false]");
        return;
    }
    if (f->n_choices == 0 || f->open_choices) {
        return;
    }
    bool first = true;
    buf_put_lit(out, ", \"valid_choices\": [");
    for (size_t i = 0; i < f->n_choices; i++) {
        if (!value_is_null(f->choices[i])) {
            json_put_comma(out, &first);
            put_value(out, f, f->choices[i]);
        }
    }
    buf_put_char(out, ']');
}

static void put_field(const Schema *s, const Field *f)
{
    Buf *out = s->out;
    const bool id = is_id(f);
    json_put_name(out, f->name);
    buf_put_char(out, '{');
    put_flag(out, STR("blank"), is_blank(f));
    if (shows_default(f)) {
        buf_put_lit(out, "\"default\": ");
        put_default(s, f);
        buf_put_lit(out, ", ");
    }
    buf_put_lit(out, "\"help_text\": ");
    put_help(out, f);
    buf_put_lit(out, ", ");
    put_flag(out, STR("nullable"), f->nullable);
    put_flag(out, STR("readonly"), f->readonly && !id);
    put_relation(out, f);
    buf_put_lit(out, "\"type\": ");
    json_put_string(out, type_name(f));
    buf_put_lit(out, ", \"unique\": ");
    buf_put_str(out, f->unique || id ? STR("true") : STR("false"));
    put_choices(out, f);
    buf_put_char(out, '}');
}

/* --- filters and orders --- */

static void put_lookups(Buf *out, const Field *f)
{
    if (!f->filter_listed) {
        buf_put_char(out, f->spans ? '2' : '1');
        return;
    }
    bool first = true;
    buf_put_char(out, '[');
    for (int lookup = 0; lookup < LOOKUP_N; lookup++) {
        if ((f->lookups & LOOKUP_BIT(lookup)) != 0) {
            json_put_comma(out, &first);
            json_put_string(out, lookup_name((Lookup)lookup));
        }
    }
    buf_put_char(out, ']');
}

static void put_filtering(Buf *out, const Resource *r)
{
    bool first = true;
    for (size_t i = 0; i < r->n_fields; i++) {
        const Field *f = &r->fields[i];
        if (f->lookups != 0) {
            buf_put_str(out, first ? STR(", \"filtering\": {") : STR(", "));
            first = false;
            json_put_name(out, f->name);
            put_lookups(out, f);
        }
    }
    if (!first) {
        buf_put_char(out, '}');
    }
}

static void put_ordering(Buf *out, const Resource *r)
{
    for (size_t i = 0; i < r->n_ordering; i++) {
        buf_put_str(out, i == 0 ? STR(", \"ordering\": [") : STR(", "));
        json_put_string(out, r->ordering[i]->name);
    }
    if (r->n_ordering > 0) {
        buf_put_char(out, ']');
    }
}

/* --- */

void schema_put(Buf *out, const Resource *r, int64_t now_us)
{
    const Schema s = {out, r, now_us};
    bool first = true;
    /* A client makes its commands out of the methods of one object, so creating stands there,
     * too. */
    buf_put_lit(out, "{\"allowed_detail_http_methods\": ");
    put_methods(out, r->detail_methods | (r->list_methods & METHOD_POST));
    buf_put_lit(out, ", \"allowed_list_http_methods\": ");
    put_methods(out, r->list_methods);
    buf_put_lit(out, ", \"default_format\": \"application/json\", \"default_limit\": ");
    buf_put_int64(out, DEFAULT_LIMIT);
    buf_put_lit(out, ", \"fields\": {");
    for (size_t i = 0; i < r->n_fields; i++) {
        if (!r->fields[i].hidden) {
            json_put_comma(out, &first);
            put_field(&s, &r->fields[i]);
        }
    }
    buf_put_char(out, '}');
    put_filtering(out, r);
    put_ordering(out, r);
    buf_put_char(out, '}');
}
