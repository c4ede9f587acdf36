#include <stdlib.h>

#include "base/datetime.h"
#include "base/json_write.h"
#include "model/loading.h"

#define VALUE_TEXT_MAX ((size_t)1024 * 1024)

static Value canonical_text(Arena *a, const Json *json)
{
    Buf text;
    buf_init(&text, VALUE_TEXT_MAX);
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

/* A key, or the address that ends in it. */
static bool key_from_json(const Field *field, const Json *json, Value *ret_value)
{
    const bool integer_key = field->target == NULL || field->target->key_type == KEY_INTEGER;
    if (json->type == JSON_STRING && integer_key) {
        Str rest = json->text;
        Str last = STR_NONE;
        while (rest.len > 0) {
            const Str part = str_cut(&rest, '/');
            last = part.len > 0 ? part : last;
        }
        int64_t number = 0;
        if (!str_to_int64(last, &number)) {
            return false;
        }
        *ret_value = value_integer(number);
        return true;
    }
    return integer_key ? integer_from_json(json, ret_value) : text_from_json(json, ret_value);
}

bool model_value_from_json(Arena *a, const Field *field, const Json *json, Value *ret_value)
{
    if (json->type == JSON_NULL) {
        *ret_value = VALUE_NONE;
        return true;
    }
    switch (field->type) {
    case FIELD_STRING:
    case FIELD_DATE:
    case FIELD_TIME:
    case FIELD_FILE:
        return text_from_json(json, ret_value);
    case FIELD_INTEGER:
        return integer_from_json(json, ret_value);
    case FIELD_FLOAT:
        return float_from_json(a, json, ret_value);
    case FIELD_BOOLEAN:
        return boolean_from_json(json, ret_value);
    case FIELD_DATETIME:
        return datetime_from_json(json, ret_value);
    case FIELD_LIST:
    case FIELD_DICT:
        *ret_value = canonical_text(a, json);
        return true;
    case FIELD_RELATED:
        if (field_is_to_one(field)) {
            return key_from_json(field, json, ret_value);
        }
        *ret_value = field->kind == RELATION_VALUES ? canonical_text(a, json) : VALUE_NONE;
        return json->type == JSON_ARRAY;
    case FIELD_TYPE_N:
        break;
    }
    return false;
}
