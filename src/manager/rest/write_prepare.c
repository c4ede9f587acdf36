/* What a write needs that is slow: hashes of passwords, files, the hooks' `prepare`.
 *
 * In three steps, each cheaper to lose than the next: values that hang on no row (hashes, files),
 * which are kept however often the rest is repeated; then, in a snapshot, the rows as they would
 * become; then, without one, the hooks. The writer compares: if a row isn't any more what its hook
 * saw, the last two steps are done again (apply.c sets `stale`, write.c counts the tries). */
#include "manager/rest/write.h"

#include "manager/auth/password.h"
#include "manager/rest/command.h"
#include "manager/rest/value_map.h"
#include "manager/rest/write_work.h"
#include "pki/limits.h"
#include "store/files.h"

/* Each of these limits keeps one request from holding a thread of the slow pool for more than some
 * seconds; they count over all objects of the body. A hash takes 0.1 s. */
#define HASHES_MAX 20

/* What a passphrase opens may take three seconds. */
#define PASSPHRASES_MAX 20

/* Of resources whose hook says no other number. */
#define HOOKS_MAX 200

/* NULL: the resource has nothing to prepare. Objects inside others are not prepared: no resource
 * that needs it is anybody's child. */
static const ResourceHooks *preparing_hooks(const Rest *r, const RestRequest *request)
{
    const ResourceHooks *hooks = rest_hooks_of(r, request->route.resource);
    return hooks != NULL && hooks->prepare != NULL ? hooks : NULL;
}

/* A password that is kept as its hash alone. */
static bool is_hash(const InputField *f)
{
    return f->kind == INPUT_SECRET && f->field->secret == SECRET_HASH;
}

/* A secret that is used once and not stored: it opens a key in the same body. */
static bool is_passphrase(const InputField *f)
{
    return f->kind == INPUT_SECRET && f->field->secret == SECRET_INPUT;
}

static bool is_slow(const InputField *f)
{
    return is_hash(f) || f->kind == INPUT_FILE;
}

static bool has_field(const Write *write, bool (*is_such)(const InputField *f))
{
    for (size_t i = 0; i < write->n_items; i++) {
        const Input *input = write->items[i].input;
        for (size_t k = 0; k < input->n_fields; k++) {
            if (is_such(&input->fields[k])) {
                return true;
            }
        }
    }
    return false;
}

bool write_needs_prepare(const Rest *r, const RestRequest *request, const Write *write)
{
    return (write->n_items > 0 && preparing_hooks(r, request) != NULL) || has_field(write, is_slow);
}

bool write_prepares_passwords(const RestRequest *request)
{
    return has_field(request->work, is_hash);
}

/* --- hashes and files: once, however often the rest is repeated --- */

/* What a request may have only so many of. */
typedef struct Slow {
    size_t n_hashes;
    size_t n_passphrases;
} Slow;

static CHECKED Err *hash_password(Arena *a, InputField *f, Slow *slow)
{
    if (++slow->n_hashes > HASHES_MAX) {
        return err(a, ERR_INVALID, "At most %d passwords in one request.", HASHES_MAX);
    }
    Str hash = STR_NONE;
    TRY(password_hash(a, f->clear, &hash));
    f->value = value_text(hash);
    return NULL;
}

/* Stored as "<hash> <bytes> <name>", the file itself under its hash. If nothing comes to name it,
 * since the write fails, a job removes it a day later (store/files.h). */
static CHECKED Err *keep_file(const Rest *r, Arena *a, InputField *f, Problems *problems)
{
    const ResourceHooks *hooks = rest_hooks_of(r, f->field->resource);
    const Problem *mark = problems->last;
    if (hooks != NULL && hooks->check_file != NULL) {
        TRY(hooks->check_file(a, f->field, f->file->content, problems));
    }
    if (problems->last != mark) {
        return NULL;
    }
    Str hash = STR_NONE;
    TRY(files_put(r->store, a, f->file->content, &hash));
    Str name = f->file->file_name.len > 0 ? f->file->file_name : STR("file");
    f->value = value_text(
        str_format(a, "%.*s %zu %.*s", STR_ARG(hash), f->file->content.len, STR_ARG(name)));
    return NULL;
}

static CHECKED Err *count_passphrase(Arena *a, Slow *slow)
{
    return ++slow->n_passphrases > PASSPHRASES_MAX
               ? err(a, ERR_INVALID, "At most %d passphrases in one request.", PASSPHRASES_MAX)
               : NULL;
}

/* Values that are there already are those of an earlier round. */
static CHECKED Err *prepare_values(const Rest *r, Arena *a, Input *input, Problems *problems,
                                   Slow *slow)
{
    for (size_t i = 0; i < input->n_fields; i++) {
        InputField *f = &input->fields[i];
        if (!value_is_null(f->value)) {
            continue;
        }
        if (is_hash(f)) {
            TRY(hash_password(a, f, slow));
        } else if (is_passphrase(f)) {
            TRY(count_passphrase(a, slow));
        } else if (f->kind == INPUT_FILE) {
            TRY(keep_file(r, a, f, problems));
        }
    }
    return NULL;
}

/* --- the hook --- */

/* Only what the hook changed goes to the writer, laid over what it merges itself: so a PATCH that
 * came in between and changed another field isn't undone. */
static Prepared *changes_of(Arena *a, const Row *old, const Row *before, const Row *after)
{
    bool *changed = ARENA_ARRAY(a, bool, after->resource->n_fields);
    for (size_t i = 0; i < after->resource->n_fields; i++) {
        changed[i] = !value_equal(before->values[i], after->values[i]);
    }
    Prepared *prepared = ARENA_NEW(a, Prepared);
    *prepared = (Prepared){.old = old, .row = after, .changed = changed};
    return prepared;
}

/* An object between the snapshot and its hook. */
typedef struct Merged {
    const Row *old; /* NULL: it is new */
    Row *row;
} Merged;

/* item->gone: the writer found none, so that it is made anew, whatever the snapshot still shows. */
static CHECKED Err *merge_item(const Rest *r, RestRequest *request, Reader *reader, Write *write,
                               const WriteItem *item, Merged *ret_merged)
{
    Arena *a = request->arena;
    const Row *old = NULL;
    Apply apply = {
        .rest = r, .arena = a, .problems = &write->problems, .set = request->principal.permissions};
    if (!value_is_null(item->key) && !item->gone) {
        TRY(reader_get(reader, a, request->route.resource, item->key, &old));
        if (old == NULL && !item->may_create) {
            return err(a, ERR_NOT_FOUND, "There is no such object.");
        }
    }
    Row *merged = old != NULL ? row_copy(a, old) : row_new_default(a, request->route.resource);
    if (old == NULL) {
        Typing typing = {.arena = a, .problems = &write->problems};
        input_check_new(&typing, item->input, NULL);
    }
    TRY(apply_merge(&apply, reader, old, merged, item->input, item->whole, 0));
    *ret_merged = (Merged){.old = old, .row = merged};
    return NULL;
}

static CHECKED Err *merge_items(const Rest *r, RestRequest *request, Reader *reader, Write *write,
                                Merged *merged)
{
    int64_t seq = 0;
    Err *e = NULL;
    TRY(reader_begin(reader, request->arena, &seq));
    for (size_t i = 0; e == NULL && i < write->n_items && !problems_any(&write->problems); i++) {
        e = merge_item(r, request, reader, write, &write->items[i], &merged[i]);
    }
    reader_end(reader);
    return e;
}

/* What is prepared for the second of two changes of one object would always be out of date. */
static CHECKED Err *check_distinct(Arena *a, const Write *write)
{
    ValueMap keys;
    bool twice = false;
    value_map_init(&keys, a);
    for (size_t i = 0; i < write->n_items; i++) {
        WriteItem *item = &write->items[i];
        const Value key = value_is_null(item->key) ? item->input->id : item->key;
        if (!value_is_null(key)) {
            twice = twice || value_map_get(&keys, key) != NULL;
            value_map_put(&keys, key, item);
        }
    }
    value_map_deinit(&keys);
    return twice ? err(a, ERR_INVALID, "The list names an object twice.") : NULL;
}

/* Without a snapshot: the store could not end its write-ahead log while it is open. */
static CHECKED Err *run_hooks(const Rest *r, RestRequest *request, Write *write,
                              const Merged *merged)
{
    Arena *a = request->arena;
    const ResourceHooks *hooks = preparing_hooks(r, request);
    PkiRounds rounds = {PKI_ROUNDS_MAX};
    MUST(hooks != NULL);
    for (size_t i = 0; i < write->n_items && !problems_any(&write->problems); i++) {
        WriteItem *item = &write->items[i];
        Row *row = row_copy(a, merged[i].row);
        TRY(hooks->prepare(r->store, a, merged[i].old, row, input_clear_texts(a, item->input),
                           &rounds, &write->problems));
        item->prepared = changes_of(a, merged[i].old, merged[i].row, row);
    }
    return NULL;
}

static CHECKED Err *prepare_objects(const Rest *r, RestRequest *request, Reader *reader,
                                    Write *write)
{
    Arena *a = request->arena;
    const ResourceHooks *hooks = preparing_hooks(r, request);
    MUST(hooks != NULL);
    const size_t most = hooks->prepare_most > 0 ? hooks->prepare_most : HOOKS_MAX;
    if (write->n_items > most) {
        return err(a, ERR_INVALID, "At most %zu objects of this resource in one request.", most);
    }
    TRY(check_distinct(a, write));
    Merged *merged = ARENA_ARRAY(a, Merged, write->n_items);
    TRY(merge_items(r, request, reader, write, merged));
    return run_hooks(r, request, write, merged);
}

static CHECKED Err *prepare_all(const Rest *r, RestRequest *request, Reader *reader, Write *write)
{
    Slow slow = {0};
    for (size_t i = 0; i < write->n_items; i++) {
        TRY(prepare_values(r, request->arena, write->items[i].input, &write->problems, &slow));
    }
    if (preparing_hooks(r, request) == NULL || problems_any(&write->problems)) {
        return NULL;
    }
    return prepare_objects(r, request, reader, write);
}

RestNext write_prepare(const Rest *r, RestRequest *request, Reader *reader)
{
    if (request->route.kind == ROUTE_COMMAND) {
        command_run(r, request, reader);
        body_release(request);
        return REST_ANSWERED;
    }
    Write *write = request->work;
    write->n_prepared++;
    problems_init(&write->problems, request->arena);
    const Err *e = prepare_all(r, request, reader, write);
    body_release(request);
    if (e == NULL && problems_any(&write->problems) && write_is_alone(request)) {
        (void)write_note_taken(request, reader, write); /* it was there just now */
    }
    if (e == NULL && !problems_any(&write->problems)) {
        return REST_WRITE;
    }
    if (e == NULL) {
        answer_problems(&request->answer, request->route.resource->name, &write->problems);
    } else {
        answer_failure(&request->answer, request->arena, request->route.resource->name, e);
    }
    return REST_ANSWERED;
}
