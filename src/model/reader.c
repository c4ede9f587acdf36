/* The first fault is kept; what was asked for is noted in a bit a member. */
#include "model/reader.h"

#include <stdarg.h>
#include <stdio.h>

#define FAULT_MAX 512

static Err *fault_of(Arena *errors, const char *where, Str file, Str place, const char *text)
{
    if (place.len == 0) {
        return err_new_at(errors, ERR_INVALID, where, "%.*s: %s", STR_ARG(file), text);
    }
    return err_new_at(errors, ERR_INVALID, where, "%.*s: %.*s: %s", STR_ARG(file), STR_ARG(place),
                      text);
}

Err *model_fault_at(Arena *errors, const char *where, Str file, Str place, const char *format, ...)
{
    char text[FAULT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return fault_of(errors, where, file, place, text);
}

void model_reader_fail(ModelReader *r, const char *format, ...)
{
    if (r->error != NULL) {
        return;
    }
    char text[FAULT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    r->error = fault_of(r->errors, ERR_WHERE, r->file, r->place, text);
}

void model_reader_init(ModelReader *r, Arena *errors, Str file, Str place, const Json *object)
{
    *r = (ModelReader){.errors = errors, .file = file, .place = place, .object = object};
    if (object == NULL || object->type != JSON_OBJECT) {
        model_reader_fail(r, "an object is needed");
    } else if (object->n > MODEL_MEMBERS_MAX) {
        model_reader_fail(r, "more than %d members", MODEL_MEMBERS_MAX);
    }
}

static unsigned type_of(const Json *json)
{
    int64_t number = 0;
    switch (json->type) {
    case JSON_NULL:
        return MODEL_NULL;
    case JSON_FALSE:
    case JSON_TRUE:
        return MODEL_BOOLEAN;
    case JSON_NUMBER:
        return json_to_int64(json, &number) ? MODEL_INTEGER : MODEL_FLOAT;
    case JSON_STRING:
        return MODEL_TEXT;
    case JSON_ARRAY:
        return MODEL_ARRAY;
    case JSON_OBJECT:
        return MODEL_OBJECT;
    }
    return 0;
}

const Json *model_reader_take(ModelReader *r, const char *name, unsigned types)
{
    if (r->error != NULL) {
        return NULL;
    }
    const Json *found = NULL;
    uint64_t bit = 1;
    for (const Json *member = r->object->first; member != NULL; member = member->next, bit <<= 1) {
        if (!str_equal(member->name, str_from(name))) {
            continue;
        }
        if (found != NULL) {
            model_reader_fail(r, "%s stands twice", name);
            return NULL;
        }
        found = member;
        r->taken |= bit;
    }
    if (found != NULL && (type_of(found) & types) == 0) {
        model_reader_fail(r, "%s has the wrong type", name);
        return NULL;
    }
    return found;
}

const Json *model_reader_need(ModelReader *r, const char *name, unsigned types)
{
    const Json *json = model_reader_take(r, name, types);
    if (json == NULL) {
        model_reader_fail(r, "%s is missing", name);
    }
    return json;
}

Str model_reader_text(ModelReader *r, const char *name)
{
    const Json *json = model_reader_take(r, name, MODEL_TEXT);
    return json != NULL ? json->text : STR("");
}

Str model_reader_need_text(ModelReader *r, const char *name)
{
    const Str text = model_reader_text(r, name);
    if (text.len == 0) {
        model_reader_fail(r, "%s is missing", name);
    }
    return text;
}

bool model_reader_boolean(ModelReader *r, const char *name, bool absent)
{
    const Json *json = model_reader_take(r, name, MODEL_BOOLEAN);
    return json != NULL ? json->type == JSON_TRUE : absent;
}

bool model_reader_integer(ModelReader *r, const char *name, int64_t *ret_number)
{
    const Json *json = model_reader_take(r, name, MODEL_INTEGER);
    return json != NULL && json_to_int64(json, ret_number);
}

int model_reader_choice(ModelReader *r, const char *name, const char *const names[], int n,
                        int absent)
{
    const Json *json = model_reader_take(r, name, MODEL_TEXT);
    if (json == NULL) {
        return absent;
    }
    for (int i = 0; i < n; i++) {
        if (names[i] != NULL && str_equal(json->text, str_from(names[i]))) {
            return i;
        }
    }
    model_reader_fail(r, "there is no %s \"%.*s\"", name, STR_ARG(json->text));
    return absent;
}

Err *model_reader_finish(ModelReader *r)
{
    uint64_t bit = 1;
    const Json *member = r->error == NULL ? r->object->first : NULL;
    for (; member != NULL && r->error == NULL; member = member->next, bit <<= 1) {
        if ((r->taken & bit) == 0) {
            model_reader_fail(r, "unknown key \"%.*s\"", STR_ARG(member->name));
        }
    }
    return r->error;
}
