/* What the tests of the store share. */
#include "store/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/datetime.h"
#include "base/json.h"
#include "store/statement.h"
#include "store/store_file.h"
#include "store/table_row.h"

enum { FILES_MAX = 32, VALUES_MAX = 16 };

void fixture_ok(const Err *e)
{
    if (e != NULL) {
        fail_msg("%s (%s, at %s)", e->text, e->detail != NULL ? e->detail : "", e->where);
    }
}

/* ' to " */
static Str json_text(Arena *a, Str text)
{
    char *copy = str_to_cstr(a, text);
    for (char *c = copy; *c != '\0'; c++) {
        *c = (char)(*c == '\'' ? '"' : *c);
    }
    return (Str){copy, text.len};
}

/* --- the model --- */

Model *fixture_model(Arena *a, const ModelFile files[], size_t n, int64_t number)
{
    ModelFile copies[FILES_MAX];
    assert_true(n < FILES_MAX);
    for (size_t i = 0; i < n; i++) {
        copies[i] = (ModelFile){files[i].name, json_text(a, files[i].content)};
    }
    copies[n] = (ModelFile){
        "version.json", str_format(a, "{\"number\": %lld, \"shape\": \"-\"}", (long long)number)};
    Model *model = NULL;
    fixture_ok(model_load(a, copies, n + 1, &model));
    return model;
}

const Resource *fixture_resource(const Fixture *f, const char *name)
{
    static const Family families[] = {FAMILY_CONFIGURATION, FAMILY_STATUS, FAMILY_HISTORY};
    const Resource *r = NULL;
    for (size_t i = 0; i < ARRAY_N(families) && r == NULL; i++) {
        r = model_resource(f->model, families[i], str_from(name));
    }
    assert_non_null(r);
    return r;
}

/* --- the store --- */

void fixture_make_folder(char folder[64])
{
    (void)snprintf(folder, 64, "/tmp/rostra-store-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

void fixture_remove_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    char path[512];
    for (struct dirent *e = readdir(entries); e != NULL; e = readdir(entries)) {
        if (e->d_name[0] != '.') {
            (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            assert_int_equal(unlink(path), 0);
        }
    }
    (void)closedir(entries);
    assert_int_equal(rmdir(folder), 0);
}

static void make_file(Fixture *f, StoreFile file)
{
    static const char *const names[] = {"config.db", "history.db", "auth.db", "live.db",
                                        "search.db"};
    Store *s = &f->store;
    CLEANUP(db_close) Db *db = NULL;
    bool *wanted = ARENA_ARRAY(f->arena, bool, f->model->n_resources);
    s->files[file].path =
        str_to_cstr(f->arena, str_format(f->arena, "%s/%s", f->folder, names[file]));
    fixture_ok(store_open_db(s, f->arena, file, DB_WRITE_DURABLE, &db));
    fixture_ok(store_file_create_tables(s, file, db, f->arena, wanted));
    fixture_ok(store_file_stamp(f->model, db, f->arena));
    fixture_ok(store_file_load(s, file, db, f->arena));
}

Fixture *fixture_new(void)
{
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new((size_t)256 * 1024 * 1024);
    f->model = fixture_model(f->arena, fixture_files, fixture_n_files, 1);
    f->store.arena = f->arena;
    f->store.model = f->model;
    f->store.tables = tables_new(f->arena, f->model);
    fixture_make_folder(f->folder);
    f->store.folder = f->folder;
    make_file(f, STORE_CONFIG);
    make_file(f, STORE_HISTORY);
    make_file(f, STORE_LIVE);
    return f;
}

Fixture *fixture_free(Fixture *f)
{
    fixture_remove_folder(f->folder);
    (void)model_free(f->model);
    (void)arena_free(f->arena);
    free(f);
    return NULL;
}

/* --- rows --- */

static Value value_of(const Field *f, const Json *json)
{
    int64_t number = 0;
    switch (json->type) {
    case JSON_STRING:
        if (f != NULL && f->type == FIELD_DATETIME) {
            assert_true(datetime_parse(json->text, &number));
            return value_integer(number);
        }
        return value_text(json->text);
    case JSON_TRUE:
        return value_integer(1);
    case JSON_FALSE:
        return value_integer(0);
    case JSON_NUMBER:
        if (f != NULL && f->type == FIELD_FLOAT) {
            return value_float(strtod(json->text.ptr, NULL));
        }
        assert_true(json_to_int64(json, &number));
        return value_integer(number);
    default:
        return VALUE_NONE;
    }
}

static void add_links(Fixture *f, Db *db, const Field *field, Value owner, const Json *keys)
{
    const LinkTable *l = table_of(f->store.tables, field->resource)->links[field->index];
    for (const Json *key = keys->first; key != NULL; key = key->next) {
        Stmt *s = NULL;
        fixture_ok(db_prepare_fixed(db, f->arena, &l->insert, &s));
        stmt_bind(s, 1, owner);
        stmt_bind(s, 2, value_of(NULL, key));
        fixture_ok(stmt_run(s, f->arena));
    }
}

static void insert(Fixture *f, Db *db, const Row *row)
{
    const Table *t = table_of(f->store.tables, row->resource);
    Stmt *s = NULL;
    fixture_ok(db_prepare_fixed(db, f->arena, &t->insert, &s));
    table_bind_row(t, f->arena, s, row);
    fixture_ok(stmt_run(s, f->arena));
    fixture_ok(db_prepare(db, f->arena,
                          STR("UPDATE resource_state SET n_rows = n_rows + 1 WHERE resource = ?1"),
                          &s));
    stmt_bind_text(s, 1, t->name);
    fixture_ok(stmt_run(s, f->arena));
}

void fixture_add(Fixture *f, const char *resource, const char *text)
{
    const Resource *r = fixture_resource(f, resource);
    Json *json = NULL;
    CLEANUP(db_close) Db *db = NULL;
    Row *row = row_new(f->arena, r);
    fixture_ok(
        json_parse(f->arena, json_text(f->arena, str_from(text)), &json_limits_default, &json));
    fixture_ok(store_open_db(&f->store, f->arena, store_file_of(r), DB_WRITE_DURABLE, &db));
    for (const Json *m = json->first; m != NULL; m = m->next) {
        const Field *field = resource_field(r, m->name);
        if (str_equal(m->name, r->key_name)) {
            row->key = value_of(NULL, m);
        } else if (str_equal(m->name, STR("_parent"))) {
            *(r->has_key ? &row->parent : &row->key) = value_of(NULL, m);
        } else if (m->type != JSON_ARRAY) {
            row->values[field->index] = value_of(field, m);
        }
    }
    row->version = 7;
    insert(f, db, row);
    for (const Json *m = json->first; m != NULL; m = m->next) {
        if (m->type == JSON_ARRAY) {
            add_links(f, db, resource_field(r, m->name), row->key, m);
        }
    }
}

/* --- queries --- */

/* Follows the parts of a name up to the last field; what is left may be a lookup. */
static const Field *follow(const Fixture *f, const Resource *r, Str *rest, const Field **path,
                           size_t *n_path)
{
    const Field *field = NULL;
    while (rest->len > 0) {
        const size_t end = str_find_str(*rest, STR("__"));
        const Str part = str_slice(*rest, 0, end);
        const Field *next = resource_field(field == NULL ? r : field->target, part);
        if (next == NULL) {
            break;
        }
        if (field != NULL) {
            path[(*n_path)++] = field;
        }
        field = next;
        *rest = end == SIZE_MAX ? STR_NONE : str_slice(*rest, end + 2, rest->len);
        if (field->type != FIELD_RELATED) {
            break;
        }
    }
    (void)f;
    return field;
}

static bool takes_text(Lookup lookup)
{
    return (lookup >= LOOKUP_IEXACT && lookup <= LOOKUP_IREGEX) || lookup == LOOKUP_DATE;
}

static Value value_from(const Field *f, Lookup lookup, Str text)
{
    int64_t number = 0;
    const bool many = f != NULL && f->type == FIELD_RELATED;
    const KeyType key = many ? f->target->key_type : KEY_INTEGER;
    if (str_equal(text, STR("NULL"))) {
        return VALUE_NONE;
    }
    if (f != NULL && f->type == FIELD_FLOAT && !takes_text(lookup) && lookup != LOOKUP_ISNULL) {
        return value_float(strtod(text.ptr, NULL));
    }
    if (!takes_text(lookup) && f != NULL && f->type == FIELD_DATETIME && lookup < LOOKUP_ISNULL) {
        assert_true(datetime_parse(text, &number));
        return value_integer(number);
    }
    const bool is_text = takes_text(lookup) ||
                         (f != NULL && lookup < LOOKUP_ISNULL &&
                          (f->type == FIELD_STRING || f->type == FIELD_DATE || key != KEY_INTEGER));
    if (is_text || !str_to_int64(text, &number)) {
        return value_text(text);
    }
    return value_integer(number);
}

void fixture_filter(const Fixture *f, const Resource *r, const char *text, Filter *ret)
{
    Str value = str_from(text);
    Str name = str_cut(&value, '=');
    const Field **path = ARENA_ARRAY(f->arena, const Field *, QUERY_PATH_MAX);
    Value *values = ARENA_ARRAY(f->arena, Value, VALUES_MAX);
    *ret = (Filter){.path = path, .values = values};
    ret->field = follow(f, r, &name, path, &ret->n_path);
    assert_non_null(ret->field);
    ret->lookup = name.len > 0 ? lookup_from(name) : LOOKUP_EXACT;
    assert_true(ret->lookup < LOOKUP_N);
    if (ret->lookup == LOOKUP_REGEX || ret->lookup == LOOKUP_IREGEX) {
        Regex *regex = NULL;
        fixture_ok(regex_new(f->arena, value, ret->lookup == LOOKUP_IREGEX ? REGEX_IGNORE_CASE : 0,
                             &regex));
        ret->regex = regex;
        return;
    }
    const bool list = ret->lookup == LOOKUP_IN || ret->lookup == LOOKUP_RANGE;
    while (value.ptr != NULL && (list ? value.len > 0 : ret->n_values == 0)) {
        const Str one = list ? str_cut(&value, ',') : value;
        values[ret->n_values++] =
            value_from(ret->field, ret->lookup, (Str){str_to_cstr(f->arena, one), one.len});
    }
    if (ret->n_values == 0 && !list) {
        values[ret->n_values++] = value_text(STR(""));
    }
}

void fixture_filter_free(Filter *filter)
{
    union {
        const Regex *given;
        Regex *owned;
    } regex = {.given = filter->regex};
    (void)regex_free(regex.owned);
}

Order fixture_order(const Fixture *f, const Resource *r, const char *text)
{
    const Field **path = ARENA_ARRAY(f->arena, const Field *, QUERY_PATH_MAX);
    Order order = {.path = path, .descending = text[0] == '-'};
    Str name = str_from(text + (order.descending ? 1 : 0));
    order.field = follow(f, r, &name, path, &order.n_path);
    assert_non_null(order.field);
    return order;
}

Str fixture_join(Arena *a, const Value keys[], size_t n)
{
    Str text = STR("");
    for (size_t i = 0; i < n; i++) {
        const Str key = keys[i].type == VALUE_TEXT
                            ? keys[i].text
                            : str_format(a, "%lld", (long long)keys[i].integer);
        text = str_format(a, "%.*s%s%.*s", STR_ARG(text), i > 0 ? "," : "", STR_ARG(key));
    }
    return text;
}
