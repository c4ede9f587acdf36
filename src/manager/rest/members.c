/* To-many fields: one part a kind, and a comparison for those who may send a set back, but not
 * change it. Members are looked up all at once where they are given by plain keys, since a list may
 * hold thousands. */
#include "manager/rest/members.h"

#include "base/utf8.h"
#include "manager/rest/value_map.h"

/* The right to change an object is none to change what another right guards. */
static CHECKED Err *check_right(const Apply *a, const Field *f)
{
    return apply_may_change(a, f->target) ? NULL : apply_forbidden(a, f->name);
}

/* What is wrong with an object that is to be made was noted when it was typed, but apart: had it
 * been found, it wouldn't matter. */
CHECKED Err *members_resolve(Apply *a, const Field *f, const Reference *reference, Value *ret_key)
{
    Value key = VALUE_NONE;
    TRY(reference_find(tx_reader(a->tx), a->arena, reference, &key));
    if (!value_is_null(key)) {
        *ret_key = key;
        return NULL;
    }
    if (reference->object == NULL || !f->create) {
        apply_problem(a, f->name, reference_missing(a->arena, reference));
        return NULL;
    }
    for (const Problem *p = reference->problems->first; p != NULL; p = p->next) {
        apply_problem(a, p->field, p->text);
    }
    if (problems_any(reference->problems)) {
        return NULL;
    }
    TRY(check_right(a, f));
    Apply inner = *a;
    inner.under = f->name;
    inner.within = NULL;
    const Row *row = NULL;
    TRY(apply_create(&inner, reference->object, VALUE_NONE, NULL, VALUE_NONE, NULL, &row));
    *ret_key = row->key;
    return NULL;
}

/* --- links --- */

/* All at once for plain keys: NULL rows are what doesn't exist. */
static CHECKED Err *check_keys(Apply *a, const Field *f, const InputField *given,
                               const Value keys[], const size_t members[], size_t n)
{
    const Row **rows = ARENA_ARRAY(a->arena, const Row *, n);
    if (n == 0) {
        return NULL;
    }
    TRY(reader_get_many(tx_reader(a->tx), a->arena, f->target, keys, n, rows));
    for (size_t i = 0; i < n; i++) {
        if (rows[i] == NULL) {
            apply_problem(a, f->name, reference_missing(a->arena, &given->members[members[i]]));
        }
    }
    return NULL;
}

/* The keys of what is given, made where need be. */
static CHECKED Err *resolve_all(Apply *a, const Field *f, const InputField *given, Value *ret_keys,
                                size_t *ret_n)
{
    Value *plain = ARENA_ARRAY(a->arena, Value, given->n_members);
    size_t *members = ARENA_ARRAY(a->arena, size_t, given->n_members);
    size_t n_plain = 0, n = 0;
    for (size_t i = 0; i < given->n_members; i++) {
        const Reference *reference = &given->members[i];
        Value key = VALUE_NONE;
        if (!reference->is_object) {
            key = reference->keys[0];
            members[n_plain] = i;
            plain[n_plain++] = key;
        } else {
            TRY(members_resolve(a, f, reference, &key));
        }
        if (!value_is_null(key)) {
            ret_keys[n++] = key;
        }
    }
    TRY(check_keys(a, f, given, plain, members, n_plain));
    *ret_n = n;
    return problems_any(a->problems) ? apply_faulty(a) : NULL;
}

/* Links belong to the side that names them. */
static CHECKED Err *check_link_right(Apply *a, const InputField *given, Value owner, bool is_new)
{
    const Field *f = given->field;
    bool unchanged = is_new && given->n_members == 0;
    if (field_owns_links(f) || apply_may_change(a, f->target)) {
        return NULL;
    }
    if (!is_new) {
        TRY(members_unchanged(a, given, owner, &unchanged));
    }
    return unchanged ? NULL : apply_forbidden(a, f->name);
}

static CHECKED Err *write_links(Apply *a, const Field *f, const InputField *given, Value owner,
                                bool is_new)
{
    TRY(check_link_right(a, given, owner, is_new));
    Value *keys = ARENA_ARRAY(a->arena, Value, given->n_members);
    size_t n = 0;
    TRY(resolve_all(a, f, given, keys, &n));
    return n == 0 && is_new ? NULL : tx_set_links(a->tx, f, owner, keys, n);
}

/* --- inverse --- */

/* owner: VALUE_NONE lets the member go. */
static CHECKED Err *point_at(Apply *a, const Field *f, Value member, Value owner)
{
    const Row *old = NULL;
    TRY(reader_get(tx_reader(a->tx), a->arena, f->target, member, &old));
    if (old == NULL || value_equal(old->values[f->reverse->index], owner)) {
        return NULL;
    }
    TRY(check_right(a, f));
    Row *row = row_copy(a->arena, old);
    row->values[f->reverse->index] = owner;
    return tx_update(a->tx, old, row);
}

static CHECKED Err *release_others(Apply *a, const Field *f, const Related *now,
                                   const ValueMap *wanted)
{
    for (size_t i = 0; i < now->n; i++) {
        if (value_map_get(wanted, now->keys[i]) != NULL) {
            continue;
        }
        if (!f->reverse->nullable) {
            apply_problem(a, f->name,
                          str_format(a->arena, "A member can't be left without its %.*s.",
                                     STR_ARG(f->reverse->name)));
            return apply_faulty(a);
        }
        TRY(point_at(a, f, now->keys[i], VALUE_NONE));
    }
    return NULL;
}

static CHECKED Err *write_inverse_keys(Apply *a, const Field *f, const Value keys[], size_t n,
                                       Value owner, ValueMap *wanted)
{
    Related now = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        value_map_put(wanted, keys[i], a);
    }
    TRY(reader_related(tx_reader(a->tx), a->arena, f, &owner, 1, &now));
    TRY(release_others(a, f, &now, wanted));
    for (size_t i = 0; i < n; i++) {
        TRY(point_at(a, f, keys[i], owner));
    }
    return NULL;
}

static CHECKED Err *write_inverse(Apply *a, const Field *f, const InputField *given, Value owner)
{
    Value *keys = ARENA_ARRAY(a->arena, Value, given->n_members);
    size_t n = 0;
    TRY(resolve_all(a, f, given, keys, &n));
    ValueMap wanted;
    value_map_init(&wanted, a->arena);
    Err *e = write_inverse_keys(a, f, keys, n, owner, &wanted);
    value_map_deinit(&wanted);
    return e;
}

/* --- comparison --- */

/* As sets: order and repetition don't count. Each key of now[] is marked by `seen` at its first
 * occurrence among keys[], so that it is counted once. */
static CHECKED Err *same_keys(Apply *a, const Field *f, const Value keys[], size_t n, Value owner,
                              ValueMap *now, bool *ret_same)
{
    Related related = {.n = 0};
    bool same = true;
    TRY(reader_related(tx_reader(a->tx), a->arena, f, &owner, 1, &related));
    for (size_t i = 0; i < related.n; i++) {
        value_map_put(now, related.keys[i], a);
    }
    size_t n_distinct = 0;
    int seen = 0;
    for (size_t i = 0; i < n; i++) {
        const void *entry = value_map_get(now, keys[i]);
        same = same && entry != NULL;
        n_distinct += entry == a;
        value_map_put(now, keys[i], &seen);
    }
    *ret_same = same && n_distinct == related.n;
    return NULL;
}

CHECKED Err *members_unchanged(Apply *a, const InputField *given, Value owner, bool *ret_unchanged)
{
    if (given->kind == INPUT_NULL && !field_owns_links(given->field)) {
        *ret_unchanged = true;
        return NULL;
    }
    Value *keys = ARENA_ARRAY(a->arena, Value, given->n_members);
    size_t n = 0;
    for (size_t i = 0; i < given->n_members; i++) {
        TRY(reference_find(tx_reader(a->tx), a->arena, &given->members[i], &keys[n]));
        if (value_is_null(keys[n++])) {
            *ret_unchanged = false;
            return NULL;
        }
    }
    ValueMap now;
    value_map_init(&now, a->arena);
    Err *e = same_keys(a, given->field, keys, n, owner, &now, ret_unchanged);
    value_map_deinit(&now);
    return e;
}

/* --- children --- */

/* A child that the parent has now, or was given just now. */
typedef struct Child {
    const Row *row;
    bool named; /* by the body: stays */
    struct Child *next;
} Child;

/* All children of one parent while its list is written: found by whatever a member may be named by,
 * without a query for each. */
typedef struct Siblings {
    const Field *field;
    Value owner;
    Child *first;
    ValueMap by_key;
    ValueMap *by_unique; /* of each unique field of the target, by Field.index; else unused */
} Siblings;

/* Aliases are the same whatever their case (wire 7), so they are looked for in one. */
static Value unique_form(Apply *a, const Field *f, Value value)
{
    return f->fold && value.type == VALUE_TEXT ? value_text(utf8_fold(a->arena, value.text))
                                               : value;
}

static void siblings_index(Apply *a, Siblings *s, Child *child)
{
    value_map_put(&s->by_key, child->row->key, child);
    for (size_t i = 0; i < s->field->target->n_fields; i++) {
        const Field *f = &s->field->target->fields[i];
        Value value = child->row->values[i];
        if (f->unique && f->stored && !value_is_null(value)) {
            value_map_put(&s->by_unique[i], unique_form(a, f, value), child);
        }
    }
}

static Child *siblings_add(Apply *a, Siblings *s, const Row *row, bool named)
{
    Child *child = ARENA_NEW(a->arena, Child);
    *child = (Child){.row = row, .named = named, .next = s->first};
    s->first = child;
    siblings_index(a, s, child);
    return child;
}

static void siblings_init(Apply *a, Siblings *s, const Field *f, Value owner)
{
    *s = (Siblings){.field = f, .owner = owner};
    value_map_init(&s->by_key, a->arena);
    s->by_unique = ARENA_ARRAY(a->arena, ValueMap, f->target->n_fields);
    for (size_t i = 0; i < f->target->n_fields; i++) {
        if (f->target->fields[i].unique) {
            value_map_init(&s->by_unique[i], a->arena);
        }
    }
}

static void siblings_deinit(Siblings *s)
{
    value_map_deinit(&s->by_key);
    for (size_t i = 0; i < s->field->target->n_fields; i++) {
        if (s->field->target->fields[i].unique) {
            value_map_deinit(&s->by_unique[i]);
        }
    }
}

static CHECKED Err *siblings_load(Apply *a, Siblings *s)
{
    RelatedRows rows = {.n = 0};
    TRY(reader_related_rows(tx_reader(a->tx), a->arena, s->field, &s->owner, 1, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        (void)siblings_add(a, s, rows.rows[i], false);
    }
    return NULL;
}

/* The sibling that a member means: by address, id, or a unique value; NULL: none of them. */
static Child *siblings_find(Apply *a, const Siblings *s, const Reference *reference)
{
    Child *child = NULL;
    for (size_t i = 0; child == NULL && i < reference->n_keys; i++) {
        child = value_map_get(&s->by_key, reference->keys[i]);
    }
    for (size_t i = 0; child == NULL && i < reference->n_uniques; i++) {
        const ReferenceUnique *unique = &reference->uniques[i];
        child = value_map_get(&s->by_unique[unique->field->index],
                              unique_form(a, unique->field, unique->value));
    }
    return child;
}

/* A member given by its address alone that is somebody else's child, or nobody's: it moves here. */
static CHECKED Err *move_child(Apply *a, Siblings *s, const Reference *reference)
{
    const Field *f = s->field;
    const Row *old = NULL;
    TRY(reader_get(tx_reader(a->tx), a->arena, f->target, reference->keys[0], &old));
    if (old == NULL) {
        apply_problem(a, f->name, reference_missing(a->arena, reference));
        return NULL;
    }
    TRY(check_right(a, f));
    Row *row = row_copy(a->arena, old);
    row->values[f->reverse->index] = s->owner;
    TRY(tx_update(a->tx, old, row));
    (void)siblings_add(a, s, row, true);
    return NULL;
}

/* The row that an object names, by its key or a unique value, if it is nobody's child; else NULL.
 */
static CHECKED Err *find_orphan(Apply *a, const Field *f, const Reference *reference,
                                const Row **ret_row)
{
    const Row *row = NULL;
    Value key = VALUE_NONE;
    if (f->reverse->nullable) {
        TRY(reference_find(tx_reader(a->tx), a->arena, reference, &key));
    }
    if (!value_is_null(key)) {
        TRY(reader_get(tx_reader(a->tx), a->arena, f->target, key, &row));
    }
    *ret_row = row != NULL && value_is_null(row->values[f->reverse->index]) ? row : NULL;
    return NULL;
}

/* One that names a key comes back under it; that of somebody else's child is taken, which the store
 * tells: to give an object is not to move it (wire 9.3). Nobody's child is found and belongs here
 * from now on. */
static CHECKED Err *create_child(Apply *a, Siblings *s, const Reference *reference)
{
    const Field *f = s->field;
    const Row *row = NULL, *orphan = NULL;
    TRY(check_right(a, f));
    Apply inner = *a;
    inner.under = f->name;
    inner.within = f->reverse;
    Value key = reference->n_keys > 0 ? reference->keys[0] : VALUE_NONE;
    TRY(find_orphan(a, f, reference, &orphan));
    Err *e = orphan != NULL
                 ? apply_update(&inner, orphan, reference->object, false, f->reverse, s->owner,
                                NULL, &row)
                 : apply_create(&inner, reference->object, key, f->reverse, s->owner, NULL, &row);
    if (e == NULL) {
        (void)siblings_add(a, s, row, true);
    }
    return e;
}

static CHECKED Err *update_child(Apply *a, Siblings *s, Child *child, const Reference *reference)
{
    child->named = true;
    if (reference->object == NULL) {
        return NULL;
    }
    const Row *old = child->row;
    Apply inner = *a;
    inner.under = s->field->name;
    inner.within = s->field->reverse;
    TRY(apply_update(&inner, old, reference->object, false, NULL, VALUE_NONE, NULL, &child->row));
    /* Sent back as it was read, it needs no right of its own. */
    return apply_same_values(old, child->row) ? NULL : check_right(a, s->field);
}

static CHECKED Err *write_child(Apply *a, Siblings *s, const Reference *reference)
{
    Child *child = siblings_find(a, s, reference);
    if (child != NULL) {
        return update_child(a, s, child, reference);
    }
    return reference->is_object ? create_child(a, s, reference) : move_child(a, s, reference);
}

static CHECKED Err *delete_unnamed(Apply *a, const Siblings *s)
{
    for (const Child *child = s->first; child != NULL; child = child->next) {
        if (!child->named) {
            TRY(check_right(a, s->field));
            TRY(apply_delete(a, child->row));
        }
    }
    return NULL;
}

/* Deletions last: only then is it known who isn't named. */
static CHECKED Err *write_siblings(Apply *a, Siblings *s, const InputField *given, bool is_new)
{
    if (!is_new) {
        TRY(siblings_load(a, s));
    }
    const Problem *mark = a->problems->last;
    for (size_t i = 0; i < given->n_members; i++) {
        TRY(apply_go_on(a, write_child(a, s, &given->members[i])));
    }
    if (a->problems->last != mark || a->problems->full) {
        return apply_faulty(a); /* some that are named may look unnamed */
    }
    return delete_unnamed(a, s);
}

static CHECKED Err *write_children(Apply *a, const Field *f, const InputField *given, Value owner,
                                   bool is_new)
{
    Siblings siblings;
    siblings_init(a, &siblings, f, owner);
    Err *e = write_siblings(a, &siblings, given, is_new);
    siblings_deinit(&siblings);
    return e;
}

CHECKED Err *members_write(Apply *a, const Field *f, const InputField *given, Value owner,
                           bool is_new)
{
    if (given->kind == INPUT_NULL) { /* null empties what this side names, and nothing else */
        return field_owns_links(f) && !is_new ? tx_set_links(a->tx, f, owner, NULL, 0) : NULL;
    }
    switch (f->kind) {
    case RELATION_CHILDREN:
        return write_children(a, f, given, owner, is_new);
    case RELATION_LINKS:
        return write_links(a, f, given, owner, is_new);
    case RELATION_INVERSE:
        return write_inverse(a, f, given, owner);
    case RELATION_TO_ONE:
    case RELATION_VALUES:
        break;
    }
    return NULL;
}
