/* The tables of the model as CREATE statements. */
#include "store/table_ddl.h"

#include "store/tables.h"

static const char *key_sql_type(KeyType type)
{
    return type == KEY_INTEGER ? "INTEGER" : "TEXT";
}

const char *table_column_type(const Field *f)
{
    switch (f->type) {
    case FIELD_INTEGER:
    case FIELD_BOOLEAN:
    case FIELD_DATETIME:
        return "INTEGER";
    case FIELD_FLOAT:
        return "REAL";
    case FIELD_RELATED:
        return table_is_reference(f) ? key_sql_type(f->target->key_type) : "TEXT";
    default:
        return "TEXT";
    }
}

/* Only within a file: tables of others may live elsewhere. */
static void put_reference(Buf *out, const Table *t, const Resource *target)
{
    if (!resource_has_table(target) || store_file_of(target) != t->file) {
        return;
    }
    const Table *other = t + (target->index - t->resource->index);
    buf_put_lit(out, " REFERENCES ");
    sql_put_name(out, other->name);
    buf_put_lit(out, " (");
    sql_put_name(out, other->key_column);
    buf_put_lit(out, ")");
}

static void put_column(Buf *out, const Table *t, const Field *f)
{
    buf_put_lit(out, ", ");
    sql_put_name(out, f->name);
    buf_printf(out, " %s", table_column_type(f));
    if (table_is_reference(f)) {
        put_reference(out, t, f->target);
    }
}

static void put_key(Buf *out, const Table *t)
{
    const Resource *r = t->resource;
    sql_put_name(out, t->key_column);
    buf_printf(out, " %s", key_sql_type(t->key_type));
    if (!t->has_parent) {
        buf_put_lit(out, " PRIMARY KEY");
    }
    if (r->parent != NULL && !t->has_parent) {
        put_reference(out, t, r->parent);
    } else if (r->key_field != NULL && table_is_reference(r->key_field)) {
        put_reference(out, t, r->key_field->target);
    }
}

void table_put_create(Buf *out, const Table *t, Str name)
{
    buf_put_lit(out, "CREATE TABLE ");
    sql_put_name(out, name);
    buf_put_lit(out, " (");
    put_key(out, t);
    buf_put_lit(out, ", \"_version\" INTEGER");
    if (t->has_parent) {
        buf_printf(out, ", \"_parent\" %s", key_sql_type(t->resource->parent->key_type));
        put_reference(out, t, t->resource->parent);
    }
    for (size_t i = 0; i < t->n_fields; i++) {
        put_column(out, t, t->fields[i]);
    }
    for (size_t i = 0; i < t->n_fold_fields; i++) {
        buf_printf(out, ", \"%.*s__fold\" TEXT", STR_ARG(t->fold_fields[i]->name));
    }
    if (t->has_parent) {
        buf_put_lit(out, ", PRIMARY KEY (\"_parent\", ");
        sql_put_name(out, t->key_column);
        buf_put_char(out, ')');
    }
    buf_put_lit(out, ") STRICT;\n");
}

static void put_on(Buf *out, const Table *t)
{
    buf_put_lit(out, "\" ON ");
    sql_put_name(out, t->name);
    buf_put_lit(out, " (");
}

static void put_indexed(Buf *out, const Field *f)
{
    buf_printf(out, "\"%.*s%s\"", STR_ARG(table_column(f)), f->fold ? "__fold" : "");
}

static void put_index(Buf *out, const Table *t, const Field *f)
{
    if (!f->unique && !f->fold && !f->indexed && !table_is_reference(f)) {
        return;
    }
    buf_printf(out, "CREATE %s_%.*s_%.*s", f->unique ? "UNIQUE INDEX \"unique" : "INDEX \"index",
               STR_ARG(t->name), STR_ARG(f->name));
    put_on(out, t);
    put_indexed(out, f);
    if (!f->unique && t->key_type != KEY_INTEGER) { /* an integer key is in every index anyway */
        buf_put_lit(out, ", ");
        sql_put_name(out, t->key_column);
    }
    buf_put_lit(out, ");\n");
}

static void put_group_index(Buf *out, const Table *t, const FieldGroup *group)
{
    buf_printf(out, "CREATE UNIQUE INDEX \"unique_%.*s", STR_ARG(t->name));
    for (size_t i = 0; i < group->n; i++) {
        buf_printf(out, "_%.*s", STR_ARG(group->fields[i]->name));
    }
    put_on(out, t);
    for (size_t i = 0; i < group->n; i++) {
        buf_put_str(out, i > 0 ? STR(", ") : STR(""));
        put_indexed(out, group->fields[i]);
    }
    buf_put_lit(out, ");\n");
}

void table_put_indexes(Buf *out, const Table *t)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        put_index(out, t, t->fields[i]);
    }
    for (size_t i = 0; i < t->resource->n_unique_together; i++) {
        put_group_index(out, t, &t->resource->unique_together[i]);
    }
}

static void put_link_column(Buf *out, const char *name, const Table *t)
{
    buf_printf(out, "%s %s REFERENCES ", name, key_sql_type(t->key_type));
    sql_put_name(out, t->name);
    buf_put_lit(out, " (");
    sql_put_name(out, t->key_column);
    buf_put_lit(out, "), ");
}

void link_table_put_create(Buf *out, const Tables *all, const LinkTable *l)
{
    buf_put_lit(out, "CREATE TABLE ");
    sql_put_name(out, l->name);
    buf_put_lit(out, " (");
    put_link_column(out, "owner", table_of(all, l->field->resource));
    put_link_column(out, "target", table_of(all, l->field->target));
    buf_put_lit(out, "PRIMARY KEY (owner, target)) STRICT, WITHOUT ROWID;\n");
}

void link_table_put_index(Buf *out, const LinkTable *l)
{
    buf_printf(out, "CREATE INDEX \"index_%.*s_target\" ON ", STR_ARG(l->name));
    sql_put_name(out, l->name);
    buf_put_lit(out, " (target, owner);\n");
}

void tables_put_internal(Buf *out)
{
    buf_put_lit(out,
                "CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT;\n"
                "CREATE TABLE resource_state (resource TEXT PRIMARY KEY, next_id INTEGER,"
                " n_rows INTEGER) STRICT;\n"
                "CREATE TABLE counter (id INTEGER PRIMARY KEY, seq INTEGER) STRICT;\n"
                "INSERT INTO counter (id, seq) VALUES (1, 0);\n"
                "CREATE TABLE change_log (seq INTEGER PRIMARY KEY, tag INTEGER,"
                " time INTEGER, who TEXT, request TEXT, kind INTEGER, resource TEXT,"
                " object ANY, field TEXT, other ANY, model_version INTEGER, new TEXT,"
                " old TEXT) STRICT;\n"
                "CREATE INDEX \"index_change_log_object\" ON change_log (resource, object);\n");
}
