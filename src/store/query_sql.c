/* Queries as SQL. Relations become "IN" sets of keys: a row can't match twice, and SQLite may go
 * from either side. The sets are named before the statement (WITH), each by the one behind it, so
 * that a long way nests nothing: SQLite's parser would take half a dozen relations. */
#include "store/query_sql.h"

#include "base/datetime.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "store/functions.h"
#include "store/statement.h"

/* Of FILTER texts; a query of QUERY_FILTERS_MAX long paths stays far below. */
enum { BINDS_FIRST = 16 };

typedef struct Builder {
    const Tables *tables;
    Arena *arena;
    Buf *out;
    QueryBind *binds;
    size_t n_binds, size_binds;
    unsigned n_aliases;
    unsigned n_sets;
    Str proposals; /* for the filter at hand */
    Err *error;    /* the first; what follows is built for nothing */
} Builder;

/* What a condition is about: a column of the alias, or a count of rows that lead to it. */
typedef struct Operand {
    const Table *table;
    unsigned alias;
    const Field *field;    /* NULL: the key */
    const Field *count_of; /* NULL: none */
} Operand;

/* --- pieces --- */

static void put_bind(Builder *b, QueryBind bind)
{
    if (b->n_binds == b->size_binds) {
        const size_t size = MAX(b->size_binds * 2, (size_t)BINDS_FIRST);
        QueryBind *grown = ARENA_ARRAY(b->arena, QueryBind, size);
        for (size_t i = 0; i < b->n_binds; i++) {
            grown[i] = b->binds[i];
        }
        b->binds = grown;
        b->size_binds = size;
    }
    b->binds[b->n_binds++] = bind;
    buf_put_char(b->out, '?');
}

static void put_value(Builder *b, Value v)
{
    put_bind(b, (QueryBind){.value = v});
}

static void put_text(Builder *b, Str text)
{
    put_value(b, value_text(text));
}

static void put_alias(Builder *b, unsigned alias, Str column)
{
    buf_printf(b->out, "t%u.", alias);
    sql_put_name(b->out, column);
}

static void put_table(Builder *b, const Table *t, unsigned alias)
{
    sql_put_name(b->out, t->name);
    buf_printf(b->out, " AS t%u", alias);
}

static void put_key(Builder *b, const Table *t, unsigned alias)
{
    put_alias(b, alias, t->key_column);
}

static void put_operand(Builder *b, const Operand *o)
{
    if (o->count_of != NULL) {
        const Table *t = table_of(b->tables, o->count_of->resource);
        const unsigned alias = ++b->n_aliases;
        buf_put_lit(b->out, "(SELECT count(*) FROM ");
        put_table(b, t, alias);
        buf_put_lit(b->out, " WHERE ");
        put_alias(b, alias, table_column(o->count_of));
        buf_put_lit(b->out, " = ");
        put_key(b, o->table, o->alias);
        buf_put_char(b->out, ')');
    } else {
        put_alias(b, o->alias, o->field != NULL ? table_column(o->field) : o->table->key_column);
    }
}

static void put_folded(Builder *b, const Operand *o)
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

static void put_wire(Builder *b, const Operand *o)
{
    const int form = wire_form(o);
    if (form == WIRE_TEXT) { /* our functions take numbers as their texts */
        put_operand(b, o);
        return;
    }
    buf_printf(b->out, "rostra_wire(%d, ", form);
    put_operand(b, o);
    buf_put_char(b->out, ')');
}

static Str text_of(Builder *b, Value v)
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

static void put_match(Builder *b, const Operand *o, int how, Value value)
{
    const Str text = text_of(b, value);
    buf_printf(b->out, "rostra_match(%d, ", how);
    put_text(b, (how & MATCH_FOLDED) != 0 ? utf8_fold(b->arena, text) : text);
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
static void put_prefix(Builder *b, const Operand *o, void (*put_column)(Builder *, const Operand *),
                       Str prefix)
{
    put_column(b, o);
    if (prefix.len == 0) {
        buf_put_lit(b->out, " IS NOT NULL");
        return;
    }
    buf_put_lit(b->out, " >= ");
    put_text(b, prefix);
    buf_put_lit(b->out, " AND ");
    put_column(b, o);
    buf_put_lit(b->out, " < ");
    put_text(b, after_prefix(b->arena, prefix));
}

static void put_starts(Builder *b, const Operand *o, Value value, bool folded)
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
        put_prefix(b, o, put_operand, text);
    }
}

static void put_iexact(Builder *b, const Operand *o, Value value)
{
    if (!has_folded(o)) {
        put_match(b, o, MATCH_EXACT | MATCH_FOLDED, value);
        return;
    }
    put_folded(b, o);
    buf_put_lit(b->out, " = ");
    put_text(b, utf8_fold(b->arena, text_of(b, value)));
}

/* --- equality --- */

static void put_exact(Builder *b, const Operand *o, Value value)
{
    if (value_is_null(value)) {
        put_operand(b, o);
        buf_put_lit(b->out, " IS NULL");
        return;
    }
    if (has_folded(o)) { /* for its index */
        put_iexact(b, o, value);
        buf_put_lit(b->out, " AND ");
    }
    put_operand(b, o);
    buf_put_lit(b->out, " = ");
    put_value(b, value);
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

static Str values_json(Builder *b, const Value values[], size_t n, bool folded)
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

static void put_in_json(Builder *b, Str json)
{
    buf_put_lit(b->out, " IN (SELECT value FROM json_each(");
    put_text(b, json);
    buf_put_lit(b->out, "))");
}

/* Floats one by one, since SQLite's reading of JSON may miss their last bit. */
static void put_in_floats(Builder *b, const Value values[], size_t n)
{
    bool first = true;
    buf_put_lit(b->out, " IN (");
    for (size_t i = 0; i < n; i++) {
        if (!value_is_null(values[i])) {
            json_put_comma(b->out, &first);
            put_value(b, values[i]);
        }
    }
    buf_put_char(b->out, ')');
}

static void put_in(Builder *b, const Operand *o, const Filter *f)
{
    bool has_null = false;
    for (size_t i = 0; i < f->n_values; i++) {
        has_null = has_null || value_is_null(f->values[i]);
    }
    if (has_folded(o)) {
        put_folded(b, o);
        put_in_json(b, values_json(b, f->values, f->n_values, true));
        buf_put_lit(b->out, " AND ");
    }
    put_operand(b, o);
    if (o->field != NULL && o->field->type == FIELD_FLOAT) {
        put_in_floats(b, f->values, f->n_values);
    } else {
        put_in_json(b, values_json(b, f->values, f->n_values, false));
    }
    if (has_null) {
        buf_put_lit(b->out, " OR ");
        put_operand(b, o);
        buf_put_lit(b->out, " IS NULL");
    }
}

/* --- order and time --- */

static void put_compare(Builder *b, const Operand *o, const char *operator, Value value)
{
    put_operand(b, o);
    buf_printf(b->out, " %s ", operator);
    put_value(b, value);
}

static void put_between(Builder *b, const Operand *o, Value from, Value to)
{
    put_compare(b, o, ">=", from);
    buf_put_lit(b->out, " AND ");
    put_compare(b, o, "<=", to);
}

/* All of the days from one to another, as a range for the index. */
static void put_days(Builder *b, const Operand *o, Str first, Str last)
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

static void put_part(Builder *b, const Operand *o, Lookup lookup, Value value)
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
        put_operand(b, o);
        buf_put_lit(b->out, ") = ");
        put_value(b, value);
    }
}

static void put_regex(Builder *b, const Operand *o, const Regex *regex)
{
    buf_put_lit(b->out, "rostra_regex(");
    put_bind(b, (QueryBind){.regex = regex});
    buf_put_lit(b->out, ", ");
    put_wire(b, o);
    buf_put_char(b->out, ')');
}

static void put_lookup(Builder *b, const Operand *o, const Filter *f)
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
        put_operand(b, o);
        buf_put_str(b->out, value.integer != 0 ? STR(" IS NULL") : STR(" IS NOT NULL"));
        return;
    default:
        put_part(b, o, f->lookup, value);
        return;
    }
}

/* --- relations --- */

static bool is_isnull(const Filter *f, bool wanted)
{
    return f->lookup == LOOKUP_ISNULL && f->n_values > 0 && (f->values[0].integer != 0) == wanted;
}

/* "KEY IN (SELECT OWNER FROM …", to be closed by one parenthesis; leaves at a column that holds the
 * key of the other side, and whose name is in *ret_column. */
static void put_links_begin(Builder *b, const Table *t, unsigned alias, const Field *f,
                            unsigned links, Str *ret_column)
{
    const LinkTable *l = t->links[f->index];
    const bool naming = l->field == f;
    put_key(b, t, alias);
    buf_put_lit(b->out, " IN (SELECT ");
    put_alias(b, links, naming ? STR("owner") : STR("target"));
    buf_put_lit(b->out, " FROM ");
    sql_put_name(b->out, l->name);
    buf_printf(b->out, " AS t%u WHERE ", links);
    *ret_column = naming ? STR("target") : STR("owner");
}

/* The same for CHILDREN and INVERSE; leaves in the rows of the other side. */
static void put_reverse_begin(Builder *b, const Table *t, unsigned alias, const Field *f,
                              unsigned other)
{
    put_key(b, t, alias);
    buf_put_lit(b->out, " IN (SELECT ");
    put_alias(b, other, table_column(f->reverse));
    buf_put_lit(b->out, " FROM ");
    put_table(b, table_of(b->tables, f->target), other);
    buf_put_lit(b->out, " WHERE ");
}

/* A to-many field itself: keys, or whether there are any. */
static void put_many_lookup(Builder *b, const Table *t, unsigned alias, const Filter *filter)
{
    const Field *f = filter->field;
    const unsigned other = ++b->n_aliases;
    const bool any = filter->lookup == LOOKUP_ISNULL;
    Str column = STR("");
    buf_put_str(b->out, is_isnull(filter, true) ? STR("NOT ") : STR(""));
    if (f->kind == RELATION_LINKS) {
        put_links_begin(b, t, alias, f, other, &column);
    } else {
        const Table *target = table_of(b->tables, f->target);
        put_reverse_begin(b, t, alias, f, other);
        column = any ? table_column(f->reverse) : target->key_column;
    }
    put_alias(b, other, column);
    if (any) {
        buf_put_lit(b->out, " IS NOT NULL");
    } else {
        put_in_json(b, values_json(b, filter->values, filter->n_values, false));
    }
    buf_put_char(b->out, ')');
}

/* Tables of different files are never joined, so that any file can live elsewhere. */
static bool is_within_file(Builder *b, const Table *t, const Resource *other)
{
    const Table *target = table_of(b->tables, other);
    if (target->resource != NULL && target->file == t->file) {
        return true;
    }
    if (b->error == NULL) {
        b->error = err(b->arena, ERR_INVALID, "'%.*s' cannot be filtered or ordered through.",
                       STR_ARG(other->name));
    }
    return false;
}

/* What a row of `t` must fulfil itself, in parentheses. */
static void put_leaf(Builder *b, const Table *t, unsigned alias, const Filter *f)
{
    buf_put_char(b->out, '(');
    if (f->field != NULL && field_is_to_many(f->field)) {
        if (is_within_file(b, t, f->field->target)) {
            put_many_lookup(b, t, alias, f);
        }
    } else if (f->count_of == NULL || is_within_file(b, t, f->count_of->resource)) {
        put_lookup(b, &(Operand){t, alias, f->field, f->count_of}, f);
        if (b->proposals.len > 0) {
            buf_put_lit(b->out, " AND ");
            put_key(b, t, alias);
            put_in_json(b, b->proposals);
        }
    }
    buf_put_char(b->out, ')');
}

static unsigned begin_set(Builder *b)
{
    const unsigned set = ++b->n_sets;
    buf_put_str(b->out, set == 1 ? STR("WITH ") : STR(", "));
    buf_printf(b->out, "s%u AS (SELECT ", set);
    return set;
}

/* "t0.x IN s1": the row's relation leads into the set. */
static void put_membership(Builder *b, const Table *t, unsigned alias, const Field *relation,
                           unsigned set)
{
    put_alias(b, alias, field_is_to_many(relation) ? t->key_column : table_column(relation));
    buf_printf(b->out, " IN s%u", set);
}

/* The row's relation leads into the set. For isnull=true a way that ends before the field will do,
 * too, as in the outer join that the API's clients know. In parentheses. */
static void put_way(Builder *b, const Table *t, unsigned alias, const Field *relation,
                    const Filter *f, unsigned set)
{
    static const Value yes = {.type = VALUE_INTEGER, .integer = 1};
    const Filter ends = {.field = relation, .lookup = LOOKUP_ISNULL, .values = &yes, .n_values = 1};
    buf_put_char(b->out, '(');
    put_membership(b, t, alias, relation, set);
    if (is_isnull(f, true)) {
        buf_put_lit(b->out, " OR ");
        put_leaf(b, t, alias, &ends);
    }
    buf_put_char(b->out, ')');
}

/* The near sides of links whose far sides are in a set. */
static unsigned put_link_set(Builder *b, const Table *t, const Field *relation, unsigned far)
{
    const LinkTable *l = t->links[relation->index];
    const bool naming = l->field == relation;
    const unsigned set = begin_set(b);
    buf_put_str(b->out, naming ? STR("owner FROM ") : STR("target FROM "));
    sql_put_name(b->out, l->name);
    buf_printf(b->out, " WHERE %s IN s%u)", naming ? "target" : "owner", far);
    return set;
}

/* Writes the sets for the path from `step` on, the far end first. The last is what a row of `t`
 * must lead into: keys of the target's rows, or for a to-many keys of `t`. */
static unsigned put_sets(Builder *b, const Table *t, const Filter *f, size_t step)
{
    const Field *relation = f->path[step];
    if (!is_within_file(b, t, relation->target)) {
        return 0;
    }
    const Table *target = table_of(b->tables, relation->target);
    const bool last = step + 1 == f->n_path;
    const unsigned behind = last ? 0 : put_sets(b, target, f, step + 1);
    const bool by_key = !field_is_to_many(relation) || relation->kind == RELATION_LINKS;
    const unsigned alias = ++b->n_aliases;
    const unsigned set = begin_set(b);
    put_alias(b, alias, by_key ? target->key_column : table_column(relation->reverse));
    buf_put_lit(b->out, " FROM ");
    put_table(b, target, alias);
    buf_put_lit(b->out, " WHERE ");
    if (last) {
        put_leaf(b, target, alias, f);
    } else {
        put_way(b, target, alias, f->path[step + 1], f, behind);
    }
    buf_put_char(b->out, ')');
    return relation->kind == RELATION_LINKS ? put_link_set(b, t, relation, set) : set;
}

/* All sets; *ret_sets[n_filters]: that of each filter with a path. */
static const unsigned *put_all_sets(Builder *b, const Table *t, const Query *q,
                                    const Str proposals[])
{
    unsigned *sets = ARENA_ARRAY(b->arena, unsigned, q->n_filters + 1);
    for (size_t i = 0; i < q->n_filters; i++) {
        if (q->filters[i].n_path == 0) {
            continue;
        }
        b->proposals = proposals != NULL ? proposals[i] : STR_NONE;
        sets[i] = put_sets(b, t, &q->filters[i], 0);
        buf_put_char(b->out, ' ');
    }
    return sets;
}

static void put_filter(Builder *b, const Table *t, const Filter *f, unsigned set)
{
    if (f->n_path == 0) {
        put_leaf(b, t, 0, f);
    } else {
        put_way(b, t, 0, f->path[0], f, set);
    }
}

/* --- the whole --- */

static void put_where(Builder *b, const Table *t, const Query *q, const Str proposals[],
                      const unsigned sets[])
{
    const char *between = " WHERE ";
    if (!value_is_null(q->parent)) { /* in the key's place where a parent has one row */
        buf_put_lit(b->out, " WHERE t0.\"_parent\" = ");
        put_value(b, q->parent);
        between = " AND ";
    }
    for (size_t i = 0; i < q->n_filters; i++) {
        buf_printf(b->out, "%s", between);
        b->proposals = proposals != NULL ? proposals[i] : STR_NONE;
        put_filter(b, t, &q->filters[i], sets[i]);
        between = " AND ";
    }
}

static void put_order_path(Builder *b, const Table *t, const Order *o, unsigned first)
{
    const Table *near = t;
    for (size_t i = 0; i < o->n_path; i++) {
        if (!is_within_file(b, near, o->path[i]->target)) {
            return;
        }
        near = table_of(b->tables, o->path[i]->target);
        buf_put_str(b->out, i == 0 ? STR(" FROM ") : STR(" CROSS JOIN "));
        put_table(b, near, first + (unsigned)i);
    }
    for (size_t i = 0; i < o->n_path; i++) {
        const unsigned alias = first + (unsigned)i;
        buf_put_str(b->out, i == 0 ? STR(" WHERE ") : STR(" AND "));
        put_key(b, table_of(b->tables, o->path[i]->target), alias);
        buf_put_lit(b->out, " = ");
        put_alias(b, i == 0 ? 0 : alias - 1, table_column(o->path[i]));
    }
}

/* Through to-ones a subquery of at most one row. */
static void put_order_operand(Builder *b, const Table *t, const Order *o)
{
    if (o->n_path == 0) {
        put_operand(b, &(Operand){t, 0, o->field, NULL});
        return;
    }
    const unsigned first = b->n_aliases + 1;
    b->n_aliases += (unsigned)o->n_path;
    const Table *last = table_of(b->tables, o->path[o->n_path - 1]->target);
    buf_put_lit(b->out, "(SELECT ");
    put_operand(b, &(Operand){last, b->n_aliases, o->field, NULL});
    put_order_path(b, t, o, first);
    buf_put_char(b->out, ')');
}

static bool is_own_key(const Order *o)
{
    return o->n_path == 0 && (o->field == NULL || o->field->is_key);
}

/* The key is never NULL, and needs no tie-break. */
static void put_orders(Builder *b, const Table *t, const Query *q)
{
    buf_put_lit(b->out, " ORDER BY ");
    for (size_t i = 0; i < q->n_orders; i++) {
        const Order *o = &q->orders[i];
        put_order_operand(b, t, o);
        if (is_own_key(o)) {
            buf_put_str(b->out, o->descending ? STR(" DESC") : STR(""));
            return;
        }
        buf_put_str(b->out, o->descending ? STR(" DESC NULLS FIRST, ") : STR(" ASC NULLS LAST, "));
    }
    put_key(b, t, 0);
    buf_put_str(b->out, t->has_parent ? STR(", t0.\"_parent\"") : STR(""));
}

static void put_page(Builder *b, const Query *q)
{
    buf_put_lit(b->out, " LIMIT ");
    put_value(b, value_integer(q->limit));
    buf_put_lit(b->out, " OFFSET ");
    put_value(b, value_integer(q->offset));
}

static void put_what(Builder *b, const Table *t, QueryWhat what)
{
    buf_put_lit(b->out, "SELECT ");
    switch (what) {
    case QUERY_ROWS:
        buf_put_str(b->out, t->columns);
        break;
    case QUERY_KEYS:
        put_key(b, t, 0);
        break;
    case QUERY_COUNT:
        buf_put_lit(b->out, "count(*)");
        break;
    }
    buf_put_lit(b->out, " FROM ");
    put_table(b, t, 0);
}

static Err *check_limits(Arena *a, const Query *q)
{
    size_t n_relations = 0;
    if (q->n_filters > QUERY_FILTERS_MAX || q->n_orders > QUERY_ORDERS_MAX) {
        return err(a, ERR_INVALID, "Too many filters or orders.");
    }
    for (size_t i = 0; i < q->n_filters; i++) {
        n_relations += q->filters[i].n_path;
        MUST(q->filters[i].n_path <= QUERY_PATH_MAX);
    }
    for (size_t i = 0; i < q->n_orders; i++) {
        n_relations += q->orders[i].n_path;
        MUST(q->orders[i].n_path <= QUERY_PATH_MAX);
    }
    return n_relations > QUERY_RELATIONS_MAX
               ? err(a, ERR_INVALID,
                     "All filters and orders together may lead through at most %d relations.",
                     QUERY_RELATIONS_MAX)
               : NULL;
}

Err *query_to_sql(const Tables *tables, Arena *a, const Query *q, QueryWhat what,
                  const Str proposals[], Buf *out, QuerySql *ret_sql)
{
    TRY(check_limits(a, q));
    const Table *t = table_of(tables, q->resource);
    Builder b = {.tables = tables, .arena = a, .out = out};
    const unsigned *sets = put_all_sets(&b, t, q, proposals);
    put_what(&b, t, what);
    put_where(&b, t, q, proposals, sets);
    if (what != QUERY_COUNT) {
        put_orders(&b, t, q);
        put_page(&b, q);
    }
    if (b.error != NULL || buf_failed(out)) {
        return b.error != NULL ? b.error : err(a, ERR_INVALID, "The query is too long.");
    }
    *ret_sql = (QuerySql){buf_str(out), b.binds, b.n_binds};
    return NULL;
}

void query_bind(const QuerySql *sql, Stmt *s)
{
    for (size_t i = 0; i < sql->n_binds; i++) {
        if (sql->binds[i].regex != NULL) {
            stmt_bind_pointer(s, (int)i + 1, sql->binds[i].regex, FUNCTION_REGEX);
        } else {
            stmt_bind(s, (int)i + 1, sql->binds[i].value);
        }
    }
}
