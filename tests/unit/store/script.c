/* A store that is written to by short scripts. */
#include "script.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "store/check.h"
#include "store/store_file.h"
#include "test.h"

enum { ARENA_BYTES = 256 << 20, TEXT_BYTES = 16 << 20, OPEN_FILES = 8 };

/* --- life --- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

const Err *script_open(Script *s)
{
    const StoreOptions options = {.folder = s->folder};
    return store_open(s->arena, s->model, &options, &s->store);
}

static void succeed(const Err *e)
{
    if (e != NULL) {
        print_error("%s (%s) at %s\n", e->text, e->detail != NULL ? e->detail : "", e->where);
    }
    assert_null(e);
}

static Script *new_folder(void)
{
    Script *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->arena = arena_new(ARENA_BYTES);
    /* In memory where that can be had: what is tested here isn't the disk. */
    (void)snprintf(s->folder, sizeof s->folder, "%s/rostra-store-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(s->folder));
    return s;
}

Script *script_new(void)
{
    Script *s = new_folder();
    succeed(model_load(s->arena, model_embedded_files, model_n_embedded_files, &s->model));
    succeed(script_open(s));
    return s;
}

Script *script_new_like(const Script *other)
{
    static const char *const files[] = {"config.db", "history.db", "auth.db", "secret.key"};
    Script *s = new_folder();
    s->model = other->model;
    s->borrows_model = true;
    for (size_t i = 0; i < ARRAY_N(files); i++) {
        Str content = STR_NONE;
        const char *from = str_format(s->arena, "%s/%s", other->folder, files[i]).ptr;
        const char *to = str_format(s->arena, "%s/%s", s->folder, files[i]).ptr;
        succeed(file_read(s->arena, from, ARENA_BYTES, &content));
        succeed(file_write(s->arena, to, S_IRUSR | S_IWUSR, content));
    }
    succeed(script_open(s));
    return s;
}

void script_close(Script *s)
{
    s->reader = reader_free(s->reader);
    s->store = store_close(s->store);
}

Script *script_free(Script *s)
{
    script_close(s);
    assert_int_equal(nftw(s->folder, remove_entry, OPEN_FILES, FTW_DEPTH | FTW_PHYS), 0);
    s->model = s->borrows_model ? NULL : model_free(s->model);
    s->arena = arena_free(s->arena);
    free(s);
    return NULL;
}

void script_reopen(Script *s)
{
    script_close(s);
    succeed(script_open(s));
}

const Resource *script_resource(const Script *s, const char *name)
{
    const Resource *r = model_resource(s->model, FAMILY_CONFIGURATION, str_from(name));
    assert_non_null(r);
    return r;
}

/* --- operations --- */

static const Resource *resource_named(const Model *m, Str name)
{
    const Resource *r = model_resource(m, FAMILY_CONFIGURATION, name);
    assert_non_null(r);
    return r;
}

static bool is_number(Str s)
{
    int64_t number = 0;
    return str_to_int64(s, &number);
}

static Value key_value(Str text)
{
    int64_t number = 0;
    return str_to_int64(text, &number) ? value_integer(number) : value_text(text);
}

static Value field_value(const Field *f, Str text)
{
    if (str_equal(text, STR("-"))) {
        return VALUE_NONE;
    }
    const bool numeric = f->type == FIELD_INTEGER || f->type == FIELD_BOOLEAN ||
                         f->type == FIELD_DATETIME || f->type == FIELD_RELATED;
    return numeric ? key_value(text) : value_text(text);
}

static void set_fields(Row *row, Str rest)
{
    while (rest.len > 0) {
        Str text = str_cut(&rest, ' ');
        const Str name = str_cut(&text, '=');
        const Field *f = resource_field(row->resource, name);
        assert_non_null(f);
        row->values[f->index] = field_value(f, text);
    }
}

static Err *create(Tx *tx, const Resource *r, Str rest)
{
    Row *row = row_new_default(tx_arena(tx), r);
    Str after = rest;
    const Str id = str_cut(&after, ' ');
    if (is_number(id)) {
        row->key = key_value(id);
        rest = after;
    }
    set_fields(row, rest);
    return tx_insert(tx, row);
}

static Err *update(Tx *tx, const Resource *r, Str rest)
{
    const Row *old = NULL;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), r, key_value(str_cut(&rest, ' ')), &old));
    assert_non_null(old);
    Row *new = row_copy(tx_arena(tx), old);
    set_fields(new, rest);
    return tx_update(tx, old, new);
}

static Err *delete (Tx *tx, const Resource *r, Str id)
{
    bool found = false;
    TRY(tx_delete(tx, r, key_value(id), &found));
    return found ? NULL : err(tx_arena(tx), ERR_NOT_FOUND, "gone");
}

static Err *set_links(Tx *tx, Str rest)
{
    Str name = str_cut(&rest, ' ');
    const Str resource = str_cut(&name, '.');
    const Field *f = resource_field(resource_named(tx_model(tx), resource), name);
    assert_non_null(f);
    const Value owner = key_value(str_cut(&rest, ' '));
    Value keys[64];
    size_t n = 0;
    while (rest.len > 0) {
        assert_true(n < ARRAY_N(keys));
        keys[n++] = key_value(str_cut(&rest, ' '));
    }
    return tx_set_links(tx, f, owner, keys, n);
}

static Err *operate(Tx *tx, Str text)
{
    Str rest = str_trim(text);
    const Str verb = str_cut(&rest, ' ');
    if (str_equal(verb, STR("link"))) {
        return set_links(tx, rest);
    }
    if (str_equal(verb, STR("fail"))) {
        return err(tx_arena(tx), ERR_INVALID, "%.*s", STR_ARG(rest));
    }
    const Resource *r = resource_named(tx_model(tx), str_cut(&rest, ' '));
    if (str_equal(verb, STR("create"))) {
        return create(tx, r, rest);
    }
    if (str_equal(verb, STR("update"))) {
        return update(tx, r, rest);
    }
    if (str_equal(verb, STR("delete"))) {
        return delete (tx, r, rest);
    }
    assert_true(str_equal(verb, STR("touch")));
    return tx_touch(tx, r, key_value(rest));
}

static Err *run_script(Tx *tx, WriteRequest *request)
{
    Str rest = str_from(request->context);
    while (rest.len > 0) {
        TRY(operate(tx, str_cut(&rest, ';')));
    }
    return NULL;
}

const char *script_run(Script *s, const char *script)
{
    char *copy = str_to_cstr(s->arena, str_from(script));
    s->request = (WriteRequest){
        .run = run_script, .context = copy, .user = "admin", .name = "r1", .n_objects = 1};
    s->seq = 0;
    const Err *e = store_write_wait(s->store, STORE_CONFIG, s->arena, &s->request, &s->seq);
    s->error[0] = '\0';
    if (e != NULL) {
        (void)snprintf(s->error, sizeof s->error, "%s%s%s", e->field != NULL ? e->field : "",
                       e->field != NULL ? ": " : "", e->text);
    }
    return s->error;
}

void script_do(Script *s, const char *script)
{
    assert_string_equal(script_run(s, script), "");
}

/* --- looking --- */

static Reader *begin(Script *s)
{
    int64_t seq = 0;
    if (s->reader == NULL) {
        succeed(reader_new(s->arena, s->store, &s->reader));
    }
    reader_end(s->reader);
    succeed(reader_begin(s->reader, s->arena, &seq));
    return s->reader;
}

static void put_key(Buf *out, Value key)
{
    if (key.type == VALUE_INTEGER) {
        buf_put_int64(out, key.integer);
    } else {
        buf_put_str(out, key.type == VALUE_TEXT ? key.text : STR("-"));
    }
}

static void put_change(Buf *out, const Change *c)
{
    static const char *const kinds[] = {"create", "update", "delete", "link", "unlink"};
    buf_printf(out, "%s%s %.*s", out->len > 0 ? "\n" : "", kinds[c->kind],
               STR_ARG(c->resource->name));
    if (c->field != NULL) {
        buf_printf(out, ".%.*s", STR_ARG(c->field->name));
    }
    buf_put_char(out, ' ');
    put_key(out, c->object);
    if (c->field != NULL) {
        buf_put_char(out, ' ');
        put_key(out, c->other);
    }
    if (c->kind == CHANGE_UPDATE) {
        buf_printf(out, " %.*s %.*s", STR_ARG(c->new_values), STR_ARG(c->old_values));
    }
}

const char *script_log(Script *s, int64_t after_seq)
{
    Reader *r = begin(s);
    CLEANUP(buf_free) Buf *out = buf_new(TEXT_BYTES);
    Change *changes = NULL;
    size_t n = 0;
    succeed(changelog_read(r, s->arena, after_seq, 1000, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(changes[i].seq, after_seq + 1 + (int64_t)i);
        put_change(out, &changes[i]);
    }
    return str_to_cstr(s->arena, buf_str(out));
}

const char *script_value(Script *s, const char *resource, int64_t id, const char *field)
{
    Reader *r = begin(s);
    CLEANUP(buf_free) Buf *out = buf_new(TEXT_BYTES);
    const Row *row = NULL;
    succeed(reader_get(r, s->arena, script_resource(s, resource), value_integer(id), &row));
    if (row == NULL) {
        return "gone";
    }
    const Field *f = resource_field(row->resource, str_from(field));
    assert_non_null(f);
    put_key(out, row->values[f->index]);
    return str_to_cstr(s->arena, buf_str(out));
}

bool script_has(Script *s, const char *resource, const char *field, const char *value)
{
    Reader *r = begin(s);
    const Field *f = resource_field(script_resource(s, resource), str_from(field));
    Value key = VALUE_NONE;
    succeed(reader_find(r, s->arena, f, value_text(str_from(value)), &key));
    return !value_is_null(key);
}

int64_t script_version(Script *s, const char *resource, int64_t id)
{
    Reader *r = begin(s);
    const Row *row = NULL;
    succeed(reader_get(r, s->arena, script_resource(s, resource), value_integer(id), &row));
    return row != NULL ? row->version : 0;
}

int64_t script_count_of(Script *s, const Resource *resource)
{
    Reader *r = begin(s);
    int64_t n = 0;
    succeed(reader_count(r, s->arena, &(Query){.resource = resource}, &n));
    return n;
}

int64_t script_count(Script *s, const char *resource)
{
    return script_count_of(s, script_resource(s, resource));
}

const char *script_check(Script *s)
{
    CLEANUP(buf_free) Buf *report = buf_new(TEXT_BYTES);
    size_t n_faults = 0;
    succeed(store_check(s->store, s->arena, report, &n_faults));
    assert_int_equal(n_faults > 0, report->len > 0);
    return str_to_cstr(s->arena, buf_str(report));
}

void script_sql(Script *s, StoreFile file, const char *sql)
{
    CLEANUP(db_close) Db *db = NULL;
    succeed(store_open_db(s->store, s->arena, file, DB_WRITE_DURABLE, &db));
    succeed(db_exec(db, s->arena, sql));
}
