/* What a field may be filtered by: its lookups as bits, and whether filters may go through it to
 * the fields of its target. */
#include "model/loading.h"

#define LOOKUPS_TEXT                                                                               \
    (LOOKUP_BIT(LOOKUP_IEXACT) | LOOKUP_BIT(LOOKUP_CONTAINS) | LOOKUP_BIT(LOOKUP_ICONTAINS) |      \
     LOOKUP_BIT(LOOKUP_STARTSWITH) | LOOKUP_BIT(LOOKUP_ISTARTSWITH) |                              \
     LOOKUP_BIT(LOOKUP_ENDSWITH) | LOOKUP_BIT(LOOKUP_IENDSWITH) | LOOKUP_BIT(LOOKUP_REGEX) |       \
     LOOKUP_BIT(LOOKUP_IREGEX))
#define LOOKUPS_ORDER                                                                              \
    (LOOKUP_BIT(LOOKUP_LT) | LOOKUP_BIT(LOOKUP_LTE) | LOOKUP_BIT(LOOKUP_GT) |                      \
     LOOKUP_BIT(LOOKUP_GTE) | LOOKUP_BIT(LOOKUP_RANGE))
#define LOOKUPS_DATETIME                                                                           \
    (LOOKUP_BIT(LOOKUP_YEAR) | LOOKUP_BIT(LOOKUP_MONTH) | LOOKUP_BIT(LOOKUP_DAY) |                 \
     LOOKUP_BIT(LOOKUP_WEEK_DAY) | LOOKUP_BIT(LOOKUP_HOUR) | LOOKUP_BIT(LOOKUP_MINUTE) |           \
     LOOKUP_BIT(LOOKUP_SECOND) | LOOKUP_BIT(LOOKUP_DATE))

/* Text lookups on other types compare the wire form. */
static uint32_t lookups_of_type(const Field *field)
{
    switch (field->type) {
    case FIELD_STRING:
    case FIELD_INTEGER:
    case FIELD_FLOAT:
    case FIELD_DATE:
    case FIELD_TIME:
        return LOOKUPS_ANY | LOOKUPS_ORDER | LOOKUPS_TEXT;
    case FIELD_BOOLEAN:
        return LOOKUPS_ANY | LOOKUPS_TEXT;
    case FIELD_DATETIME:
        return LOOKUPS_ANY | LOOKUPS_ORDER | LOOKUPS_TEXT | LOOKUPS_DATETIME;
    case FIELD_RELATED:
        return field->kind == RELATION_VALUES ? 0 : LOOKUPS_ANY;
    default:
        return 0;
    }
}

static bool is_filterable(const Field *field)
{
    const bool to_embedded =
        field->type == FIELD_RELATED && field->target->family == FAMILY_EMBEDDED;
    return resource_is_readable(field->resource) && !field->is_uri &&
           field->secret == SECRET_NONE && !field->write_only && !field->hidden && !to_embedded;
}

/* Only the lookups that the model lists. */
static Err *list_lookups(Loading *l, const LoadingResource *r, Field *field, const Json *list)
{
    uint32_t listed = 0;
    for (const Json *name = list->first; name != NULL; name = name->next) {
        const Lookup lookup = name->type == JSON_STRING ? lookup_from(name->text) : LOOKUP_N;
        if (lookup == LOOKUP_N || (field->lookups & LOOKUP_BIT(lookup)) == 0) {
            return model_fault(l->errors, r->file, field->name,
                               "filtering lists what it can't have");
        }
        listed |= LOOKUP_BIT(lookup);
    }
    field->lookups = listed;
    field->filter_listed = true;
    field->spans = false;
    return NULL;
}

Err *filtering_load(Loading *l, const LoadingResource *r, Field *field)
{
    field->lookups = is_filterable(field) ? lookups_of_type(field) : 0;
    field->spans = field->lookups != 0 && field->type == FIELD_RELATED;
    const Json *filtering = json_member(r->field_json[field->index], STR("filtering"));
    if (filtering == NULL) {
        return NULL;
    }
    if (filtering->type == JSON_ARRAY) {
        return list_lookups(l, r, field, filtering);
    }
    if (filtering->type == JSON_TRUE) {
        return model_fault(l->errors, r->file, field->name, "filtering is false or a list");
    }
    field->lookups = 0;
    field->spans = false;
    return NULL;
}
