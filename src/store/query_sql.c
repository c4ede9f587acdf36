/* Queries as SQL. Relations become "IN" sets of keys: a row can't match twice, and SQLite may go
 * from either side. The sets are named before the statement (WITH), each by the one behind it, so
 * that a long way nests nothing: SQLite's parser would take half a dozen relations. */
#include "store/query_sql.h"

#include "store/functions.h"
#include "store/lookup_sql.h"
#include "store/statement.h"

/* --- relations --- */

static bool is_isnull(const Filter *f, bool wanted)
{
    return f->lookup == LOOKUP_ISNULL && f->n_values > 0 && (f->values[0].integer != 0) == wanted;
}

/* "KEY IN (SELECT OWNER FROM …", to be closed by one parenthesis; leaves at a column that holds the
 * key of the other side, and whose name is in *ret_column. */
static void put_links_begin(SqlBuilder *b, const Table *t, unsigned alias, const Field *f,
                            unsigned links, Str *ret_column)
{
    const LinkTable *l = t->links[f->index];
    const bool naming = l->field == f;
    builder_put_key(b, t, alias);
    buf_put_lit(b->out, " IN (SELECT ");
    builder_put_alias(b, links, naming ? STR("owner") : STR("target"));
    buf_put_lit(b->out, " FROM ");
    sql_put_name(b->out, l->name);
    buf_printf(b->out, " AS t%u WHERE ", links);
    *ret_column = naming ? STR("target") : STR("owner");
}

/* The same for CHILDREN and INVERSE; leaves in the rows of the other side. */
static void put_reverse_begin(SqlBuilder *b, const Table *t, unsigned alias, const Field *f,
                              unsigned other)
{
    builder_put_key(b, t, alias);
    buf_put_lit(b->out, " IN (SELECT ");
    builder_put_alias(b, other, table_column(f->reverse));
    buf_put_lit(b->out, " FROM ");
    builder_put_table(b, table_of(b->tables, f->target), other);
    buf_put_lit(b->out, " WHERE ");
}

/* A to-many field itself: keys, or whether there are any. */
static void put_many_lookup(SqlBuilder *b, const Table *t, unsigned alias, const Filter *filter)
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
    builder_put_alias(b, other, column);
    if (any) {
        buf_put_lit(b->out, " IS NOT NULL");
    } else {
        lookup_put_in_json(b, lookup_values_json(b, filter->values, filter->n_values, false));
    }
    buf_put_char(b->out, ')');
}

/* Tables of different files are never joined, so that any file can live elsewhere. */
static bool is_within_file(SqlBuilder *b, const Table *t, const Resource *other)
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
static void put_leaf(SqlBuilder *b, const Table *t, unsigned alias, const Filter *f)
{
    buf_put_char(b->out, '(');
    if (f->field != NULL && field_is_to_many(f->field)) {
        if (is_within_file(b, t, f->field->target)) {
            put_many_lookup(b, t, alias, f);
        }
    } else if (f->count_of == NULL || is_within_file(b, t, f->count_of->resource)) {
        lookup_put(b, &(Operand){t, alias, f->field, f->count_of}, f);
        if (b->proposals.len > 0) {
            buf_put_lit(b->out, " AND ");
            builder_put_key(b, t, alias);
            lookup_put_in_json(b, b->proposals);
        }
    }
    buf_put_char(b->out, ')');
}

static unsigned begin_set(SqlBuilder *b)
{
    const unsigned set = ++b->n_sets;
    buf_put_str(b->out, set == 1 ? STR("WITH ") : STR(", "));
    buf_printf(b->out, "s%u AS (SELECT ", set);
    return set;
}

/* "t0.x IN s1": the row's relation leads into the set. */
static void put_membership(SqlBuilder *b, const Table *t, unsigned alias, const Field *relation,
                           unsigned set)
{
    builder_put_alias(b, alias,
                      field_is_to_many(relation) ? t->key_column : table_column(relation));
    buf_printf(b->out, " IN s%u", set);
}

/* The row's relation leads into the set. For isnull=true a way that ends before the field will do,
 * too, as in the outer join that the API's clients know. In parentheses. */
static void put_way(SqlBuilder *b, const Table *t, unsigned alias, const Field *relation,
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
static unsigned put_link_set(SqlBuilder *b, const Table *t, const Field *relation, unsigned far)
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
static unsigned put_sets(SqlBuilder *b, const Table *t, const Filter *f, size_t step)
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
    builder_put_alias(b, alias, by_key ? target->key_column : table_column(relation->reverse));
    buf_put_lit(b->out, " FROM ");
    builder_put_table(b, target, alias);
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
static const unsigned *put_all_sets(SqlBuilder *b, const Table *t, const Query *q,
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

static void put_filter(SqlBuilder *b, const Table *t, const Filter *f, unsigned set)
{
    if (f->n_path == 0) {
        put_leaf(b, t, 0, f);
    } else {
        put_way(b, t, 0, f->path[0], f, set);
    }
}

/* --- the whole --- */

static void put_where(SqlBuilder *b, const Table *t, const Query *q, const Str proposals[],
                      const unsigned sets[])
{
    const char *between = " WHERE ";
    if (!value_is_null(q->parent)) { /* in the key's place where a parent has one row */
        buf_put_lit(b->out, " WHERE t0.\"_parent\" = ");
        builder_put_value(b, q->parent);
        between = " AND ";
    }
    for (size_t i = 0; i < q->n_filters; i++) {
        buf_printf(b->out, "%s", between);
        b->proposals = proposals != NULL ? proposals[i] : STR_NONE;
        put_filter(b, t, &q->filters[i], sets[i]);
        between = " AND ";
    }
}

static void put_order_path(SqlBuilder *b, const Table *t, const Order *o, unsigned first)
{
    const Table *near = t;
    for (size_t i = 0; i < o->n_path; i++) {
        if (!is_within_file(b, near, o->path[i]->target)) {
            return;
        }
        near = table_of(b->tables, o->path[i]->target);
        buf_put_str(b->out, i == 0 ? STR(" FROM ") : STR(" CROSS JOIN "));
        builder_put_table(b, near, first + (unsigned)i);
    }
    for (size_t i = 0; i < o->n_path; i++) {
        const unsigned alias = first + (unsigned)i;
        buf_put_str(b->out, i == 0 ? STR(" WHERE ") : STR(" AND "));
        builder_put_key(b, table_of(b->tables, o->path[i]->target), alias);
        buf_put_lit(b->out, " = ");
        builder_put_alias(b, i == 0 ? 0 : alias - 1, table_column(o->path[i]));
    }
}

/* Through to-ones a subquery of at most one row. */
static void put_order_operand(SqlBuilder *b, const Table *t, const Order *o)
{
    if (o->n_path == 0) {
        operand_put(b, &(Operand){t, 0, o->field, NULL});
        return;
    }
    const unsigned first = b->n_aliases + 1;
    b->n_aliases += (unsigned)o->n_path;
    const Table *last = table_of(b->tables, o->path[o->n_path - 1]->target);
    buf_put_lit(b->out, "(SELECT ");
    operand_put(b, &(Operand){last, b->n_aliases, o->field, NULL});
    put_order_path(b, t, o, first);
    buf_put_char(b->out, ')');
}

static bool is_own_key(const Order *o)
{
    return o->n_path == 0 && (o->field == NULL || o->field->is_key);
}

/* The key is never NULL, and needs no tie-break. */
static void put_orders(SqlBuilder *b, const Table *t, const Query *q)
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
    builder_put_key(b, t, 0);
    buf_put_str(b->out, t->has_parent ? STR(", t0.\"_parent\"") : STR(""));
}

static void put_page(SqlBuilder *b, const Query *q)
{
    buf_put_lit(b->out, " LIMIT ");
    builder_put_value(b, value_integer(q->limit));
    buf_put_lit(b->out, " OFFSET ");
    builder_put_value(b, value_integer(q->offset));
}

static void put_what(SqlBuilder *b, const Table *t, QueryWhat what)
{
    buf_put_lit(b->out, "SELECT ");
    switch (what) {
    case QUERY_ROWS:
        buf_put_str(b->out, t->columns);
        break;
    case QUERY_KEYS:
        builder_put_key(b, t, 0);
        break;
    case QUERY_COUNT:
        buf_put_lit(b->out, "count(*)");
        break;
    }
    buf_put_lit(b->out, " FROM ");
    builder_put_table(b, t, 0);
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
    SqlBuilder b = {.tables = tables, .arena = a, .out = out};
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
