/* Ties the resources together: targets, other sides, embedded members, parents, ordering, defaults
 * of relations. */
#include <string.h>

#include "model/loading.h"

#define FAULT(r, field, ...) model_fault(l->errors, (r)->file, (field)->name, __VA_ARGS__)

static Str key_text(const LoadingResource *r, const Field *field, Str key)
{
    const Json *json = json_member(r->field_json[field->index], key);
    return json != NULL && json->type == JSON_STRING ? json->text : STR_NONE;
}

static LoadingResource *loading_of(const Loading *l, const Resource *r)
{
    return &l->loading[r->index];
}

static Err *link_target(Loading *l, const LoadingResource *r, Field *field)
{
    const Str name = key_text(r, field, STR("related"));
    const LoadingResource *target = loading_find(l, name);
    if (target == NULL) {
        return FAULT(r, field, "there is no resource \"%.*s\"", STR_ARG(name));
    }
    const bool plain = target->resource->family == FAMILY_EMBEDDED;
    const bool values = field->kind == RELATION_VALUES;
    if (!plain && (values || !resource_has_table(target->resource))) {
        return FAULT(r, field, values ? "values are objects of embedded/" : "%.*s has no rows",
                     STR_ARG(name));
    }
    if (plain && !values && field->kind != RELATION_TO_ONE) {
        return FAULT(r, field, "objects of embedded/ are values");
    }
    field->target = target->resource;
    if (plain) {
        field->indexed = field->unique; /* lies in its column as JSON */
    }
    return NULL;
}

/* CHILDREN, INVERSE: the to-one of the other side, which must lead back. */
static Err *link_reverse(const Loading *l, const LoadingResource *r, Field *field)
{
    const Str name = key_text(r, field, STR("reverse"));
    Field *reverse = loading_field(loading_of(l, field->target), name);
    if (reverse == NULL || !field_is_to_one(reverse) || reverse->target != r->resource) {
        return FAULT(r, field, "reverse: %.*s is no relation back to here", STR_ARG(name));
    }
    if (field->kind == RELATION_CHILDREN && reverse->on_delete != ON_DELETE_CASCADE) {
        return FAULT(r, field, "children: on_delete of %.*s is to be cascade", STR_ARG(name));
    }
    if (reverse->shown_by != NULL) {
        return FAULT(r, field, "reverse: %.*s is shown by %.*s already", STR_ARG(name),
                     STR_ARG(reverse->shown_by->name));
    }
    field->reverse = reverse;
    reverse->shown_by = field;
    return NULL;
}

static Err *link_inverse_of(const Loading *l, const LoadingResource *r, Field *field)
{
    const Str name = key_text(r, field, STR("inverse_of"));
    if (name.len == 0) {
        return NULL;
    }
    Field *named = loading_field(loading_of(l, field->target), name);
    if (named == NULL || named->type != FIELD_RELATED || named->kind != RELATION_LINKS ||
        named->target != r->resource ||
        key_text(loading_of(l, field->target), named, STR("inverse_of")).len > 0) {
        return FAULT(r, field, "inverse_of: %.*s names no links to here", STR_ARG(name));
    }
    if (named->shown_by != NULL) {
        return FAULT(r, field, "inverse_of: %.*s is shown by %.*s already", STR_ARG(name),
                     STR_ARG(named->shown_by->name));
    }
    field->inverse_of = named;
    field->shown_by = named;
    named->shown_by = field;
    return NULL;
}

static Err *link_other_side(const Loading *l, const LoadingResource *r, Field *field)
{
    const bool reversed = field->kind == RELATION_CHILDREN || field->kind == RELATION_INVERSE;
    if (reversed) {
        TRY(link_reverse(l, r, field));
    } else if (key_text(r, field, STR("reverse")).len > 0) {
        return FAULT(r, field, "reverse is for children and inverse");
    }
    if (field->kind == RELATION_LINKS) {
        return link_inverse_of(l, r, field);
    }
    return key_text(r, field, STR("inverse_of")).len > 0
               ? FAULT(r, field, "inverse_of is for links")
               : NULL;
}

static bool is_shown_by_default(const Field *member)
{
    return !field_is_to_many(member) && member->secret != SECRET_INPUT && !member->hidden;
}

static Err *link_embed(Loading *l, const LoadingResource *r, Field *field)
{
    const Json *json = r->field_json[field->index];
    const Json *embed = json_member(json, STR("embed"));
    const Json *full = json_member(json, STR("full"));
    if ((full == NULL || full->type != JSON_TRUE) && embed == NULL) {
        return NULL;
    }
    const Resource *target = field->target;
    const Field **members = ARENA_ARRAY(l->arena, const Field *, target->n_fields + 1);
    for (size_t i = 0; embed == NULL && i < target->n_fields; i++) {
        if (is_shown_by_default(&target->fields[i])) {
            members[field->n_embed++] = &target->fields[i];
        }
    }
    for (const Json *name = embed != NULL ? embed->first : NULL; name != NULL; name = name->next) {
        const Field *member = name->type == JSON_STRING ? resource_field(target, name->text) : NULL;
        if (member == NULL || field->n_embed == target->n_fields || field_is_to_many(member)) {
            return FAULT(r, field, "embed: \"%.*s\" can't be shown", STR_ARG(name->text));
        }
        if (field->n_embed > 0 &&
            str_compare(members[field->n_embed - 1]->name, member->name) >= 0) {
            return FAULT(r, field, "embed is in alphabetical order");
        }
        members[field->n_embed++] = member;
    }
    field->embed = members;
    return NULL;
}

/* A relation to what goes nowhere stays behind. */
static bool is_replicated(const Field *field)
{
    return field->replicated && (field->target->family == FAMILY_EMBEDDED ||
                                 field->target->replicate != REPLICATE_NOWHERE);
}

static Err *link_field(Loading *l, const LoadingResource *r, Field *field)
{
    field->replicated = is_replicated(field);
    TRY(link_other_side(l, r, field));
    TRY(link_embed(l, r, field));
    const bool reference = field_is_to_one(field) && field->target->family != FAMILY_EMBEDDED;
    if (reference && field->on_delete == ON_DELETE_NONE) {
        return FAULT(r, field, "on_delete is missing");
    }
    if (field->is_key && (!reference || field->target->key_type != r->resource->key_type)) {
        return FAULT(r, field, "the key is of another type than that of %.*s",
                     STR_ARG(field->target->file));
    }
    if (!reference && field->on_delete != ON_DELETE_NONE) {
        return FAULT(r, field, "on_delete is for relations to rows");
    }
    if (field->on_delete == ON_DELETE_NULL && !field->nullable) {
        return FAULT(r, field, "on_delete is null, but null isn't allowed");
    }
    return NULL;
}

/* What an absent field of a new row gets. */
static Value default_by_type(const Field *field)
{
    if (field->nullable && (field->type != FIELD_RELATED || field->kind != RELATION_VALUES)) {
        return VALUE_NONE;
    }
    switch (field->type) {
    case FIELD_STRING:
        return value_text(STR(""));
    case FIELD_INTEGER:
    case FIELD_BOOLEAN:
        return value_integer(0);
    case FIELD_FLOAT:
        return value_float(0);
    case FIELD_LIST:
        return value_text(STR("[]"));
    case FIELD_DICT:
        return value_text(STR("{}"));
    case FIELD_RELATED:
        return field->kind == RELATION_VALUES ? value_text(STR("[]")) : VALUE_NONE;
    default:
        return VALUE_NONE;
    }
}

static Err *read_default(Loading *l, const LoadingResource *r, Field *field)
{
    field->default_value = default_by_type(field);
    const Json *json = json_member(r->field_json[field->index], STR("default"));
    if (json == NULL) {
        return NULL;
    }
    field->has_default = true;
    if (!model_value_from_json(l->arena, field, json, &field->default_value)) {
        return FAULT(r, field, "the default has the wrong type or form");
    }
    const bool one = field->type != FIELD_RELATED || field_is_to_one(field);
    const char *fault = one ? model_value_fault(field, field->default_value) : NULL;
    return fault == NULL ? NULL : FAULT(r, field, "the default can't be: %s", fault);
}

static Err *list_fields(const Loading *l, const LoadingResource *r, const Json *names,
                        const char *what, FieldGroup *ret_group)
{
    if (names->type != JSON_ARRAY || names->n == 0) {
        return model_fault(l->errors, r->file, str_from(what), "a list of fields is needed");
    }
    const Field **fields = ARENA_ARRAY(l->arena, const Field *, names->n + 1);
    size_t n = 0;
    for (const Json *name = names->first; name != NULL; name = name->next) {
        fields[n] = name->type == JSON_STRING ? resource_field(r->resource, name->text) : NULL;
        if (fields[n] == NULL || (!fields[n]->stored && !fields[n]->is_key)) {
            return model_fault(l->errors, r->file, str_from(what),
                               "there is no stored field \"%.*s\"", STR_ARG(name->text));
        }
        n++;
    }
    *ret_group = (FieldGroup){fields, n};
    return NULL;
}

static Err *link_groups(const Loading *l, LoadingResource *r)
{
    if (r->ordering != NULL) {
        FieldGroup ordering = {NULL, 0};
        TRY(list_fields(l, r, r->ordering, "ordering", &ordering));
        r->resource->ordering = ordering.fields;
        r->resource->n_ordering = ordering.n;
    }
    if (r->unique_together == NULL) {
        return NULL;
    }
    FieldGroup *groups = ARENA_ARRAY(l->arena, FieldGroup, r->unique_together->n + 1);
    for (const Json *names = r->unique_together->first; names != NULL; names = names->next) {
        TRY(list_fields(l, r, names, "unique_together", &groups[r->resource->n_unique_together++]));
    }
    r->resource->unique_together = groups;
    return NULL;
}

/* REPLICATE_OWN: what leads from the row of a node to these rows; the resource of the nodes itself
 * has no field in its path. */
static Err *link_replicate_path(Loading *l, LoadingResource *r)
{
    Resource *resource = r->resource;
    const Json *path = r->replicate_path;
    if ((path != NULL) != (resource->replicate == REPLICATE_OWN)) {
        return model_fault(l->errors, r->file, STR("replicate_path"), "goes with replicate: own");
    }
    if (path == NULL) {
        return NULL;
    }
    const Field **fields = ARENA_ARRAY(l->arena, const Field *, path->n + 1);
    for (const Json *step = path->first; step != NULL; step = step->next) {
        Str rest = step->type == JSON_STRING ? step->text : STR_NONE;
        const Resource *node = model_resource(l->model, FAMILY_CONFIGURATION, str_cut(&rest, '.'));
        const Field *field = node != NULL ? resource_field(node, rest) : NULL;
        if (node != resource && (field == NULL || field->target != resource)) {
            return model_fault(l->errors, r->file, STR("replicate_path"), "leads nowhere");
        }
        if (node != resource) {
            fields[resource->n_replicate_path++] = field;
        }
    }
    resource->replicate_path = fields;
    return NULL;
}

/* rows_of: the to-one by which its rows belong to the parent; and the fields are theirs. */
static Err *link_parent_field(const Loading *l, const LoadingResource *r)
{
    Resource *resource = r->resource;
    for (size_t i = 0; i < resource->n_fields; i++) {
        const Field *field = &resource->fields[i];
        const Field *theirs = resource_field(resource->rows_of, field->name);
        if (theirs == NULL || theirs->type != field->type || theirs->target != field->target) {
            return FAULT(r, field, "rows_of: those rows have no such field");
        }
    }
    for (size_t i = 0; i < resource->rows_of->n_fields; i++) {
        const Field *field = &resource->rows_of->fields[i];
        if (field_is_to_one(field) && field->target == resource->parent) {
            resource->parent_field = field;
        }
    }
    return resource->parent_field != NULL
               ? NULL
               : model_fault(l->errors, r->file, STR("rows_of"), "no relation leads to the parent");
}

static Err *link_parents(const Loading *l, const LoadingResource *r)
{
    const LoadingResource *parent = r->parent.len > 0 ? loading_find(l, r->parent) : NULL;
    const LoadingResource *rows_of = r->rows_of.len > 0 ? loading_find(l, r->rows_of) : NULL;
    if ((r->parent.len > 0) != (parent != NULL)) {
        return model_fault(l->errors, r->file, STR("parent"), "there is no resource \"%.*s\"",
                           STR_ARG(r->parent));
    }
    if ((r->rows_of.len > 0) != (rows_of != NULL) || (rows_of != NULL && parent == NULL)) {
        return model_fault(l->errors, r->file, STR("rows_of"), "leads nowhere");
    }
    if (parent != NULL && (parent == r || !resource_has_table(parent->resource))) {
        return model_fault(l->errors, r->file, STR("parent"), "%.*s has no rows",
                           STR_ARG(r->parent));
    }
    if (rows_of != NULL && !resource_has_table(rows_of->resource)) {
        return model_fault(l->errors, r->file, STR("rows_of"), "%.*s has no rows",
                           STR_ARG(r->rows_of));
    }
    r->resource->parent = parent != NULL ? parent->resource : NULL;
    r->resource->rows_of = rows_of != NULL ? rows_of->resource : NULL;
    return NULL;
}

/* Whether deleting a row of its target concerns the rows of its resource. */
static bool refers(const Field *field)
{
    return field->type == FIELD_RELATED && resource_has_table(field->resource) &&
           field->target->family != FAMILY_EMBEDDED &&
           ((field_is_to_one(field) && (field->stored || field->is_key)) ||
            field_owns_links(field));
}

typedef void ReferrerPass(Loading *l, Resource *target, const Field *field);

static void count_referrer(Loading *l, Resource *target, const Field *field)
{
    (void)l;
    (void)field;
    target->n_referrers++;
}

static void add_referrer(Loading *l, Resource *target, const Field *field)
{
    l->loading[target->index].referrers[target->n_referrers++] = field;
}

static void for_each_referrer(Loading *l, ReferrerPass *pass)
{
    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->resources[i].n_fields; k++) {
            const Field *field = &l->resources[i].fields[k];
            if (refers(field)) {
                pass(l, &l->resources[field->target->index], field);
            }
        }
    }
}

static void list_referrers(Loading *l)
{
    for_each_referrer(l, count_referrer);
    for (size_t i = 0; i < l->n; i++) {
        Resource *r = &l->resources[i];
        l->loading[i].referrers = ARENA_ARRAY(l->arena, const Field *, r->n_referrers + 1);
        r->referrers = l->loading[i].referrers;
        r->n_referrers = 0;
    }
    for_each_referrer(l, add_referrer);
}

typedef Err *FieldPass(Loading *l, const LoadingResource *r, Field *field);

static Err *for_each_field(Loading *l, FieldPass *pass, bool relations_only)
{
    for (size_t i = 0; i < l->n; i++) {
        LoadingResource *r = &l->loading[i];
        for (size_t k = 0; k < r->resource->n_fields; k++) {
            if (!relations_only || r->fields[k].type == FIELD_RELATED) {
                TRY(pass(l, r, &r->fields[k]));
            }
        }
    }
    return NULL;
}

Err *relations_link(Loading *l)
{
    for (size_t i = 0; i < l->n; i++) {
        TRY(link_parents(l, &l->loading[i]));
    }
    TRY(for_each_field(l, link_target, true));
    TRY(for_each_field(l, link_field, true));
    TRY(for_each_field(l, read_default, false));
    TRY(for_each_field(l, filtering_load, false));
    for (size_t i = 0; i < l->n; i++) {
        LoadingResource *r = &l->loading[i];
        TRY(link_groups(l, r));
        if (r->resource->rows_of != NULL) {
            TRY(link_parent_field(l, r));
        }
        TRY(link_replicate_path(l, r));
    }
    list_referrers(l);
    return NULL;
}
