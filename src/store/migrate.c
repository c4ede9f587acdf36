/* Makes the tables of a file those of the model: of a new file, or of an older model. A table whose
 * CREATE text differs is built anew from what it held. */
#include "base/datetime.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "store/store_private.h"
#include "store/table_ddl.h"

/* All CREATE INDEX statements, or one INSERT … SELECT. */
#define MIGRATE_LIMIT_BYTES (4UL * 1024 * 1024)

typedef struct Migration {
    Store *store;
    const StoreOptions *options;
    StoreFile file;
    Db *db;
    Arena *arena;
    bool *is_new; /* by Resource.index: the table wasn't there */
} Migration;

/* --- asking the schema --- */

/* One text from one row; empty without a row. */
static Err *ask(const Migration *m, Str sql, Str first, Str second, Str *ret_text)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(m->db, m->arena, sql, &s));
    stmt_bind_text(s, 1, first);
    if (stmt_n_parameters(s) > 1) {
        stmt_bind_text(s, 2, second);
    }
    TRY(stmt_step(s, m->arena, &row));
    *ret_text = row ? str_dup(m->arena, stmt_text(s, 0)) : STR_NONE;
    stmt_reset(s);
    return NULL;
}

static Err *create_text_of(const Migration *m, Str name, Str *ret_text)
{
    return ask(m, STR("SELECT sql FROM sqlite_schema WHERE name = ?1"), name, STR_NONE, ret_text);
}

static Err *has_column(const Migration *m, Str table, Str column, bool *ret_found)
{
    Str name = STR_NONE;
    if (column.len > 0) {
        TRY(ask(m, STR("SELECT name FROM pragma_table_info(?1) WHERE name = ?2"), table, column,
                &name));
    }
    *ret_found = name.len > 0;
    return NULL;
}

typedef struct Names {
    Str *items;
    size_t n;
} Names;

static Err *list_names(const Migration *m, Str sql, Names *ret_names)
{
    Stmt *s = NULL;
    bool row = false;
    int64_t n = 0;
    TRY(db_int64(m->db, m->arena, STR("SELECT count(*) FROM sqlite_schema"), 0, &n));
    Names names = {ARENA_ARRAY(m->arena, Str, (size_t)n + 1), 0};
    TRY(db_prepare(m->db, m->arena, sql, &s));
    TRY(stmt_step(s, m->arena, &row));
    while (row) {
        names.items[names.n++] = str_dup(m->arena, stmt_text(s, 0));
        TRY(stmt_step(s, m->arena, &row));
    }
    *ret_names = names;
    return NULL;
}

static Err *run(const Migration *m, Str sql)
{
    return db_exec(m->db, m->arena, str_to_cstr(m->arena, sql));
}

/* Without the line's end, as SQLite keeps it. */
static Str statement_of(Arena *a, const Buf *line)
{
    Str text = str_trim(buf_str(line));
    text.len -= str_ends_with(text, STR(";")) ? 1 : 0;
    return str_dup(a, text);
}

/* --- tables --- */

static Err *rename_table(const Migration *m, Str old_name, Str new_name)
{
    Str text = STR_NONE;
    if (str_equal(old_name, new_name)) {
        return NULL;
    }
    TRY(create_text_of(m, old_name, &text));
    return text.len == 0 ? NULL
                         : run(m, str_format(m->arena, "ALTER TABLE \"%.*s\" RENAME TO \"%.*s\"",
                                             STR_ARG(old_name), STR_ARG(new_name)));
}

static Str old_table_name(const Migration *m, const Table *t)
{
    const Resource *r = t->resource;
    const Str prefix = family_name(r->family);
    const Str was = r->was;
    char *text =
        str_to_cstr(m->arena, str_format(m->arena, "%.*s_%.*s", STR_ARG(prefix), STR_ARG(was)));
    for (char *c = text; *c != '\0'; c++) {
        *c = (char)(*c == '.' ? '_' : *c);
    }
    return was.len > 0 ? str_from(text) : t->name;
}

/* The expression for a field from the old row; its default where the old row has none. */
static Err *put_source(const Migration *m, const Table *t, const Field *f, Buf *sql,
                       Value *ret_default, bool *ret_bound)
{
    bool found = false;
    Str column = f->name;
    TRY(has_column(m, t->name, column, &found));
    if (!found && f->was.len > 0) {
        column = f->was;
        TRY(has_column(m, t->name, column, &found));
    }
    *ret_default = f->default_value;
    *ret_bound = !found || (!f->nullable && !value_is_null(f->default_value));
    buf_put_str(sql, found && *ret_bound ? STR("coalesce(") : STR(""));
    if (found) {
        buf_printf(sql, "CAST(\"%.*s\" AS %s)", STR_ARG(column), table_column_type(f));
    }
    if (*ret_bound) {
        buf_put_str(sql, found ? STR(", ") : STR(""));
        buf_printf(sql, "?%d", (int)f->index + 1);
        buf_put_str(sql, found ? STR(")") : STR(""));
    }
    return NULL;
}

/* INSERT INTO _rebuilt … SELECT …; parameters by Field.index + 1. */
static Err *copy_rows(const Migration *m, const Table *t)
{
    CLEANUP(buf_free) Buf *sql = buf_new(MIGRATE_LIMIT_BYTES);
    Value *defaults = ARENA_ARRAY(m->arena, Value, t->resource->n_fields + 1);
    bool *bound = ARENA_ARRAY(m->arena, bool, t->resource->n_fields + 1);
    buf_put_lit(sql, "INSERT INTO \"_rebuilt\" (");
    buf_put_str(sql, t->columns);
    buf_put_lit(sql, ") SELECT ");
    sql_put_name(sql, t->key_column);
    buf_put_str(sql, t->has_parent ? STR(", \"_version\", \"_parent\"") : STR(", \"_version\""));
    for (size_t i = 0; i < t->n_fields; i++) {
        const uint16_t at = t->fields[i]->index;
        buf_put_lit(sql, ", ");
        TRY(put_source(m, t, t->fields[i], sql, &defaults[at], &bound[at]));
    }
    buf_put_lit(sql, " FROM ");
    sql_put_name(sql, t->name);
    Stmt *s = NULL;
    TRY(db_prepare(m->db, m->arena, buf_str(sql), &s));
    for (int i = 0; i < stmt_n_parameters(s); i++) {
        stmt_bind(s, i + 1, bound[i] ? defaults[i] : VALUE_NONE);
    }
    return stmt_run(s, m->arena);
}

static Err *fold_rows(const Migration *m, const Table *t)
{
    for (size_t i = 0; i < t->n_fold_fields; i++) {
        const Str name = t->fold_fields[i]->name;
        TRY(run(m, str_format(m->arena,
                              "UPDATE \"_rebuilt\" SET \"%.*s__fold\" = rostra_fold(\"%.*s\")",
                              STR_ARG(name), STR_ARG(name))));
    }
    return NULL;
}

static Err *rebuild(const Migration *m, const Table *t)
{
    CLEANUP(buf_free) Buf *sql = buf_new(MIGRATE_LIMIT_BYTES);
    bool has_key = false;
    TRY(has_column(m, t->name, t->key_column, &has_key));
    if (!has_key) {
        return err(m->arena, ERR_INVALID, "The key of %.*s is another one now.", STR_ARG(t->name));
    }
    table_put_create(sql, t, STR("_rebuilt"));
    TRY(run(m, buf_str(sql)));
    TRY(copy_rows(m, t));
    TRY(fold_rows(m, t));
    TRY(run(m, str_format(m->arena, "DROP TABLE \"%.*s\"", STR_ARG(t->name))));
    return rename_table(m, STR("_rebuilt"), t->name);
}

static Err *migrate_table(const Migration *m, const Table *t)
{
    CLEANUP(buf_free) Buf *sql = buf_new(MIGRATE_LIMIT_BYTES);
    const Str old_name = old_table_name(m, t);
    Str text = STR_NONE;
    TRY(rename_table(m, old_name, t->name));
    TRY(create_text_of(m, t->name, &text));
    table_put_create(sql, t, t->name);
    if (text.len == 0) {
        m->is_new[t->resource->index] = true;
        TRY(run(m, buf_str(sql)));
        return store_file_put_state(m->db, m->arena, t);
    }
    if (!str_equal(old_name, t->name)) {
        Str ignored = STR_NONE;
        TRY(ask(m, STR("UPDATE resource_state SET resource = ?2 WHERE resource = ?1"), old_name,
                t->name, &ignored));
    }
    return str_equal(text, statement_of(m->arena, sql)) ? NULL : rebuild(m, t);
}

static Err *migrate_links(const Migration *m, const LinkTable *l)
{
    CLEANUP(buf_free) Buf *sql = buf_new(MIGRATE_LIMIT_BYTES);
    const Table *owner = table_of(m->store->tables, l->field->resource);
    const Str field = l->field->was.len > 0 ? l->field->was : l->field->name;
    const Str table = old_table_name(m, owner);
    Str text = STR_NONE;
    TRY(rename_table(m, str_format(m->arena, "link_%.*s_%.*s", STR_ARG(table), STR_ARG(field)),
                     l->name));
    TRY(create_text_of(m, l->name, &text));
    link_table_put_create(sql, m->store->tables, l);
    if (text.len == 0) {
        return run(m, buf_str(sql));
    }
    if (str_equal(text, statement_of(m->arena, sql))) {
        return NULL;
    }
    TRY(rename_table(m, l->name, STR("_old")));
    TRY(run(m, buf_str(sql)));
    TRY(run(m, str_format(m->arena, "INSERT INTO \"%.*s\" SELECT owner, target FROM \"_old\"",
                          STR_ARG(l->name))));
    return run(m, STR("DROP TABLE \"_old\""));
}

static bool is_wanted_table(const Migration *m, Str name)
{
    static const Str internal[] = {STR_INIT("meta"), STR_INIT("resource_state"),
                                   STR_INIT("counter"), STR_INIT("change_log")};
    const Tables *all = m->store->tables;
    for (size_t i = 0; i < ARRAY_N(internal); i++) {
        if (str_equal(internal[i], name)) {
            return true;
        }
    }
    for (size_t i = 0; i < all->n_links; i++) {
        if (all->links[i].file == m->file && str_equal(all->links[i].name, name)) {
            return true;
        }
    }
    const Table *t = tables_find(all, name);
    return t != NULL && t->file == m->file;
}

/* What the model no longer has; the copy still holds it. */
static Err *drop_tables(const Migration *m)
{
    Names names = {0};
    TRY(list_names(m,
                   STR("SELECT name FROM sqlite_schema WHERE type = 'table'"
                       " AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"),
                   &names));
    for (size_t i = 0; i < names.n; i++) {
        if (!is_wanted_table(m, names.items[i])) {
            Str ignored = STR_NONE;
            TRY(run(m, str_format(m->arena, "DROP TABLE \"%.*s\"", STR_ARG(names.items[i]))));
            TRY(ask(m, STR("DELETE FROM resource_state WHERE resource = ?1"), names.items[i],
                    STR_NONE, &ignored));
        }
    }
    return NULL;
}

/* --- indexes --- */

static void put_indexes(const Migration *m, Buf *sql)
{
    const Tables *all = m->store->tables;
    for (size_t i = 0; i < all->model->n_resources; i++) {
        const Table *t = &all->tables[i];
        if (t->resource != NULL && t->file == m->file) {
            table_put_indexes(sql, t);
        }
    }
    for (size_t i = 0; i < all->n_links; i++) {
        if (all->links[i].file == m->file) {
            link_table_put_index(sql, &all->links[i]);
        }
    }
}

static Str index_name(Str create)
{
    const size_t from = str_find(create, '"', 0) + 1;
    return str_slice(create, from, str_find(create, '"', from));
}

static Err *migrate_index(const Migration *m, Str create)
{
    Str text = STR_NONE;
    const Str name = index_name(create);
    TRY(create_text_of(m, name, &text));
    if (str_equal(text, create)) {
        return NULL;
    }
    if (text.len > 0) {
        TRY(run(m, str_format(m->arena, "DROP INDEX \"%.*s\"", STR_ARG(name))));
    }
    return run(m, create);
}

static Err *migrate_indexes(const Migration *m)
{
    CLEANUP(buf_free) Buf *sql = buf_new(MIGRATE_LIMIT_BYTES);
    Names old = {0};
    put_indexes(m, sql);
    TRY(list_names(m,
                   STR("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
                       " AND name <> 'index_change_log_object'"),
                   &old));
    for (size_t i = 0; i < old.n; i++) {
        const Str quoted = str_format(m->arena, "INDEX \"%.*s\" ON", STR_ARG(old.items[i]));
        if (str_find_str(buf_str(sql), quoted) == SIZE_MAX) {
            TRY(run(m, str_format(m->arena, "DROP INDEX \"%.*s\"", STR_ARG(old.items[i]))));
        }
    }
    Str rest = buf_str(sql);
    while (rest.len > 0) {
        const Str line = str_cut(&rest, '\n');
        TRY(migrate_index(m, str_slice(line, 0, line.len - 1)));
    }
    return NULL;
}

/* --- the whole --- */

static Err *check_references(const Migration *m)
{
    Stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(m->db, m->arena, STR("SELECT \"table\" FROM pragma_foreign_key_check"), &s));
    TRY(stmt_step(s, m->arena, &row));
    if (row) {
        const Str table = str_dup(m->arena, stmt_text(s, 0));
        stmt_reset(s);
        return err(m->arena, ERR_INVALID, "A row of %.*s refers to one that isn't there.",
                   STR_ARG(table));
    }
    return NULL;
}

static Err *migrate(void *context, Db *db, Arena *a)
{
    const Migration *m = context;
    const Tables *all = m->store->tables;
    for (size_t i = 0; i < all->model->n_resources; i++) {
        if (all->tables[i].resource != NULL && all->tables[i].file == m->file) {
            TRY(migrate_table(m, &all->tables[i]));
        }
    }
    for (size_t i = 0; i < all->n_links; i++) {
        if (all->links[i].file == m->file) {
            TRY(migrate_links(m, &all->links[i]));
        }
    }
    TRY(drop_tables(m));
    TRY(migrate_indexes(m));
    TRY(store_file_stamp(m->store->model, db, a));
    TRY(store_seed(m->store, m->file, db, a, m->options, m->is_new, false));
    return check_references(m);
}

/* The first file's: all have the same, but for a start that was cut short. */
static Err *note_version(Store *s, Db *db, Arena *a)
{
    Value version = VALUE_NONE;
    TRY(store_file_get_meta(db, a, STR("model_version"), &version));
    s->migrated_from = s->migrated_from == 0 ? version.integer : s->migrated_from;
    return NULL;
}

Err *store_file_migrate(Store *s, StoreFile file, Db *db, Arena *a, const StoreOptions *options)
{
    bool current = false;
    TRY(store_file_is_current(s, db, a, &current));
    if (current) {
        return NULL;
    }
    TRY(note_version(s, db, a));
    TRY(store_keep_copy(s, file, db, a));
    Migration m = {s, options, file, db, a, ARENA_ARRAY(a, bool, s->model->n_resources + 1)};
    TRY(db_exec(db, a, "PRAGMA foreign_keys = OFF")); /* not possible within the transaction */
    Err *e = store_file_transact(db, a, migrate, &m);
    TRY(db_exec(db, a, "PRAGMA foreign_keys = ON"));
    return e == NULL ? NULL : err_wrap(a, e, "The store cannot be brought to this version");
}

/* --- a new file --- */

typedef struct Creation {
    Store *store;
    StoreFile file;
    const StoreOptions *options;
} Creation;

static Err *create(void *context, Db *db, Arena *a)
{
    const Creation *c = context;
    bool *wanted = ARENA_ARRAY(a, bool, MAX(c->store->model->n_resources, (size_t)1));
    TRY(store_file_create_tables(c->store, c->file, db, a, wanted));
    TRY(store_file_stamp(c->store->model, db, a));
    if (!c->store->is_new) {
        TRY(store_file_put_meta(db, a, STR("remade"), value_integer(datetime_now_us())));
    }
    return store_seed(c->store, c->file, db, a, c->options, wanted, true);
}

Err *store_file_create(Store *s, StoreFile file, Db *db, Arena *a, const StoreOptions *options)
{
    Creation c = {s, file, options};
    return store_file_transact(db, a, create, &c);
}
