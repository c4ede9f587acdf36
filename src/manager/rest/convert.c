/* Scalars, lists and dictionaries of a body, typed: a function a type, each of which takes what the
 * table of wire 1.9 says. null and "" come first, since they mean the same for most types. */
#include "manager/rest/convert.h"

#include <math.h>
#include <stdlib.h>

#include "base/datetime.h"
#include "base/json_write.h"
#include "manager/rest/format.h"

#define NUMBER_TEXT_MAX 400              /* the largest double has 309 digits before its point */
#define JSON_TEXT_MAX ((size_t)64 << 20) /* as large as a body */

void typing_problem(const Typing *t, const Field *f, Str text)
{
    if (t->under.len == 0) {
        problems_add(t->problems, f->name, "%.*s", STR_ARG(text));
    } else {
        problems_add(t->problems, t->under, "%.*s: %.*s", STR_ARG(f->name), STR_ARG(text));
    }
}

static bool fault(const Typing *t, const Field *f, Str text)
{
    typing_problem(t, f, text);
    return false;
}

/* What null stands for: nothing, or the default, since one SDK sends null for all it doesn't set.
 */
static bool convert_null(const Typing *t, const Field *f, Value *ret_value)
{
    if (f->nullable) {
        *ret_value = VALUE_NONE;
        return true;
    }
    if (f->required) {
        return fault(t, f, TYPING_REQUIRED);
    }
    *ret_value = f->default_value;
    return true;
}

bool convert_text(const Json *json, Str *ret_text)
{
    switch (json->type) {
    case JSON_STRING:
    case JSON_NUMBER:
        *ret_text = json->text;
        return true;
    case JSON_TRUE:
        *ret_text = STR("true");
        return true;
    case JSON_FALSE:
        *ret_text = STR("false");
        return true;
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return false;
}

/* Whether "" is one of the choices, rather than the word for none of them. */
static bool lists_blank(const Field *f)
{
    for (size_t i = 0; i < f->n_choices; i++) {
        if (value_equal(f->choices[i], value_text(STR("")))) {
            return true;
        }
    }
    return false;
}

/* "" given for a text: a value like others, but for enumerations, where it means "unset". */
static bool convert_blank_string(const Typing *t, const Field *f, Value *ret_value)
{
    if (f->n_choices > 0 && !lists_blank(f)) {
        return convert_null(t, f, ret_value);
    }
    if (f->required) {
        return fault(t, f, TYPING_REQUIRED);
    }
    *ret_value = t->texts && f->nullable ? VALUE_NONE : value_text(STR(""));
    return true;
}

/* Numbers keep the digits in which they stand in the body: bots post aliases of twenty digits. */
static bool convert_string(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    Str text = STR_NONE;
    if (!convert_text(json, &text)) {
        return fault(t, f, STR("Give a text."));
    }
    if (text.len == 0) {
        return convert_blank_string(t, f, ret_value);
    }
    Str problem = format_problem(f, t->arena, text);
    if (problem.len > 0) {
        return fault(t, f, problem);
    }
    *ret_value = value_text(text);
    return true;
}

/* 8.0 is 8: some languages write whole numbers so. */
static Str without_zero_fraction(Str text)
{
    size_t point = str_find(text, '.', 0);
    if (point == SIZE_MAX || point == 0 || point + 1 == text.len) {
        return text;
    }
    for (size_t i = point + 1; i < text.len; i++) {
        if (text.ptr[i] != '0') {
            return text;
        }
    }
    return str_slice(text, 0, point);
}

static bool convert_integer(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    int64_t number = 0;
    bool known = false;
    if (json->type == JSON_NUMBER) {
        known = str_to_int64(without_zero_fraction(json->text), &number);
    } else if (json->type == JSON_STRING) {
        known = str_to_int64(str_trim(json->text), &number);
    }
    if (!known) {
        return fault(t, f, STR("Give an integer."));
    }
    Str problem = format_integer_problem(f, t->arena, number);
    if (problem.len > 0) {
        return fault(t, f, problem);
    }
    *ret_value = value_integer(number);
    return true;
}

/* Decimal: sign, digits with at most one point, exponent; no hexadecimal, inf or nan. */
static bool is_decimal(Str s)
{
    size_t i = 0, n_digits = 0;
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) {
        i++;
    }
    for (size_t n_points = 0; i < s.len; i++) {
        if (s.ptr[i] == '.' && n_points++ == 0) {
            continue;
        }
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            break;
        }
        n_digits++;
    }
    if (n_digits == 0) {
        return false;
    }
    int64_t exponent = 0;
    return i == s.len || ((s.ptr[i] == 'e' || s.ptr[i] == 'E') &&
                          str_to_int64(str_slice(s, i + 1, s.len), &exponent));
}

static bool convert_float(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    bool sent = json->type == JSON_NUMBER || json->type == JSON_STRING;
    Str text = sent ? str_trim(json->text) : STR_NONE;
    if (!sent || text.len > NUMBER_TEXT_MAX || !is_decimal(text)) {
        return fault(t, f, STR("Give a number."));
    }
    double number = strtod(str_to_cstr(t->arena, text), NULL);
    if (!isfinite(number)) {
        return fault(t, f, STR("The number is too large."));
    }
    if (f->has_min && number < (double)f->min) {
        return fault(t, f, str_format(t->arena, "At least %lld.", (long long)f->min));
    }
    if (f->has_max && number > (double)f->max) {
        return fault(t, f, str_format(t->arena, "At most %lld.", (long long)f->max));
    }
    *ret_value = value_float(number);
    return true;
}

static bool convert_boolean(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    static const char *const yes[] = {"1", "true", "yes", "on"};
    static const char *const no[] = {"0", "false", "no", "off"};
    Str text = STR_NONE;
    if (convert_text(json, &text)) {
        for (size_t i = 0; i < ARRAY_N(yes); i++) {
            bool is_yes = str_equal_ignoring_case(text, str_from(yes[i]));
            if (is_yes || str_equal_ignoring_case(text, str_from(no[i]))) {
                *ret_value = value_integer(is_yes);
                return true;
            }
        }
    }
    return fault(t, f, STR("Give true or false."));
}

static bool convert_datetime(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    int64_t time_us = 0;
    if (json->type != JSON_STRING || !datetime_parse(str_trim(json->text), &time_us)) {
        return fault(t, f, STR("Give a time in ISO form."));
    }
    *ret_value = value_integer(time_us);
    return true;
}

static bool convert_date(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    char date[11] = "";
    if (json->type != JSON_STRING || !datetime_parse_date(str_trim(json->text), date)) {
        return fault(t, f, STR("Give a date in ISO form."));
    }
    *ret_value = value_text(str_dup(t->arena, str_from(date)));
    return true;
}

static bool convert_time(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    char time[9] = "";
    if (json->type != JSON_STRING || !datetime_parse_time(str_trim(json->text), time)) {
        return fault(t, f, STR("Give a time of day as HH:MM:SS."));
    }
    *ret_value = value_text(str_dup(t->arena, str_from(time)));
    return true;
}

/* A tree as text, keys sorted. */
static Value json_value(const Typing *t, const Json *json)
{
    Buf out;
    buf_init(&out, JSON_TEXT_MAX);
    json_put_tree(&out, t->arena, json);
    Value value = value_text(str_dup(t->arena, buf_str(&out)));
    buf_deinit(&out);
    return value;
}

/* The array or object in a text of a form; `json` itself where there is none, which is then no such
 * value either. */
static const Json *parse_text(const Typing *t, const Json *json, JsonType wanted)
{
    Json *parsed = NULL;
    bool usable = t->texts && json->type == JSON_STRING &&
                  json_parse(t->arena, json->text, &json_limits_default, &parsed) == NULL;
    return usable && parsed->type == wanted ? parsed : json;
}

const Json *convert_array(const Typing *t, const Json *json)
{
    return parse_text(t, json, JSON_ARRAY);
}

static bool convert_list(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    const Json *array = convert_array(t, json);
    if (array->type != JSON_ARRAY) {
        return fault(t, f, STR("Give an array."));
    }
    *ret_value = json_value(t, array);
    return true;
}

static bool convert_dict(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    const Json *object = parse_text(t, json, JSON_OBJECT);
    if (object->type != JSON_OBJECT) {
        return fault(t, f, STR("Give an object."));
    }
    *ret_value = json_value(t, object);
    return true;
}

/* "" given for something that is no text: null where that is allowed, the default of an
 * enumeration. False: it isn't either of them. */
static bool convert_blank(const Typing *t, const Field *f, Value *ret_value)
{
    if (f->nullable) {
        *ret_value = VALUE_NONE;
        return true;
    }
    return f->n_choices > 0 && !f->required && convert_null(t, f, ret_value);
}

bool convert_value(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    if (json->type == JSON_NULL) {
        return convert_null(t, f, ret_value);
    }
    bool blank = json->type == JSON_STRING && json->text.len == 0;
    if (blank && f->type != FIELD_STRING && convert_blank(t, f, ret_value)) {
        return true;
    }
    switch (f->type) {
    case FIELD_STRING:
        return convert_string(t, f, json, ret_value);
    case FIELD_INTEGER:
        return convert_integer(t, f, json, ret_value);
    case FIELD_FLOAT:
        return convert_float(t, f, json, ret_value);
    case FIELD_BOOLEAN:
        return convert_boolean(t, f, json, ret_value);
    case FIELD_DATETIME:
        return convert_datetime(t, f, json, ret_value);
    case FIELD_DATE:
        return convert_date(t, f, json, ret_value);
    case FIELD_TIME:
        return convert_time(t, f, json, ret_value);
    case FIELD_LIST:
        return convert_list(t, f, json, ret_value);
    case FIELD_DICT:
        return convert_dict(t, f, json, ret_value);
    case FIELD_RELATED:
    case FIELD_FILE:
    case FIELD_TYPE_N:
        break;
    }
    MUST(f->type != FIELD_TYPE_N);
    return fault(t, f, STR("This field can't be given so."));
}
