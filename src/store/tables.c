/* Tables derived from the model: their shape and the SQL that is always the same. */
#include "store/tables.h"

#include "store/statement.h"
#include "store/table_row.h"

/* The longest statement has a few thousand bytes. */
#define SQL_LIMIT_BYTES (1024UL * 1024)

/* While tables are built; they are const afterwards. */
typedef struct Build {
    Arena *arena;
    Tables *all;
    Table *tables;
    LinkTable *links;
    Buf *sql; /* of the text at hand */
} Build;

/* --- names and columns --- */

StoreFile store_file_of(const Resource *r)
{
    if (r->live || r->family == FAMILY_STATUS) {
        return STORE_LIVE;
    }
    switch (r->family) {
    case FAMILY_HISTORY:
        return STORE_HISTORY;
    case FAMILY_AUTH:
        return STORE_AUTH;
    default:
        return STORE_CONFIG;
    }
}

static Str table_name(Arena *a, const Resource *r)
{
    const Str name = str_format(a, "%.*s_%.*s", STR_ARG(family_name(r->family)), STR_ARG(r->file));
    char *text = str_to_cstr(a, name);
    for (size_t i = 0; i < name.len; i++) {
        if (text[i] == '.') {
            text[i] = '_';
        }
    }
    return (Str){text, name.len};
}

/* A nested resource without a key has its parent's. */
static bool is_keyed_by_parent(const Resource *r)
{
    return r->parent != NULL && !r->has_key;
}

static Str key_column(const Resource *r)
{
    return is_keyed_by_parent(r) ? STR("_parent") : r->key_name;
}

static KeyType key_type(const Resource *r)
{
    return is_keyed_by_parent(r) ? r->parent->key_type : r->key_type;
}

Str table_column(const Field *f)
{
    return f->is_key ? key_column(f->resource) : f->name;
}

bool table_is_reference(const Field *f)
{
    return field_is_to_one(f) && f->target->family != FAMILY_EMBEDDED;
}

static bool has_column(const Field *f)
{
    return f->stored && !f->is_key;
}

/* --- texts --- */

static void put_column(Buf *out, const Field *f)
{
    sql_put_name(out, table_column(f));
}

static void put_fold_column(Buf *out, const Field *f)
{
    buf_printf(out, "\"%.*s__fold\"", STR_ARG(f->name));
}

static FixedSql take_sql(Build *b)
{
    MUST(!buf_failed(b->sql));
    const FixedSql sql = {str_dup(b->arena, buf_str(b->sql)), (uint32_t)b->all->n_slots++};
    buf_reset(b->sql);
    return sql;
}

static void put_where_key(Buf *out, const Table *t, int parent_parameter)
{
    buf_put_lit(out, " WHERE ");
    sql_put_name(out, t->key_column);
    buf_put_lit(out, " = ?1");
    if (t->has_parent) {
        buf_printf(out, " AND \"_parent\" = ?%d", parent_parameter);
    }
}

static Str columns_of(Build *b, const Table *t)
{
    sql_put_name(b->sql, t->key_column);
    buf_put_lit(b->sql, ", \"_version\"");
    if (t->has_parent) {
        buf_put_lit(b->sql, ", \"_parent\"");
    }
    for (size_t i = 0; i < t->n_fields; i++) {
        buf_put_lit(b->sql, ", ");
        put_column(b->sql, t->fields[i]);
    }
    const Str columns = str_dup(b->arena, buf_str(b->sql));
    buf_reset(b->sql);
    return columns;
}

static int n_columns(const Table *t)
{
    return t->first_field + (int)(t->n_fields + t->n_fold_fields);
}

static void put_insert(Buf *out, const Table *t)
{
    buf_put_lit(out, "INSERT INTO ");
    sql_put_name(out, t->name);
    buf_put_lit(out, " (");
    buf_put_str(out, t->columns);
    for (size_t i = 0; i < t->n_fold_fields; i++) {
        buf_put_lit(out, ", ");
        put_fold_column(out, t->fold_fields[i]);
    }
    buf_put_lit(out, ") VALUES (?1");
    for (int i = 2; i <= n_columns(t); i++) {
        buf_printf(out, ", ?%d", i);
    }
    buf_put_char(out, ')');
}

void table_put_update(Buf *out, const Table *t, const bool changed[])
{
    buf_put_lit(out, "UPDATE ");
    sql_put_name(out, t->name);
    buf_put_lit(out, " SET \"_version\" = ?2");
    for (size_t i = 0; i < t->n_fields; i++) {
        if (changed[t->fields[i]->index]) {
            buf_put_lit(out, ", ");
            put_column(out, t->fields[i]);
            buf_printf(out, " = ?%d", t->first_field + (int)i + 1);
        }
    }
    for (size_t i = 0; i < t->n_fold_fields; i++) {
        if (changed[t->fold_fields[i]->index]) {
            buf_put_lit(out, ", ");
            put_fold_column(out, t->fold_fields[i]);
            buf_printf(out, " = ?%d", t->first_field + (int)(t->n_fields + i) + 1);
        }
    }
    put_where_key(out, t, TABLE_PARENT + 1);
}

static void put_select(Buf *out, const Table *t, Str what)
{
    buf_put_lit(out, "SELECT ");
    buf_put_str(out, what);
    buf_put_lit(out, " FROM ");
    sql_put_name(out, t->name);
}

/* The key, or the whole row, of alias t, after other columns. */
static void put_columns_of(Buf *out, const Table *t, bool rows)
{
    buf_put_lit(out, ", t.");
    sql_put_name(out, t->key_column);
    if (!rows) {
        return;
    }
    buf_put_str(out,
                t->has_parent ? STR(", t.\"_version\", t.\"_parent\"") : STR(", t.\"_version\""));
    for (size_t i = 0; i < t->n_fields; i++) {
        buf_put_lit(out, ", t.");
        put_column(out, t->fields[i]);
    }
}

static void build_statements(Build *b, Table *t)
{
    Arena *a = b->arena;
    t->columns = columns_of(b, t);
    put_select(b->sql, t, t->columns);
    put_where_key(b->sql, t, 2);
    t->select = take_sql(b);
    put_select(b->sql, t, STR("1"));
    put_where_key(b->sql, t, 2);
    t->exists = take_sql(b);
    buf_put_lit(b->sql, "SELECT o.key");
    put_columns_of(b->sql, t, true);
    buf_put_lit(b->sql, " FROM json_each(?1) AS o CROSS JOIN ");
    sql_put_name(b->sql, t->name);
    buf_put_lit(b->sql, " AS t WHERE t.");
    sql_put_name(b->sql, t->key_column);
    buf_put_lit(b->sql, " = o.value");
    t->select_many = take_sql(b);
    buf_put_lit(b->sql, "DELETE FROM ");
    sql_put_name(b->sql, t->name);
    put_where_key(b->sql, t, 2);
    t->delete = take_sql(b);
    put_insert(b->sql, t);
    t->insert = take_sql(b);
    bool *changed = ARENA_ARRAY(a, bool, MAX(t->resource->n_fields, (size_t)1));
    table_put_update(b->sql, t, changed);
    t->set_version = take_sql(b);
    for (size_t i = 0; i < t->resource->n_fields; i++) {
        changed[i] = true;
    }
    table_put_update(b->sql, t, changed);
    t->update = take_sql(b);
}

/* --- shape --- */

static const Field **collect(Build *b, const Resource *r, bool (*wanted)(const Field *), size_t *n)
{
    const Field **fields = ARENA_ARRAY(b->arena, const Field *, MAX(r->n_fields, (size_t)1));
    *n = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        if (wanted(&r->fields[i])) {
            fields[(*n)++] = &r->fields[i];
        }
    }
    return fields;
}

static bool has_fold_column(const Field *f)
{
    return has_column(f) && f->fold;
}

static bool is_unique_column(const Field *f)
{
    return has_column(f) && f->unique;
}

static void build_shape(Build *b, const Resource *r)
{
    Table *t = &b->tables[r->index];
    const size_t n = MAX(r->n_fields, (size_t)1);
    t->resource = r;
    t->file = store_file_of(r);
    t->name = table_name(b->arena, r);
    t->key_column = key_column(r);
    t->key_type = key_type(r);
    t->has_parent = r->parent != NULL && r->has_key;
    t->first_field = t->has_parent ? TABLE_FIXED_N : TABLE_FIXED_N - 1;
    t->fields = collect(b, r, has_column, &t->n_fields);
    t->fold_fields = collect(b, r, has_fold_column, &t->n_fold_fields);
    t->unique_fields = collect(b, r, is_unique_column, &t->n_unique_fields);
    t->links = ARENA_ARRAY(b->arena, const LinkTable *, n);
    t->many = ARENA_ARRAY(b->arena, const ManySql *, n);
    build_statements(b, t);
}

/* --- link tables --- */

static FixedSql link_sql(Build *b, const char *format, const LinkTable *l)
{
    const Str text = str_from(format);
    const size_t at = str_find(text, '@', 0);
    buf_put_str(b->sql, str_slice(text, 0, at));
    sql_put_name(b->sql, l->name);
    buf_put_str(b->sql, str_slice(text, at + 1, text.len));
    return take_sql(b);
}

static void build_link(Build *b, const Field *f)
{
    LinkTable *l = &b->links[b->all->n_links++];
    const Table *owner = &b->tables[f->resource->index];
    l->field = f;
    l->file = owner->file;
    l->name = str_format(b->arena, "link_%.*s_%.*s", STR_ARG(owner->name), STR_ARG(f->name));
    l->insert = link_sql(b, "INSERT OR IGNORE INTO @ (owner, target) VALUES (?1, ?2)", l);
    l->delete = link_sql(b, "DELETE FROM @ WHERE owner = ?1 AND target = ?2", l);
    l->delete_of_owner = link_sql(b, "DELETE FROM @ WHERE owner = ?1", l);
    l->delete_of_target = link_sql(b, "DELETE FROM @ WHERE target = ?1", l);
    l->targets_of_owner = link_sql(b, "SELECT target FROM @ WHERE owner = ?1 ORDER BY target", l);
    l->owners_of_target = link_sql(b, "SELECT owner FROM @ WHERE target = ?1 ORDER BY owner", l);
}

typedef void FieldVisitor(Build *b, const Field *f);

static void each_field(Build *b, FieldVisitor *visit)
{
    for (size_t i = 0; i < b->all->model->n_resources; i++) {
        const Resource *r = b->tables[i].resource;
        for (size_t j = 0; r != NULL && j < r->n_fields; j++) {
            visit(b, &r->fields[j]);
        }
    }
}

static void count_link(Build *b, const Field *f)
{
    b->all->n_links += field_owns_links(f);
}

static void visit_link(Build *b, const Field *f)
{
    if (field_owns_links(f)) {
        build_link(b, f);
    }
}

static const LinkTable *find_link(const Build *b, const Field *f)
{
    const Field *naming = f->inverse_of != NULL ? f->inverse_of : f;
    size_t i = 0;
    while (i < b->all->n_links && b->links[i].field != naming) {
        i++;
    }
    MUST(i < b->all->n_links); /* the model is checked: every such field has a naming side */
    return &b->links[i];
}

static void point_to_link(Build *b, const Field *f)
{
    if (f->type == FIELD_RELATED && f->kind == RELATION_LINKS) {
        b->tables[f->resource->index].links[f->index] = find_link(b, f);
    }
}

/* --- to-many fields --- */

/* Rows of the target, joined to their owner's key as column `owner` of `o` or of the rows
 * themselves; `of_each`: o is an array of owners. */
static FixedSql many_sql(Build *b, const Field *f, const Table *t, bool rows, bool of_each)
{
    Buf *out = b->sql;
    buf_put_str(out, of_each ? STR("SELECT o.key") : STR("SELECT 0"));
    put_columns_of(out, t, rows);
    buf_put_str(out, of_each ? STR(" FROM json_each(?1) AS o CROSS JOIN ") : STR(" FROM "));
    const Str owner = of_each ? STR("o.value") : STR("?1");
    if (f->kind == RELATION_LINKS) {
        const bool naming = field_owns_links(f);
        sql_put_name(out, find_link(b, f)->name);
        buf_put_lit(out, " AS l CROSS JOIN ");
        sql_put_name(out, t->name);
        buf_put_lit(out, " AS t WHERE t.");
        sql_put_name(out, t->key_column);
        buf_printf(out, " = l.%s AND l.%s = %.*s", naming ? "target" : "owner",
                   naming ? "owner" : "target", STR_ARG(owner));
    } else {
        sql_put_name(out, t->name);
        buf_put_lit(out, " AS t WHERE t.");
        put_column(out, f->reverse);
        buf_printf(out, " = %.*s", STR_ARG(owner));
    }
    if (!of_each) {
        buf_put_lit(out, " ORDER BY t.");
        sql_put_name(out, t->key_column);
    }
    return take_sql(b);
}

static void build_many(Build *b, const Field *f)
{
    if (!field_is_to_many(f) || b->tables[f->target->index].resource == NULL) {
        return;
    }
    ManySql *m = ARENA_NEW(b->arena, ManySql);
    m->table = &b->tables[f->target->index];
    m->keys_of_one = many_sql(b, f, m->table, false, false);
    m->rows_of_one = many_sql(b, f, m->table, true, false);
    m->keys_of_each = many_sql(b, f, m->table, false, true);
    m->rows_of_each = many_sql(b, f, m->table, true, true);
    b->tables[f->resource->index].many[f->index] = m;
}

/* --- */

const Tables *tables_new(Arena *a, const Model *model)
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_LIMIT_BYTES);
    Tables *all = ARENA_NEW(a, Tables);
    Build b = {.arena = a, .all = all, .sql = sql};
    b.tables = ARENA_ARRAY(a, Table, MAX(model->n_resources, (size_t)1));
    all->model = model;
    all->tables = b.tables;
    for (size_t i = 0; i < model->n_resources; i++) {
        if (resource_has_table(&model->resources[i])) {
            build_shape(&b, &model->resources[i]);
        }
    }
    each_field(&b, count_link);
    b.links = ARENA_ARRAY(a, LinkTable, MAX(all->n_links, (size_t)1));
    all->links = b.links;
    all->n_links = 0;
    each_field(&b, visit_link);
    each_field(&b, point_to_link);
    each_field(&b, build_many);
    buf_put_lit(sql, "BEGIN");
    all->begin = take_sql(&b);
    buf_put_lit(sql, "COMMIT");
    all->commit = take_sql(&b);
    return all;
}

const Table *tables_find(const Tables *t, Str name)
{
    for (size_t i = 0; i < t->model->n_resources; i++) {
        if (t->tables[i].resource != NULL && str_equal(t->tables[i].name, name)) {
            return &t->tables[i];
        }
    }
    return NULL;
}
