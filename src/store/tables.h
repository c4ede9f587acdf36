#pragma once

#include "model/model.h"
#include "store/row.h"
#include "store/statement.h"
#include "store/store.h"

/* How the resources of the model lie in tables, and the SQL that follows from it. Built once by
 * store_open(), immutable and shared by all threads afterwards. Private to store/.
 *
 * Table "<family>_<file>" (dots become underscores): the key, "_version", "_parent" (key of the
 * parent, of nested resources with a key of their own), one column a stored field, and for `fold`
 * fields "<field>__fold" with the caseless text. A nested resource without a key has its parent's
 * key as its own. All but the key may be NULL as far as SQLite goes; C sees to the rest.
 *
 * Link table "link_<family>_<file>_<field>" ("owner", "target"), of the naming side.
 *
 * Of every file:
 *   meta(name, value)                        epoch, model_version, shape_hash, format, created
 *   resource_state(resource, next_id, n_rows)  of every table; resource: its table's name
 *   counter(id = 1, seq)
 *   change_log(seq, tag, time, who, request, kind, resource, object, field, other, model_version,
 *              new, old)                     kind: ChangeKind; resource: the table's name */

/* Positions in a row's SELECT, INSERT and UPDATE (parameters count from 1: TABLE_KEY + 1). */
enum { TABLE_KEY, TABLE_VERSION, TABLE_PARENT, TABLE_FIXED_N };

typedef struct Table Table;

typedef struct LinkTable {
    const Field
        *field; /* the naming side; owner: a row of field->resource, target: field->target */
    StoreFile file;
    Str name;                                    /* not quoted */
    FixedSql insert;                             /* (?1 owner, ?2 target), nothing if it is there */
    FixedSql delete;                             /* the same pair */
    FixedSql delete_of_owner, delete_of_target;  /* ?1 */
    FixedSql targets_of_owner, owners_of_target; /* ?1; one column, in key order */
} LinkTable;

/* What a to-many field of rows holds. Columns: the owner's position (0 of one owner), then the key,
 * or the columns of the row. */
typedef struct ManySql {
    const Table *table;                  /* of the field's target */
    FixedSql keys_of_one, rows_of_one;   /* ?1 the owner; in key order */
    FixedSql keys_of_each, rows_of_each; /* ?1 JSON array of owners; in any order */
} ManySql;

struct Table {
    const Resource *resource; /* NULL: it has no table, and all else is empty */
    StoreFile file;
    Str name; /* not quoted */
    Str key_column;
    KeyType key_type;           /* of a nested resource without key: of its parent */
    bool has_parent;            /* has "_parent"; (parent, key) is its primary key */
    const Field *const *fields; /* those with a column, in the order of the columns */
    size_t n_fields;
    int first_field; /* position of fields[0]: TABLE_FIXED_N, less 1 without parent */
    const Field *const *fold_fields; /* their "__fold" columns follow the fields */
    size_t n_fold_fields;
    const Field *const *unique_fields; /* each has a unique index */
    size_t n_unique_fields;
    const LinkTable **links; /* by Field.index, of either side; NULL where there is none */
    const ManySql **many;    /* by Field.index; NULL where it is no to-many field */
    Str columns;             /* quoted and joined by commas, in the order of a row */
    FixedSql select;         /* ?1 key, ?2 parent if has_parent */
    FixedSql delete;         /* the same */
    FixedSql exists;         /* the same: SELECT 1 */
    FixedSql select_many; /* ?1 JSON array of keys; columns: position, then the row; in any order */
    FixedSql insert;      /* parameters by position + 1, then the folded texts */
    FixedSql update;      /* the same parameters, all columns */
    FixedSql set_version; /* ?1 key, ?2 version, ?3 parent if has_parent */
};

typedef struct Tables {
    const Model *model;
    const Table *tables; /* by Resource.index */
    const LinkTable *links;
    size_t n_links;
    FixedSql begin, commit; /* of a reader */
    size_t n_slots;         /* for db_open() */
} Tables;

/* In the arena, which must outlive it. */
const Tables *tables_new(Arena *a, const Model *model);

static inline const Table *table_of(const Tables *t, const Resource *r)
{
    return &t->tables[r->index];
}

/* By name, as in resource_state and change_log; NULL if the model has none such. */
const Table *tables_find(const Tables *t, Str name);

/* The column, not quoted, of a scalar or to-one: the key's for the field that shows the key. */
Str table_column(const Field *f);

/* True for a to-one whose values are keys of rows (an embedded object lies there as JSON). */
bool table_is_reference(const Field *f);
