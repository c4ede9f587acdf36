/* Values in model files: defaults, choices, seeds. They are written as clients would write them in
 * a request, and typed here once, so that nothing behind this looks at JSON. */
#include <stdlib.h>

#include "base/datetime.h"
#include "base/json_write.h"
#include "model/loading.h"

/* As it is stored and written: in the order of names. */
static Value canonical_text(Arena *a, const Json *json)
{
    Buf text;
    buf_init(&text, SIZE_MAX);
    json_put_tree(&text, a, json);
    const Value value = value_text(str_dup(a, buf_str(&text)));
    buf_deinit(&text);
    return value;
}

static bool float_from_json(Arena *a, const Json *json, Value *ret_value)
{
    if (json->type != JSON_NUMBER) {
        return false;
    }
    *ret_value = value_float(strtod(str_to_cstr(a, json->text), NULL));
    return true;
}

static bool integer_from_json(const Json *json, Value *ret_value)
{
    int64_t number = 0;
    if (!json_to_int64(json, &number)) {
        return false;
    }
    *ret_value = value_integer(number);
    return true;
}

static bool boolean_from_json(const Json *json, Value *ret_value)
{
    if (json->type != JSON_TRUE && json->type != JSON_FALSE) {
        return false;
    }
    *ret_value = value_integer(json->type == JSON_TRUE);
    return true;
}

static bool datetime_from_json(const Json *json, Value *ret_value)
{
    int64_t time_us = 0;
    if (json->type != JSON_STRING || !datetime_parse(json->text, &time_us)) {
        return false;
    }
    *ret_value = value_integer(time_us);
    return true;
}

static bool text_from_json(const Json *json, Value *ret_value)
{
    if (json->type != JSON_STRING) {
        return false;
    }
    *ret_value = value_text(json->text);
    return true;
}

/* Dates and times keep the form that the API writes. */
static bool calendar_from_json(const Field *field, const Json *json, Value *ret_value)
{
    char date[11];
    char time[9];
    if (json->type != JSON_STRING ||
        !(field->type == FIELD_DATE ? datetime_parse_date(json->text, date)
                                    : datetime_parse_time(json->text, time))) {
        return false;
    }
    *ret_value = value_text(json->text);
    return true;
}

static bool json_from_json(Arena *a, const Json *json, JsonType type, Value *ret_value)
{
    if (json->type != type) {
        return false;
    }
    *ret_value = canonical_text(a, json);
    return true;
}

/* A key, or the address that ends in it. */
static bool key_from_json(const Field *field, const Json *json, Value *ret_value)
{
    const bool integer_key = field->target->key_type == KEY_INTEGER;
    if (json->type != JSON_STRING) {
        return integer_key && integer_from_json(json, ret_value);
    }
    Str key = json->text;
    if (str_starts_with(key, field->target->path) && str_ends_with(key, STR("/"))) {
        key = str_slice(key, field->target->path.len, key.len - 1);
    }
    int64_t number = 0;
    if (key.len == 0 || str_find(key, '/', 0) != SIZE_MAX ||
        (integer_key && !str_to_int64(key, &number))) {
        return false;
    }
    *ret_value = integer_key ? value_integer(number) : value_text(key);
    return true;
}

/* An object of embedded/: members that it has fields for, each of them sound, and all that are
 * required. */
static bool is_plain_object(Arena *a, const Resource *r, const Json *json)
{
    size_t n_required = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        n_required += r->fields[i].required;
    }
    for (const Json *m = json->first; m != NULL; m = m->next) {
        const Field *f = json->type == JSON_OBJECT ? resource_field(r, m->name) : NULL;
        Value value = VALUE_NONE;
        if (f == NULL || f->type == FIELD_RELATED || json_member(json, m->name) != m ||
            !model_value_from_json(a, f, m, &value) || model_value_fault(f, value) != NULL) {
            return false;
        }
        n_required -= f->required;
    }
    return json->type == JSON_OBJECT && n_required == 0;
}

static bool objects_from_json(Arena *a, const Field *field, const Json *json, Value *ret_value)
{
    for (const Json *object = json->first; object != NULL; object = object->next) {
        if (!is_plain_object(a, field->target, object)) {
            return false;
        }
    }
    return json_from_json(a, json, JSON_ARRAY, ret_value);
}

static bool related_from_json(Arena *a, const Field *field, const Json *json, Value *ret_value)
{
    if (field->kind == RELATION_VALUES) {
        return objects_from_json(a, field, json, ret_value);
    }
    if (field_is_to_one(field) && field->target->family != FAMILY_EMBEDDED) {
        return key_from_json(field, json, ret_value);
    }
    if (field_is_to_one(field)) {
        return is_plain_object(a, field->target, json) &&
               json_from_json(a, json, JSON_OBJECT, ret_value);
    }
    *ret_value = VALUE_NONE; /* stored elsewhere; a new row has none */
    return json->type == JSON_ARRAY && json->n == 0;
}

bool model_value_from_json(Arena *a, const Field *field, const Json *json, Value *ret_value)
{
    if (json->type == JSON_NULL) {
        *ret_value = VALUE_NONE;
        return true;
    }
    switch (field->type) {
    case FIELD_STRING:
    case FIELD_FILE:
        return text_from_json(json, ret_value);
    case FIELD_DATE:
    case FIELD_TIME:
        return calendar_from_json(field, json, ret_value);
    case FIELD_INTEGER:
        return integer_from_json(json, ret_value);
    case FIELD_FLOAT:
        return float_from_json(a, json, ret_value);
    case FIELD_BOOLEAN:
        return boolean_from_json(json, ret_value);
    case FIELD_DATETIME:
        return datetime_from_json(json, ret_value);
    case FIELD_LIST:
        return json_from_json(a, json, JSON_ARRAY, ret_value);
    case FIELD_DICT:
        return json_from_json(a, json, JSON_OBJECT, ret_value);
    case FIELD_RELATED:
        return related_from_json(a, field, json, ret_value);
    case FIELD_TYPE_N:
        break;
    }
    return false;
}
