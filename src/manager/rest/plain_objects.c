/* Arrays of embedded plain objects (RELATION_VALUES): typed by the embedded resource, kept as JSON
 * text in the row. Always in the same spelling, so that equal lists are equal texts: what is sent
 * back as it was read changes nothing. */
#include "base/json_write.h"
#include "manager/rest/convert.h"
#include "manager/rest/value_map.h"

#define PLAIN_TEXT_MAX ((size_t)64 << 20) /* as large as a body */

/* As an answer shows it, since the text goes there as it is. */
static void put_value(Buf *out, const Field *f, Value value)
{
    if (f->type == FIELD_BOOLEAN && value.type == VALUE_INTEGER) {
        buf_put_str(out, value.integer != 0 ? STR("true") : STR("false"));
    } else if ((f->type == FIELD_LIST || f->type == FIELD_DICT) && value.type == VALUE_TEXT) {
        buf_put_str(out, value.text);
    } else {
        json_put_value(out, value);
    }
}

/* A member may be the bare value where the object has only one field. */
static const Json *member_of(const Field *list, const Field *f, const Json *given)
{
    if (given->type != JSON_OBJECT) {
        return list->target->n_fields == 1 ? given : NULL;
    }
    return json_member(given, f->name);
}

/* {"name": value, …}, fields in their alphabetical order; false after a fault. */
static bool put_object(const Typing *t, const Field *list, const Json *given, Buf *out)
{
    bool fine = true, first = true;
    buf_put_char(out, '{');
    for (size_t i = 0; i < list->target->n_fields; i++) {
        const Field *f = &list->target->fields[i];
        const Json *member = member_of(list, f, given);
        Value value = f->default_value;
        if (f->type == FIELD_RELATED || f->readonly) {
            continue;
        }
        if (member == NULL && f->required) {
            typing_problem(t, f, TYPING_REQUIRED);
            fine = false;
        } else if (member != NULL && !convert_value(t, f, member, &value)) {
            fine = false;
        }
        json_put_comma(out, &first);
        json_put_name(out, f->name);
        put_value(out, f, value);
    }
    buf_put_char(out, '}');
    return fine;
}

static bool put_members(const Typing *t, const Field *f, const Json *array, ValueMap *seen,
                        Buf *out)
{
    bool fine = true, first = true;
    for (const Json *member = array->first; member != NULL; member = member->next) {
        if (member->type != JSON_OBJECT &&
            (f->target->n_fields != 1 || member->type != JSON_STRING)) {
            typing_problem(t, f->target->fields, STR("Give an object."));
            return false;
        }
        Buf text;
        buf_init(&text, PLAIN_TEXT_MAX);
        fine = put_object(t, f, member, &text) && fine;
        Value object = value_text(str_dup(t->arena, buf_str(&text)));
        buf_deinit(&text);
        if (value_map_get(seen, object) == NULL) { /* duplicates collapse */
            value_map_put(seen, object, seen);
            json_put_comma(out, &first);
            buf_put_str(out, object.text);
        }
    }
    return fine;
}

bool convert_plain_objects(const Typing *t, const Field *f, const Json *json, Value *ret_value)
{
    const Json *array = convert_array(t, json);
    if (array->type != JSON_ARRAY) {
        typing_problem(t, f, STR("Give an array."));
        return false;
    }
    Typing inner = *t;
    inner.under = t->under.len > 0 ? t->under : f->name;
    Buf out;
    buf_init(&out, PLAIN_TEXT_MAX);
    ValueMap seen;
    value_map_init(&seen, t->arena);
    buf_put_char(&out, '[');
    bool fine = put_members(&inner, f, array, &seen, &out);
    buf_put_char(&out, ']');
    if (fine) {
        *ret_value = value_text(str_dup(t->arena, buf_str(&out)));
    }
    value_map_deinit(&seen);
    buf_deinit(&out);
    return fine;
}
