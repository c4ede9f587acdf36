/* Values that other rows have. */
#include "store/unique.h"

#include "base/utf8.h"
#include "store/statement.h"

enum { SQL_BYTES_MAX = 64 * 1024 };

/* --- groups of fields that are unique together --- */

size_t unique_n_groups(const Table *t)
{
    return t->n_unique_fields + t->resource->n_unique_together;
}

FieldGroup unique_group_at(const Table *t, size_t i)
{
    return i < t->n_unique_fields ? (FieldGroup){.fields = &t->unique_fields[i], .n = 1}
                                  : t->resource->unique_together[i - t->n_unique_fields];
}

static bool has_null(FieldGroup group, const Row *row)
{
    for (size_t i = 0; i < group.n; i++) {
        if (value_is_null(row->values[group.fields[i]->index])) {
            return true;
        }
    }
    return false;
}

static bool counts(FieldGroup group, const UniqueScope *scope)
{
    for (size_t i = 0; scope->known != NULL && i < group.n; i++) {
        if (!scope->known[group.fields[i]->index]) {
            return false;
        }
    }
    return true;
}

static void put_column(Buf *sql, const Field *f)
{
    buf_printf(sql, "\"%.*s%s\"", STR_ARG(f->name), f->fold ? "__fold" : "");
}

static Str search_sql(Arena *a, const Table *t, FieldGroup group, const Field *siblings)
{
    CLEANUP(buf_free) Buf *sql = buf_new(SQL_BYTES_MAX);
    buf_put_lit(sql, "SELECT 1 FROM ");
    sql_put_name(sql, t->name);
    buf_put_lit(sql, " WHERE ");
    sql_put_name(sql, t->key_column);
    buf_put_lit(sql, " IS NOT ?1");
    for (size_t i = 0; i < group.n; i++) {
        buf_put_lit(sql, " AND ");
        put_column(sql, group.fields[i]);
        buf_printf(sql, " = ?%zu", i + 2);
    }
    if (siblings != NULL) {
        buf_put_lit(sql, " AND ");
        sql_put_name(sql, table_column(siblings));
        buf_printf(sql, " IS NOT ?%zu", group.n + 2);
    }
    buf_put_lit(sql, " LIMIT 1");
    MUST(!buf_failed(sql));
    return str_dup(a, buf_str(sql));
}

Err *unique_is_taken(Db *db, Arena *a, const Table *t, FieldGroup group, const Row *row,
                     const Field *siblings, bool *ret_taken)
{
    if (has_null(group, row)) {
        *ret_taken = false;
        return NULL;
    }
    Stmt *s = NULL;
    TRY(db_prepare(db, a, search_sql(a, t, group, siblings), &s));
    stmt_bind(s, 1, row->key);
    for (size_t i = 0; i < group.n; i++) {
        const Field *f = group.fields[i];
        const Value v = row->values[f->index];
        stmt_bind(s, (int)i + 2,
                  f->fold && v.type == VALUE_TEXT ? value_text(utf8_fold(a, v.text)) : v);
    }
    if (siblings != NULL) {
        stmt_bind(s, (int)group.n + 2, row->values[siblings->index]);
    }
    bool taken = false;
    TRY(stmt_step(s, a, &taken));
    stmt_reset(s);
    *ret_taken = taken;
    return NULL;
}

/* --- what a client is told --- */

static Str names_of(Arena *a, FieldGroup group)
{
    Str names = STR("");
    for (size_t i = 0; i < group.n; i++) {
        const char *between = i == 0 ? "" : i + 1 == group.n ? " and " : ", ";
        names = str_format(a, "%.*s%s%.*s", STR_ARG(names), between,
                           STR_ARG(str_sentence_case(a, group.fields[i]->name)));
    }
    return names;
}

static Err *conflict(Arena *a, const Table *t, Str field, Str names)
{
    Err *e = err_field(a, ERR_CONFLICT, field, "%.*s with this %.*s already exists.",
                       STR_ARG(str_sentence_case(a, t->resource->name)), STR_ARG(names));
    e->owner = str_to_cstr(a, t->resource->name);
    return e;
}

static Err *group_conflict(Arena *a, const Table *t, FieldGroup group)
{
    return conflict(a, t, group.n == 1 ? group.fields[0]->name : STR("__all__"),
                    names_of(a, group));
}

Err *unique_key_conflict(Arena *a, const Table *t)
{
    return conflict(a, t, t->resource->key_name, str_sentence_case(a, t->resource->key_name));
}

Err *unique_conflicts(Db *db, Arena *a, const Table *t, const Row *row, const UniqueScope *scope,
                      Err **ret_first)
{
    Err *first = NULL;
    Err **last = &first;
    for (size_t i = 0; i < unique_n_groups(t); i++) {
        const FieldGroup group = unique_group_at(t, i);
        bool taken = false;
        if (counts(group, scope)) {
            TRY(unique_is_taken(db, a, t, group, row, scope->siblings, &taken));
        }
        if (taken) {
            *last = group_conflict(a, t, group);
            last = &(*last)->next;
        }
    }
    *ret_first = first;
    return NULL;
}
