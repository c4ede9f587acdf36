/* From parameters to filters. */
#include "manager/rest/filters.h"

#include "manager/rest/filter_value.h"
#include "manager/rest/parameters.h"
#include "manager/rest/render_plan.h"
#include "manager/rest/uri.h"

/* Parts of a name: relations on the way, a field, a lookup. */
enum { PARTS_MAX = QUERY_PATH_MAX + 2 };

typedef struct Name {
    Str parts[PARTS_MAX]; /* the first of them */
    size_t n;             /* of all; a name of more is refused */
} Name;

static Name split_name(Str text)
{
    Name name = {.n = 0};
    for (bool more = true; more; name.n++) {
        const size_t at = str_find_str(text, STR("__"));
        more = at != SIZE_MAX;
        if (name.n < PARTS_MAX) {
            name.parts[name.n] = more ? str_slice(text, 0, at) : text;
        }
        text = more ? str_slice(text, at + 2, text.len) : STR_NONE;
    }
    return name;
}

static Err *too_long(Arena *a)
{
    return err(a, ERR_INVALID, "A filter leads through at most %d relations.", QUERY_PATH_MAX);
}

static Err *no_part(Arena *a, Str field, Str part)
{
    return err(a, ERR_INVALID, "%.*s has no part %.*s.", STR_ARG(parameter_quoted(a, field)),
               STR_ARG(parameter_quoted(a, part)));
}

static Err *not_allowed(Arena *a, Str field)
{
    return err(a, ERR_INVALID, "Filtering by %.*s is not allowed.",
               STR_ARG(parameter_quoted(a, field)));
}

static bool leads_on(const Field *f)
{
    return f->type == FIELD_RELATED && f->kind != RELATION_VALUES &&
           f->target->family != FAMILY_EMBEDDED;
}

/* One step through a relation. */
static Err *follow(Arena *a, const FilterRules *rules, Filter *filter, const Field **path, Str part)
{
    const Field *f = filter->field;
    if (!leads_on(f) || !f->spans) {
        return no_part(a, f->name, part);
    }
    const Field *next = resource_shown_field(f->target, part);
    if (next == NULL) {
        return no_part(a, f->name, part);
    }
    if (!permission_set_has(rules->set, f->target->permission_view)) {
        return err(a, ERR_FORBIDDEN, "You do not have the permission to filter through %.*s.",
                   STR_ARG(parameter_quoted(a, f->name)));
    }
    if (filter->n_path == QUERY_PATH_MAX) {
        return too_long(a);
    }
    path[filter->n_path++] = f;
    filter->field = next;
    return NULL;
}

static Err *check_lookup(Arena *a, const Filter *filter)
{
    const Field *f = filter->field;
    const uint32_t bit = LOOKUP_BIT(filter->lookup);
    if (f->lookups == 0) {
        return not_allowed(a, f->name);
    }
    if ((f->lookups & filter_value_lookups(f) & bit) == 0) {
        return err(a, ERR_INVALID, "Filter '%.*s' is not allowed for %.*s.",
                   STR_ARG(lookup_name(filter->lookup)), STR_ARG(parameter_quoted(a, f->name)));
    }
    return NULL;
}

/* resource_uri=<address>: means the key of the row, or of the relation that led here. */
static Err *parse_uri(Arena *a, Filter *filter, Str text)
{
    Value *key = ARENA_NEW(a, Value);
    if (filter->lookup != LOOKUP_EXACT) {
        return not_allowed(a, filter->field->name);
    }
    if (!uri_parse(a, filter->field->resource, text, key)) {
        return err(a, ERR_INVALID, "Invalid filter value (mismatched type).");
    }
    filter->field = filter->n_path > 0 ? filter->path[--filter->n_path] : NULL;
    filter->values = key;
    filter->n_values = 1;
    return NULL;
}

/* A computed number of rows is worked out by the store. */
static void count(Filter *filter)
{
    const Field *counted = render_plan_counted(filter->field);
    filter->count_of = counted != NULL ? counted->reverse : NULL;
}

/* Walks from `first`, the field of the first part. */
static Err *parse_path(Arena *a, const FilterRules *rules, const Field *first, const Name *name,
                       Filter *ret_filter)
{
    const Field **path = ARENA_ARRAY(a, const Field *, name->n + 1);
    Filter filter = {.path = path, .field = first, .lookup = LOOKUP_EXACT};
    for (size_t i = 1; i < name->n; i++) {
        const Lookup lookup = i + 1 == name->n ? lookup_from(name->parts[i]) : LOOKUP_N;
        if (lookup != LOOKUP_N) {
            filter.lookup = lookup;
        } else {
            TRY(follow(a, rules, &filter, path, name->parts[i]));
        }
    }
    *ret_filter = filter;
    return NULL;
}

/* All values of a parameter that occurs several times. */
static Str *values_of(Arena *a, const FormPair parameters[], size_t n, Str name, size_t *ret_n)
{
    Str *values = ARENA_ARRAY(a, Str, n);
    size_t n_values = 0;
    for (size_t i = 0; i < n; i++) {
        if (str_equal(parameters[i].name, name)) {
            values[n_values++] = parameters[i].value;
        }
    }
    *ret_n = n_values;
    return values;
}

/* The last occurrence of its name is parameters[n - 1]. *ret_used = false: it is no filter. */
static Err *parse_one(Arena *a, const Resource *r, const FilterRules *rules,
                      const FormPair parameters[], size_t n, Filter *ret_filter, bool *ret_used)
{
    const FormPair *parameter = &parameters[n - 1];
    const Name name = split_name(parameter->name);
    const Field *first = resource_shown_field(r, name.parts[0]);
    if (first == NULL) {
        *ret_used = false;
        return rules->strict ? err(a, ERR_INVALID, "No field %.*s to filter by.",
                                   STR_ARG(parameter_quoted(a, parameter->name)))
                             : NULL;
    }
    Filter filter = {.field = first};
    if (name.n > PARTS_MAX) {
        return too_long(a);
    }
    TRY(parse_path(a, rules, first, &name, &filter));
    if (filter.field->is_uri) {
        TRY(parse_uri(a, &filter, parameter->value));
    } else {
        size_t n_values = 0;
        const Str *values = values_of(a, parameters, n, parameter->name, &n_values);
        TRY(check_lookup(a, &filter));
        count(&filter);
        if (rules->strict && filter.lookup != LOOKUP_EXACT && parameter->value.len == 0) {
            return err(a, ERR_INVALID, "An empty filter would match every object.");
        }
        TRY(filter_value_parse(a, &filter, values, n_values));
    }
    *ret_filter = filter;
    *ret_used = true;
    return NULL;
}

/* Lists that are changed take what begins with an underscore for a misspelt field. */
static bool is_no_filter(const FilterRules *rules, Str name)
{
    return parameter_is_reserved(name) || (!rules->strict && parameter_is_private(name));
}

static bool occurs_after(const FormPair parameters[], size_t n, size_t at)
{
    for (size_t i = at + 1; i < n; i++) {
        if (str_equal(parameters[i].name, parameters[at].name)) {
            return true;
        }
    }
    return false;
}

Err *filters_parse(Arena *a, const Resource *r, const FilterRules *rules,
                   const FormPair parameters[], size_t n, FilterList *ret_list)
{
    FilterList list = {.filters = ARENA_ARRAY(a, Filter, n), .regexes = ARENA_ARRAY(a, Regex *, n)};
    for (size_t i = 0; i < n; i++) {
        if (is_no_filter(rules, parameters[i].name) || occurs_after(parameters, n, i)) {
            continue;
        }
        bool used = false;
        TRY(parse_one(a, r, rules, parameters, i + 1, &list.filters[list.n], &used));
        list.n += used;
    }
    *ret_list = list;
    return NULL;
}

static bool is_regex(const Filter *filter)
{
    return filter->lookup == LOOKUP_REGEX || filter->lookup == LOOKUP_IREGEX;
}

Err *filters_open(Arena *a, FilterList *list)
{
    for (size_t i = 0; i < list->n; i++) {
        Filter *filter = &list->filters[i];
        if (is_regex(filter)) {
            TRY(regex_new(a, filter->values[0].text,
                          filter->lookup == LOOKUP_IREGEX ? REGEX_IGNORE_CASE : 0,
                          &list->regexes[i]));
            filter->regex = list->regexes[i];
        }
    }
    return NULL;
}

void filters_close(FilterList *list)
{
    for (size_t i = 0; i < list->n; i++) {
        list->regexes[i] = regex_free(list->regexes[i]);
        list->filters[i].regex = NULL;
    }
}
