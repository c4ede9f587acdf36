/* Objects into rows. Problems are counted by marks: a function that is to know whether anything was
 * found since takes problems->last at its start and compares, since the list holds what earlier
 * objects of the request left, too. */
#include "manager/rest/apply.h"

#include "base/uuid.h"
#include "manager/rest/dead_ends.h"
#include "manager/rest/members.h"
#include "manager/rest/taken.h"
#include "store/secret.h"

/* Children are told under the parent's field (wire 10.3), with the name of their own before the
 * text; the parent's field itself, and "__all__", need no such name. */
void apply_problem(Apply *a, Str field, Str text)
{
    if (a->under.len == 0 || str_equal(a->under, field)) {
        problems_add(a->problems, field, "%.*s", STR_ARG(text));
    } else if (str_equal(field, STR("__all__"))) {
        problems_add(a->problems, a->under, "%.*s", STR_ARG(text));
    } else {
        problems_add(a->problems, a->under, "%.*s: %.*s", STR_ARG(field), STR_ARG(text));
    }
}

Err *apply_faulty(const Apply *a)
{
    return err(a->arena, ERR_INVALID, "The body has faults.");
}

bool apply_may_change(const Apply *a, const Resource *resource)
{
    return resource_may_be_changed(resource, a->set);
}

Err *apply_forbidden(const Apply *a, Str field)
{
    return err(a->arena, ERR_FORBIDDEN,
               "You do not have the permission to change objects through %.*s.", STR_ARG(field));
}

Err *apply_go_on(const Apply *a, Err *e)
{
    return e != NULL && e->kind == ERR_INVALID && problems_any(a->problems) ? NULL : e;
}

/* Whether problems were found since the last one was `mark`. */
static bool found_since(const Apply *a, const Problem *mark)
{
    return a->problems->last != mark || a->problems->full;
}

static CHECKED Err *outcome_since(const Apply *a, const Problem *mark)
{
    return found_since(a, mark) ? apply_faulty(a) : NULL;
}

/* --- values --- */

static Value generated_uuid(const Apply *a)
{
    char text[37];
    uuid_new(text);
    return value_text(str_dup(a->arena, str_from(text)));
}

static bool is_blank(Value value)
{
    return value_is_null(value) || (value.type == VALUE_TEXT && value.text.len == 0);
}

/* What the model says the server makes: times, and UUIDs where nothing was given (ABSENT) or
 * nothing but blanks (BLANK, which an update can't empty either). Times of change are set for new
 * rows here, for others by stamp_change() when it is known that something changes. */
static void generate(Apply *a, const Row *old, Row *row, const Input *input, int64_t now_us)
{
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        const Field *f = &row->resource->fields[i];
        Value *value = &row->values[i];
        bool is_new = old == NULL;
        if (f->is_key && f->generated != GENERATED_NONE) {
            value = &row->key;
        }
        if (f->generated == GENERATED_BLANK && is_blank(*value)) {
            *value = is_new || is_blank(old->values[i]) ? generated_uuid(a) : old->values[i];
        } else if (f->generated == GENERATED_ABSENT && is_new && !input_gives(input, f)) {
            *value = generated_uuid(a);
        } else if (is_new &&
                   (f->generated == GENERATED_CREATION || f->generated == GENERATED_CHANGE)) {
            *value = value_integer(now_us);
        }
    }
}

/* The clear text is that of the stored secret: then that stays, since sealing anew would give it
 * another mask and the log a change. A secret that can't be opened is another. */
static bool same_secret(const Apply *a, Value stored, Str clear)
{
    Str opened = STR_NONE;
    return stored.type == VALUE_TEXT && stored.text.len > 0 &&
           secret_open(a->rest->store, a->arena, stored.text, &opened) == NULL &&
           str_equal(opened, clear);
}

/* Only the field's own mask means "unchanged": with another one's, an object that was copied would
 * get the mask as its password (wire 9.4). */
static void merge_secret(Apply *a, const Row *old, Row *row, const InputField *given)
{
    const Field *f = given->field;
    Value stored = old != NULL ? old->values[f->index] : VALUE_NONE;
    if (given->kind == INPUT_MASK) {
        if (is_blank(stored) || !str_equal(secret_mask(stored.text), given->clear)) {
            apply_problem(a, f->name, STR("This is the mask of another secret."));
        }
    } else if (f->secret != SECRET_INPUT && f->secret != SECRET_HASH &&
               same_secret(a, stored, given->clear)) {
        row->values[f->index] = stored;
    } else if (f->stored) {
        row->values[f->index] = given->value;
    }
}

/* null for a secret, or for embedded objects. */
static void merge_null(const Row *old, Row *row, const InputField *given, bool whole)
{
    const Field *f = given->field;
    if (f->secret == SECRET_NONE) {
        row->values[f->index] = f->nullable ? VALUE_NONE : value_text(STR("[]"));
    } else if (old != NULL && whole) {
        return; /* a PUT keeps secrets that it doesn't know */
    } else if (f->nullable) {
        row->values[f->index] = VALUE_NONE;
    } else if (!f->required) { /* else input_check_new() tells */
        row->values[f->index] = f->default_value;
    }
}

/* What a write-only field reads back as, sent again, changes nothing. */
static bool is_read_back(const Row *old, const InputField *given)
{
    return old != NULL && given->field->write_only &&
           (given->kind == INPUT_NULL ? value_is_null(given->field->default_value)
                                      : given->kind == INPUT_VALUE &&
                                            value_equal(given->value, given->field->default_value));
}

/* An unset secret that is cleared: null and "" are shown alike. */
static bool stays_unset(const Row *old, const InputField *given)
{
    return old != NULL && given->field->secret != SECRET_NONE &&
           is_blank(old->values[given->field->index]) &&
           (given->kind == INPUT_NULL || given->kind == INPUT_VALUE) &&
           !(given->kind == INPUT_NULL && given->field->required);
}

/* Keys are settled by address and body before; relations have functions of their own. */
static void merge_field(Apply *a, const Row *old, Row *row, const InputField *given, bool whole)
{
    const Field *f = given->field;
    if (is_read_back(old, given) || stays_unset(old, given)) {
        return;
    }
    switch (given->kind) {
    case INPUT_VALUE:
        if (!f->is_key) {
            row->values[f->index] = given->value;
        }
        break;
    case INPUT_FILE:
        row->values[f->index] = given->value;
        break;
    case INPUT_NULL:
        if (!field_is_to_many(f)) {
            merge_null(old, row, given, whole);
        }
        break;
    case INPUT_SECRET:
    case INPUT_MASK:
        merge_secret(a, old, row, given);
        break;
    case INPUT_TO_ONE:
    case INPUT_TO_MANY:
        break;
    }
}

/* Without a transaction nothing can be made: then the value stays as it is. */
static CHECKED Err *merge_to_one(Apply *a, Reader *reader, Row *row, const InputField *given)
{
    const Field *f = given->field;
    const Reference *reference = &given->members[0];
    Value *value = &row->values[f->index];
    if (!reference->is_object && reference->n_keys == 1) {
        *value = reference->keys[0]; /* the store tells if it leads nowhere */
        return NULL;
    }
    Value key = VALUE_NONE;
    if (a->tx != NULL) {
        TRY(members_resolve(a, f, reference, &key));
    } else {
        TRY(reference_find(reader, a->arena, reference, &key));
    }
    if (!value_is_null(key)) {
        *value = key;
    }
    return NULL;
}

/* A PUT empties embedded objects that it leaves out; scalars, to-ones and secrets keep their values
 * (wire 8.1: clients PUT what they know, and read it back). */
static void empty_absent_values(Row *row, const Input *input)
{
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        const Field *f = &row->resource->fields[i];
        if (f->type == FIELD_RELATED && f->kind == RELATION_VALUES && !f->readonly &&
            !input_gives(input, f)) {
            row->values[i] = value_text(STR("[]"));
        }
    }
}

CHECKED Err *apply_merge(Apply *a, Reader *reader, const Row *old, Row *row, const Input *input,
                         bool whole, int64_t now_us)
{
    if (old != NULL && whole) {
        empty_absent_values(row, input);
    }
    for (size_t i = 0; i < input->n_fields; i++) {
        if (input->fields[i].kind == INPUT_TO_ONE) {
            TRY(merge_to_one(a, reader, row, &input->fields[i]));
        } else {
            merge_field(a, old, row, &input->fields[i], whole);
        }
    }
    generate(a, old, row, input, now_us);
    return NULL;
}

/* --- rules --- */

static void add_found(Apply *a, const Problems *found)
{
    for (const Problem *p = found->first; p != NULL; p = p->next) {
        apply_problem(a, p->field, p->text);
    }
}

/* The hooks before the row is stored. */
static CHECKED Err *check_rules(Apply *a, const Row *old, Row *row, const Input *input)
{
    const ResourceHooks *hooks = rest_hooks_of(a->rest, row->resource);
    if (hooks == NULL) {
        return NULL;
    }
    Problems found;
    problems_init(&found, a->arena);
    if (hooks->check != NULL) {
        hooks->check(old, row, input_clear_texts(a->arena, input), &found);
    }
    if (hooks->before_write != NULL) {
        TRY(hooks->before_write(a->tx, old, row, &found));
    }
    add_found(a, &found);
    return NULL;
}

/* The hook changed other rows for one of the fields that it writes. */
static CHECKED Err *check_views(const Apply *a, const ResourceHooks *hooks, const Resource *r)
{
    for (size_t i = 0; i < hooks->n_also_changes; i++) {
        if (!apply_may_change(a, model_at(a->rest->model, hooks->also_changes[i]))) {
            return err(a->arena, ERR_FORBIDDEN,
                       "You do not have the permission to change %.*s objects through a %.*s.",
                       STR_ARG(model_at(a->rest->model, hooks->also_changes[i])->name),
                       STR_ARG(r->name));
        }
    }
    return NULL;
}

static CHECKED Err *after_write(Apply *a, const Row *old, const Row *row)
{
    const ResourceHooks *hooks = rest_hooks_of(a->rest, row->resource);
    if (hooks == NULL || hooks->after_write == NULL) {
        return NULL;
    }
    Problems found;
    const size_t n_before = tx_n_changes(a->tx);
    problems_init(&found, a->arena);
    TRY(hooks->after_write(a->tx, old, row, &found));
    add_found(a, &found);
    return tx_n_changes(a->tx) == n_before ? NULL : check_views(a, hooks, row->resource);
}

/* A new row gets the key that its hook gave it, if it gave one. */
static void overlay_prepared(Row *row, const Prepared *prepared)
{
    if (prepared == NULL || prepared->row == NULL) {
        return;
    }
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        if (prepared->changed[i]) {
            row->values[i] = prepared->row->values[i];
        }
    }
    row->beside = prepared->row->beside;
    if (row->version == 0 && value_is_null(row->key)) {
        row->key = prepared->row->key;
    }
}

/* --- failures of the store --- */

/* The text holds none of the words by which clients know that an object is gone (wire 10.4). */
static CHECKED Err *note_missing_targets(Apply *a, const Row *row)
{
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        const Field *f = &row->resource->fields[i];
        const Row *target = NULL;
        if (!field_is_to_one(f) || !f->stored || value_is_null(row->values[i])) {
            continue;
        }
        TRY(reader_get(tx_reader(a->tx), a->arena, f->target, row->values[i], &target));
        if (target == NULL) {
            apply_problem(a, f->name, STR("The object does not exist."));
        }
    }
    return NULL;
}

/* A row that isn't stored, for its faults: what else is wrong with it. */
static CHECKED Err *note_more(Apply *a, const Row *old, const Row *row, const Input *input)
{
    TRY(note_missing_targets(a, row));
    const Taken taken = {.reader = tx_reader(a->tx),
                         .arena = a->arena,
                         .problems = a->problems,
                         .set = a->set,
                         .under = a->under,
                         .parent = a->within};
    if (!a->settled) {
        return NULL;
    }
    TRY(taken_note(&taken, input, row, old));
    return a->under.len == 0
               ? dead_ends_note(tx_reader(a->tx), a->arena, a->problems, input, false, !a->alone)
               : NULL;
}

/* Puts a failure of the store that names a field into words of the body. It names the first; a body
 * may have several references that lead nowhere. */
static CHECKED Err *explain(Apply *a, Err *e, const Row *old, const Row *row, const Input *input)
{
    if (e == NULL || e->field == NULL) {
        return e;
    }
    const Problem *mark = a->problems->last;
    if (e->kind == ERR_INVALID) {
        TRY(note_more(a, old, row, input));
    }
    const bool noted = a->problems->last != mark;
    for (const Err *c = e; !noted && c != NULL; c = c->next) {
        apply_problem(a, str_from(c->field), str_from(c->text));
    }
    return apply_faulty(a);
}

/* --- whole objects --- */

/* Links that a PUT empties by leaving them out. */
static bool is_emptied(const Field *f, const Input *input)
{
    return field_owns_links(f) && !f->readonly && !input_gives(input, f);
}

/* To-many fields: those given, and for a PUT those that it empties by leaving them out. */
static CHECKED Err *write_members(Apply *a, const Row *row, const Input *input, bool is_new,
                                  bool whole)
{
    const Problem *mark = a->problems->last;
    for (size_t i = 0; i < input->n_fields; i++) {
        const InputField *given = &input->fields[i];
        if (field_is_to_many(given->field)) {
            TRY(apply_go_on(a, members_write(a, given->field, given, row->key, is_new)));
        }
    }
    for (size_t i = 0; whole && i < row->resource->n_fields; i++) {
        const Field *f = &row->resource->fields[i];
        if (is_emptied(f, input)) {
            TRY(tx_set_links(a->tx, f, row->key, NULL, 0));
        }
    }
    return outcome_since(a, mark);
}

/* What was prepared is of another state of the row: the request goes back to write_prepare(), or is
 * answered by 503, where it has been there too often. */
static CHECKED Err *give_up(Apply *a)
{
    a->stale = true;
    return err(a->arena, ERR_BUSY, "The object is being changed by others.");
}

/* The version may have risen alone: other objects of the same request raise it where they show each
 * other, each time anew. */
static bool is_prepared_for(const Prepared *prepared, const Row *old)
{
    return prepared->old != NULL &&
           (prepared->old->version == old->version || apply_same_values(prepared->old, old));
}

/* key: of the address under which it is to be made; VALUE_NONE: input->id or none. An address may
 * bring back what is gone, but no more than an id that a creation might ask for (wire 7, 8.3). */
static void check_new(Apply *a, const Input *input, Value key, const Field *parent)
{
    Typing typing = {.arena = a->problems->arena, .problems = a->problems, .under = a->under};
    input_check_new(&typing, input, parent);
    if (!value_is_null(key) && !input_may_choose_key(input->resource, key)) {
        apply_problem(a, STR("resource_uri"),
                      STR("There is no such object, and none can be made under this address."));
    }
}

CHECKED Err *apply_create(Apply *a, const Input *input, Value key, const Field *parent, Value owner,
                          const Prepared *prepared, const Row **ret_row)
{
    if (prepared != NULL && prepared->old != NULL) {
        return give_up(a);
    }
    const Problem *mark = a->problems->last;
    Row *row = row_new_default(a->arena, input->resource);
    check_new(a, input, key, parent);
    row->key = value_is_null(key) ? input->id : key;
    TRY(apply_merge(a, tx_reader(a->tx), NULL, row, input, true, tx_now_us(a->tx)));
    if (parent != NULL) {
        row->values[parent->index] = owner;
    }
    overlay_prepared(row, prepared);
    TRY(check_rules(a, NULL, row, input));
    if (found_since(a, mark)) {
        TRY(note_more(a, NULL, row, input));
        return apply_faulty(a);
    }
    TRY(explain(a, tx_insert(a->tx, row), NULL, row, input));
    TRY(write_members(a, row, input, true, false));
    TRY(after_write(a, NULL, row));
    *ret_row = row;
    return outcome_since(a, mark);
}

bool apply_same_values(const Row *a, const Row *b)
{
    for (size_t i = 0; i < a->resource->n_fields; i++) {
        if (a->resource->fields[i].stored && !value_equal(a->values[i], b->values[i])) {
            return false;
        }
    }
    return true;
}

/* What is sent back as it was read changes nothing, so its time of change stays, too. */
static void stamp_change(const Row *old, Row *row, int64_t now_us)
{
    if (apply_same_values(old, row)) {
        return;
    }
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        if (row->resource->fields[i].generated == GENERATED_CHANGE) {
            row->values[i] = value_integer(now_us);
        }
    }
}

/* Built-in rows may be sent back as they are, not changed (wire 9.6). Nothing is written. */
static CHECKED Err *keep_protected(Apply *a, const Row *old, const Row *row, const Input *input,
                                   bool whole)
{
    bool same = apply_same_values(old, row);
    for (size_t i = 0; same && i < input->n_fields; i++) {
        if (field_is_to_many(input->fields[i].field)) {
            TRY(members_unchanged(a, &input->fields[i], old->key, &same));
        }
    }
    for (size_t i = 0; same && whole && i < row->resource->n_fields; i++) {
        const InputField nothing = {.field = &row->resource->fields[i], .kind = INPUT_TO_MANY};
        if (is_emptied(nothing.field, input)) {
            TRY(members_unchanged(a, &nothing, old->key, &same));
        }
    }
    return same ? NULL
                : err(a->arena, ERR_INVALID, "This is a built-in object and cannot be changed.");
}

static bool is_protected(const Row *row)
{
    const Seed *seed = resource_seed(row->resource, row->key);
    return seed != NULL && seed->protected_against == SEED_NO_CHANGE;
}

CHECKED Err *apply_update(Apply *a, const Row *old, const Input *input, bool whole,
                          const Field *parent, Value owner, const Prepared *prepared,
                          const Row **ret_row)
{
    if (prepared != NULL && !is_prepared_for(prepared, old)) {
        return give_up(a);
    }
    const Problem *mark = a->problems->last;
    Row *row = row_copy(a->arena, old);
    TRY(apply_merge(a, tx_reader(a->tx), old, row, input, whole, tx_now_us(a->tx)));
    if (parent != NULL) {
        row->values[parent->index] = owner;
    }
    overlay_prepared(row, prepared);
    if (is_protected(old)) {
        *ret_row = old;
        TRY(keep_protected(a, old, row, input, whole));
        return outcome_since(a, mark);
    }
    TRY(check_rules(a, old, row, input));
    if (found_since(a, mark)) {
        TRY(note_more(a, old, row, input));
        return apply_faulty(a);
    }
    stamp_change(old, row, tx_now_us(a->tx));
    TRY(explain(a, tx_update(a->tx, old, row), old, row, input));
    TRY(write_members(a, row, input, false, whole));
    TRY(after_write(a, old, row));
    *ret_row = row;
    return outcome_since(a, mark);
}

/* Cascades are the store's, by the model: rows that go along call no hook. */
CHECKED Err *apply_delete(Apply *a, const Row *old)
{
    const ResourceHooks *hooks = rest_hooks_of(a->rest, old->resource);
    if (hooks != NULL && hooks->before_delete != NULL) {
        const Problem *mark = a->problems->last;
        Problems found;
        problems_init(&found, a->arena);
        TRY(hooks->before_delete(a->tx, old, &found));
        add_found(a, &found);
        TRY(outcome_since(a, mark));
    }
    bool found = false;
    TRY(tx_delete(a->tx, old->resource, old->key, &found));
    if (hooks != NULL && hooks->after_delete != NULL) {
        Deleted *deleted = ARENA_NEW(a->kept, Deleted);
        *deleted = (Deleted){hooks, value_dup(a->kept, old->key), *a->deleted};
        *a->deleted = deleted;
    }
    return NULL;
}

CHECKED Err *apply_empty(Apply *a, const Row *old)
{
    Row *row = row_copy(a->arena, old);
    row_set_defaults(row);
    return tx_update(a->tx, old, row);
}
