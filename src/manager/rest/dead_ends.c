/* References that lead nowhere. */
#include "manager/rest/dead_ends.h"

static bool must_exist(const Reference *reference)
{
    return reference->object == NULL;
}

static bool is_reference(const InputField *given)
{
    return given->kind == INPUT_TO_ONE || given->kind == INPUT_TO_MANY;
}

bool dead_ends_are_possible(const Input *input)
{
    for (size_t i = 0; i < input->n_fields; i++) {
        const InputField *given = &input->fields[i];
        for (size_t k = 0; is_reference(given) && k < given->n_members; k++) {
            if (must_exist(&given->members[k])) {
                return true;
            }
        }
    }
    return false;
}

static CHECKED Err *note_field(Reader *reader, Arena *a, Problems *problems,
                               const InputField *given)
{
    for (size_t i = 0; i < given->n_members && !problems->full; i++) {
        const Reference *reference = &given->members[i];
        Value key = VALUE_NONE;
        if (!must_exist(reference)) {
            continue;
        }
        TRY(reference_find(reader, a, reference, &key));
        if (value_is_null(key)) {
            problems_add(problems, given->field->name, "%.*s",
                         STR_ARG(reference_missing(a, reference)));
        }
    }
    return NULL;
}

/* Whether objects of one resource may bring one of another with them. */
static bool may_make(const Resource *r, const Resource *target)
{
    bool made = r == target;
    for (size_t i = 0; i < r->n_fields && !made; i++) {
        const Field *f = &r->fields[i];
        made = f->target == target && (f->create || f->kind == RELATION_CHILDREN);
    }
    return made;
}

CHECKED Err *dead_ends_note(Reader *reader, Arena *a, Problems *problems, const Input *input,
                            bool to_one, bool in_list)
{
    for (size_t i = 0; i < input->n_fields; i++) {
        const InputField *given = &input->fields[i];
        if (is_reference(given) && (to_one || given->kind == INPUT_TO_MANY) &&
            !(in_list && may_make(input->resource, given->field->target))) {
            TRY(note_field(reader, a, problems, given));
        }
    }
    return NULL;
}
