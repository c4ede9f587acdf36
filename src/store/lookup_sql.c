/* Lookups by their kind. What the client sees is compared, not what the column holds, where the two
 * differ: put_wire(). */
#include "store/lookup_sql.h"

#include "base/datetime.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "store/functions.h"

/* --- operands --- */

void operand_put(SqlBuilder *b, const Operand *o)
{
    if (o->count_of != NULL) {
        const Table *t = table_of(b->tables, o->count_of->resource);
        const unsigned alias = ++b->n_aliases;
        buf_put_lit(b->out, "(SELECT count(*) FROM ");
        builder_put_table(b, t, alias);
        buf_put_lit(b->out, " WHERE ");
        builder_put_alias(b, alias, table_column(o->count_of));
        buf_put_lit(b->out, " = ");
        builder_put_key(b, o->table, o->alias);
        buf_put_char(b->out, ')');
    } else {
        builder_put_alias(b, o->alias,
                          o->field != NULL ? table_column(o->field) : o->table->key_column);
    }
}

static void put_folded(SqlBuilder *b, const Operand *o)
{
    buf_printf(b->out, "t%u.\"%.*s__fold\"", o->alias, STR_ARG(o->field->name));
}

static bool has_folded(const Operand *o)
{
    return o->field != NULL && o->field->fold && !o->field->is_key && o->count_of == NULL;
}

static bool is_text_column(const Operand *o)
{
    return o->count_of == NULL &&
           (o->field != NULL ? o->field->type == FIELD_STRING || o->field->type == FIELD_FILE
                             : o->table->key_type != KEY_INTEGER);
}

/* --- text lookups --- */

static int wire_form(const Operand *o)
{
    if (o->field == NULL || o->count_of != NULL) {
        return WIRE_TEXT;
    }
    switch (o->field->type) {
    case FIELD_BOOLEAN:
        return WIRE_BOOLEAN;
    case FIELD_FLOAT:
        return WIRE_FLOAT;
    case FIELD_DATETIME:
        return o->field->fraction ? WIRE_DATETIME : WIRE_DATETIME_SECONDS;
    default:
        return WIRE_TEXT;
    }
}

static void put_wire(SqlBuilder *b, const Operand *o)
{
    const int form = wire_form(o);
    if (form == WIRE_TEXT) { /* our functions take numbers as their texts */
        operand_put(b, o);
        return;
    }
    buf_printf(b->out, "rostra_wire(%d, ", form);
    operand_put(b, o);
    buf_put_char(b->out, ')');
}

static Str text_of(SqlBuilder *b, Value v)
{
    switch (v.type) {
    case VALUE_TEXT:
        return v.text;
    case VALUE_INTEGER:
        return str_format(b->arena, "%lld", (long long)v.integer);
    default:
        return STR("");
    }
}

static void put_match(SqlBuilder *b, const Operand *o, int how, Value value)
{
    const Str text = text_of(b, value);
    buf_printf(b->out, "rostra_match(%d, ", how);
    builder_put_text(b, (how & MATCH_FOLDED) != 0 ? utf8_fold(b->arena, text) : text);
    buf_put_lit(b->out, ", ");
    put_wire(b, o);
    buf_put_char(b->out, ')');
}

/* The first text, byte by byte, after all that begin with `prefix`, which isn't empty: UTF-8 has no
 * byte 0xff. */
static Str after_prefix(Arena *a, Str prefix)
{
    char *end = str_to_cstr(a, prefix);
    end[prefix.len - 1] = (char)((unsigned char)end[prefix.len - 1] + 1);
    return (Str){end, prefix.len};
}

/* A range, so that an index serves. */
static void put_prefix(SqlBuilder *b, const Operand *o,
                       void (*put_column)(SqlBuilder *, const Operand *), Str prefix)
{
    put_column(b, o);
    if (prefix.len == 0) {
        buf_put_lit(b->out, " IS NOT NULL");
        return;
    }
    buf_put_lit(b->out, " >= ");
    builder_put_text(b, prefix);
    buf_put_lit(b->out, " AND ");
    put_column(b, o);
    buf_put_lit(b->out, " < ");
    builder_put_text(b, after_prefix(b->arena, prefix));
}

static void put_starts(SqlBuilder *b, const Operand *o, Value value, bool folded)
{
    const Str text = text_of(b, value);
    if (!is_text_column(o) || (folded && !has_folded(o))) {
        put_match(b, o, folded ? MATCH_STARTS | MATCH_FOLDED : MATCH_STARTS, value);
        return;
    }
    if (has_folded(o)) {
        put_prefix(b, o, put_folded, utf8_fold(b->arena, text));
    }
    if (has_folded(o) && !folded) {
        buf_put_lit(b->out, " AND ");
    }
    if (!folded) {
        put_prefix(b, o, operand_put, text);
    }
}

static void put_iexact(SqlBuilder *b, const Operand *o, Value value)
{
    if (!has_folded(o)) {
        put_match(b, o, MATCH_EXACT | MATCH_FOLDED, value);
        return;
    }
    put_folded(b, o);
    buf_put_lit(b->out, " = ");
    builder_put_text(b, utf8_fold(b->arena, text_of(b, value)));
}

/* --- equality --- */

static void put_exact(SqlBuilder *b, const Operand *o, Value value)
{
    if (value_is_null(value)) {
        operand_put(b, o);
        buf_put_lit(b->out, " IS NULL");
        return;
    }
    if (has_folded(o)) { /* for its index */
        put_iexact(b, o, value);
        buf_put_lit(b->out, " AND ");
    }
    operand_put(b, o);
    buf_put_lit(b->out, " = ");
    builder_put_value(b, value);
}

void keys_put_json(Buf *out, const Value keys[], size_t n)
{
    bool first = true;
    buf_put_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (value_is_null(keys[i])) {
            continue;
        }
        json_put_comma(out, &first);
        switch (keys[i].type) {
        case VALUE_TEXT:
            json_put_string(out, keys[i].text);
            break;
        case VALUE_FLOAT:
            json_put_float(out, keys[i].number);
            break;
        default:
            buf_put_int64(out, keys[i].integer);
            break;
        }
    }
    buf_put_char(out, ']');
}

Str lookup_values_json(SqlBuilder *b, const Value values[], size_t n, bool folded)
{
    CLEANUP(buf_free) Buf *json = buf_new(SIZE_MAX / 2);
    Value *copies = ARENA_ARRAY(b->arena, Value, MAX(n, (size_t)1));
    for (size_t i = 0; i < n; i++) {
        copies[i] = folded && values[i].type == VALUE_TEXT
                        ? value_text(utf8_fold(b->arena, values[i].text))
                        : values[i];
    }
    keys_put_json(json, copies, n);
    return str_dup(b->arena, buf_str(json));
}

void lookup_put_in_json(SqlBuilder *b, Str json)
{
    buf_put_lit(b->out, " IN (SELECT value FROM json_each(");
    builder_put_text(b, json);
    buf_put_lit(b->out, "))");
}

/* Floats one by one, since SQLite's reading of JSON may miss their last bit. */
static void put_in_floats(SqlBuilder *b, const Value values[], size_t n)
{
    bool first = true;
    buf_put_lit(b->out, " IN (");
    for (size_t i = 0; i < n; i++) {
        if (!value_is_null(values[i])) {
            json_put_comma(b->out, &first);
            builder_put_value(b, values[i]);
        }
    }
    buf_put_char(b->out, ')');
}

static void put_in(SqlBuilder *b, const Operand *o, const Filter *f)
{
    bool has_null = false;
    for (size_t i = 0; i < f->n_values; i++) {
        has_null = has_null || value_is_null(f->values[i]);
    }
    if (has_folded(o)) {
        put_folded(b, o);
        lookup_put_in_json(b, lookup_values_json(b, f->values, f->n_values, true));
        buf_put_lit(b->out, " AND ");
    }
    operand_put(b, o);
    if (o->field != NULL && o->field->type == FIELD_FLOAT) {
        put_in_floats(b, f->values, f->n_values);
    } else {
        lookup_put_in_json(b, lookup_values_json(b, f->values, f->n_values, false));
    }
    if (has_null) {
        buf_put_lit(b->out, " OR ");
        operand_put(b, o);
        buf_put_lit(b->out, " IS NULL");
    }
}

/* --- order and time --- */

static void put_compare(SqlBuilder *b, const Operand *o, const char *operator, Value value)
{
    operand_put(b, o);
    buf_printf(b->out, " %s ", operator);
    builder_put_value(b, value);
}

static void put_between(SqlBuilder *b, const Operand *o, Value from, Value to)
{
    put_compare(b, o, ">=", from);
    buf_put_lit(b->out, " AND ");
    put_compare(b, o, "<=", to);
}

/* All of the days from one to another, as a range for the index. */
static void put_days(SqlBuilder *b, const Operand *o, Str first, Str last)
{
    int64_t from_us = 0;
    int64_t to_us = 0;
    if (!datetime_parse(first, &from_us) || !datetime_parse(last, &to_us)) {
        buf_put_char(b->out, '0');
        return;
    }
    put_between(b, o, value_integer(from_us), value_integer(to_us + DATETIME_DAY_US - 1));
}

static bool is_datetime(const Operand *o)
{
    return o->field != NULL && o->field->type == FIELD_DATETIME && o->count_of == NULL;
}

static void put_part(SqlBuilder *b, const Operand *o, Lookup lookup, Value value)
{
    if (lookup == LOOKUP_DATE && is_datetime(o)) {
        const Str day = str_slice(text_of(b, value), 0, 10);
        put_days(b, o, day, day);
    } else if (lookup == LOOKUP_DATE) {
        put_exact(b, o, value);
    } else if (lookup == LOOKUP_YEAR && is_datetime(o) && value.type == VALUE_INTEGER) {
        const long long year = value.integer;
        put_days(b, o, str_format(b->arena, "%04lld-01-01", year),
                 str_format(b->arena, "%04lld-12-31", year));
    } else {
        buf_printf(b->out, "rostra_part(%d, ", (int)lookup);
        operand_put(b, o);
        buf_put_lit(b->out, ") = ");
        builder_put_value(b, value);
    }
}

static void put_regex(SqlBuilder *b, const Operand *o, const Regex *regex)
{
    buf_put_lit(b->out, "rostra_regex(");
    builder_put_bind(b, (QueryBind){.regex = regex});
    buf_put_lit(b->out, ", ");
    put_wire(b, o);
    buf_put_char(b->out, ')');
}

void lookup_put(SqlBuilder *b, const Operand *o, const Filter *f)
{
    const Value value = f->n_values > 0 ? f->values[0] : VALUE_NONE;
    switch (f->lookup) {
    case LOOKUP_EXACT:
        put_exact(b, o, value);
        return;
    case LOOKUP_IEXACT:
        put_iexact(b, o, value);
        return;
    case LOOKUP_CONTAINS:
        put_match(b, o, MATCH_CONTAINS, value);
        return;
    case LOOKUP_ICONTAINS:
        put_match(b, o, MATCH_CONTAINS | MATCH_FOLDED, value);
        return;
    case LOOKUP_STARTSWITH:
        put_starts(b, o, value, false);
        return;
    case LOOKUP_ISTARTSWITH:
        put_starts(b, o, value, true);
        return;
    case LOOKUP_ENDSWITH:
        put_match(b, o, MATCH_ENDS, value);
        return;
    case LOOKUP_IENDSWITH:
        put_match(b, o, MATCH_ENDS | MATCH_FOLDED, value);
        return;
    case LOOKUP_REGEX:
    case LOOKUP_IREGEX:
        put_regex(b, o, f->regex);
        return;
    case LOOKUP_IN:
        put_in(b, o, f);
        return;
    case LOOKUP_LT:
        put_compare(b, o, "<", value);
        return;
    case LOOKUP_LTE:
        put_compare(b, o, "<=", value);
        return;
    case LOOKUP_GT:
        put_compare(b, o, ">", value);
        return;
    case LOOKUP_GTE:
        put_compare(b, o, ">=", value);
        return;
    case LOOKUP_RANGE:
        put_between(b, o, value, f->n_values > 1 ? f->values[1] : VALUE_NONE);
        return;
    case LOOKUP_ISNULL:
        operand_put(b, o);
        buf_put_str(b->out, value.integer != 0 ? STR(" IS NULL") : STR(" IS NOT NULL"));
        return;
    default:
        put_part(b, o, f->lookup, value);
        return;
    }
}
