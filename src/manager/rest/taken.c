/* Unique values that others have. Looked for on a reader or in the transaction, never before a body
 * has faults: for a good one the store finds out by itself. */
#include "manager/rest/taken.h"

/* Fields that are unique only together. */
static bool is_in_group(const Resource *r, const Field *f)
{
    for (size_t i = 0; i < r->n_unique_together; i++) {
        for (size_t k = 0; k < r->unique_together[i].n; k++) {
            if (r->unique_together[i].fields[k] == f) {
                return true;
            }
        }
    }
    return false;
}

static bool is_children(const InputField *given)
{
    return given->kind == INPUT_TO_MANY && given->field->kind == RELATION_CHILDREN;
}

bool taken_is_possible(const Input *input)
{
    bool possible = !value_is_null(input->id);
    for (size_t i = 0; i < input->n_fields && !possible; i++) {
        const Field *f = input->fields[i].field;
        possible = f->unique || is_in_group(input->resource, f) ||
                   (is_children(&input->fields[i]) && input->fields[i].n_members > 0);
    }
    return possible;
}

/* --- what is known of the row --- */

static CHECKED Err *find_target(Reader *reader, Arena *a, const InputField *given, Value *ret_key)
{
    const Reference *reference = &given->members[0];
    if (!reference->is_object && reference->n_keys == 1) {
        *ret_key = reference->keys[0];
        return NULL;
    }
    return reference_find(reader, a, reference, ret_key);
}

static CHECKED Err *merge_field(Reader *reader, Arena *a, const InputField *given, Row *row)
{
    const Field *f = given->field;
    Value *value = &row->values[f->index];
    if (given->kind == INPUT_TO_ONE) {
        return find_target(reader, a, given, value);
    }
    if (given->kind == INPUT_VALUE && !f->is_key) {
        *value = given->value;
    } else if (given->kind == INPUT_NULL && f->nullable) {
        *value = VALUE_NONE;
    }
    return NULL;
}

CHECKED Err *taken_merge(Reader *reader, Arena *a, const Input *input, const Row *old,
                         const Row **ret_row)
{
    Row *row = old != NULL ? row_copy(a, old) : row_new_default(a, input->resource);
    if (old == NULL) {
        row->key = input->id;
    }
    for (size_t i = 0; i < input->n_fields; i++) {
        TRY(merge_field(reader, a, &input->fields[i], row));
    }
    *ret_row = row;
    return NULL;
}

/* A value that the body doesn't give is known, too, where others are unique only with it; one that
 * must be unique alone may yet be made by a hook. */
static const bool *known_fields(Arena *a, const Input *input)
{
    bool *known = ARENA_ARRAY(a, bool, input->resource->n_fields);
    for (size_t i = 0; i < input->resource->n_fields; i++) {
        const Field *f = &input->resource->fields[i];
        const InputField *given = input_field(input, f);
        known[i] = input_gives(input, f)
                       ? given != NULL && (given->kind == INPUT_VALUE ||
                                           given->kind == INPUT_NULL || given->kind == INPUT_TO_ONE)
                       : !f->unique && f->generated == GENERATED_NONE;
    }
    return known;
}

/* --- looking --- */

/* The store knows the row that is in conflict, not the body it came in: where that is of another
 * resource, it came by the field that leads there. */
static Str place_of(const Resource *resource, const Err *e)
{
    for (size_t i = 0; e->owner != NULL && i < resource->n_fields; i++) {
        const Field *f = &resource->fields[i];
        const bool nested = f->type == FIELD_RELATED && (f->kind == RELATION_CHILDREN || f->create);
        if (nested && str_equal(f->target->name, str_from(e->owner)) &&
            !str_equal(resource->name, str_from(e->owner))) {
            return f->name;
        }
    }
    return str_from(e->field);
}

void taken_note_conflicts(Problems *problems, const Resource *resource, const Err *first)
{
    for (const Err *e = first; e != NULL; e = e->next) {
        problems_add(problems, place_of(resource, e), "%s", e->text);
    }
}

static CHECKED Err *note_row(const Taken *t, const Input *input, const Row *row, bool is_new)
{
    const ConflictQuery query = {.row = row,
                                 .is_new = is_new,
                                 .known = known_fields(t->arena, input),
                                 .siblings = t->parent};
    Err *first = NULL;
    TRY(reader_conflicts(t->reader, t->arena, &query, &first));
    for (const Err *e = first; e != NULL; e = e->next) {
        problems_add(t->problems, t->under.len > 0 ? t->under : str_from(e->field), "%s", e->text);
    }
    return NULL;
}

/* A child that the parent has already is excluded like its siblings. */
static CHECKED Err *note_child(const Taken *t, const InputField *given, const Input *child,
                               Value owner)
{
    const Row *row = NULL;
    const Field *reverse = given->field->reverse;
    const Taken inner = {.reader = t->reader,
                         .arena = t->arena,
                         .problems = t->problems,
                         .set = t->set,
                         .under = given->field->name,
                         .parent = reverse};
    TRY(taken_merge(t->reader, t->arena, child, NULL, &row));
    Row *placed = row_copy(t->arena, row);
    placed->key = VALUE_NONE;
    placed->values[reverse->index] = owner;
    return note_row(&inner, child, placed, false);
}

static CHECKED Err *note_children(const Taken *t, const InputField *given, Value owner)
{
    if (!resource_may_be_changed(given->field->target, t->set)) {
        return NULL;
    }
    for (size_t i = 0; i < given->n_members && !t->problems->full; i++) {
        if (given->members[i].object != NULL) {
            TRY(note_child(t, given, given->members[i].object, owner));
        }
    }
    return NULL;
}

CHECKED Err *taken_note(const Taken *t, const Input *input, const Row *row, const Row *old)
{
    TRY(note_row(t, input, row, old == NULL));
    for (size_t i = 0; i < input->n_fields; i++) {
        if (is_children(&input->fields[i])) {
            TRY(note_children(t, &input->fields[i], old != NULL ? old->key : VALUE_NONE));
        }
    }
    return NULL;
}
