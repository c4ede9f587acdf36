/* Which object is meant: texts are addresses if they hold a slash, else keys; of objects the
 * address counts before the key, and the key before unique values. */
#include "manager/rest/reference.h"

#include "manager/rest/uri.h"

#define SHOWN_MAX 200 /* bytes of what was given that an error repeats */

/* A text that can only be an address: no key has a slash. */
static bool is_path(Str text)
{
    return str_find(text, '/', 0) != SIZE_MAX;
}

/* Cut at a character's start. */
static Str shorten(Arena *a, Str text)
{
    if (text.len <= SHOWN_MAX) {
        return text;
    }
    size_t cut = SHOWN_MAX;
    while (cut > 0 && ((unsigned char)text.ptr[cut] & 0xc0) == 0x80) {
        cut--;
    }
    return str_format(a, "%.*s…", STR_ARG(str_slice(text, 0, cut)));
}

static void add_key(Reference *reference, Value key)
{
    if (reference->n_keys < REFERENCE_KEYS_MAX) {
        reference->keys[reference->n_keys++] = key;
    }
}

/* A member of an object that holds a key; zero and "" are how typed clients write "none". */
static void read_key_member(const Typing *t, const Json *object, Str name, Reference *ret)
{
    const Json *member = json_member(object, name);
    Str text = STR_NONE;
    Value key = VALUE_NONE;
    if (member == NULL || (member->type != JSON_STRING && member->type != JSON_NUMBER) ||
        !convert_text(member, &text) || text.len == 0 || str_equal(text, STR("0"))) {
        return;
    }
    if (uri_key_from_text(t->arena, ret->target, text, &key)) {
        add_key(ret, key);
    }
}

static void read_uri_member(const Typing *t, const Json *object, Reference *ret)
{
    const Json *member = json_member(object, STR("resource_uri"));
    Value key = VALUE_NONE;
    if (member != NULL && member->type == JSON_STRING &&
        uri_parse(t->arena, ret->target, member->text, &key)) {
        add_key(ret, key);
    }
}

/* False where the member can't be such a value: then it doesn't help to find the object. */
static bool read_unique(const Field *f, const Json *member, Value *ret_value)
{
    Str text = STR_NONE;
    int64_t number = 0;
    if (member == NULL || !convert_text(member, &text) || text.len == 0) {
        return false;
    }
    if (f->type == FIELD_STRING) {
        *ret_value = value_text(text);
        return true;
    }
    if (f->type != FIELD_INTEGER || !str_to_int64(text, &number)) {
        return false;
    }
    *ret_value = value_integer(number);
    return true;
}

static void read_uniques(const Typing *t, const Json *object, Reference *ret)
{
    ReferenceUnique *uniques = NULL;
    for (size_t i = 0; i < ret->target->n_fields; i++) {
        const Field *f = &ret->target->fields[i];
        Value value = VALUE_NONE;
        if (!f->unique || !f->stored || !read_unique(f, json_member(object, f->name), &value)) {
            continue;
        }
        if (uniques == NULL) {
            uniques = ARENA_ARRAY(t->arena, ReferenceUnique, ret->target->n_fields);
            ret->uniques = uniques;
        }
        uniques[ret->n_uniques++] = (ReferenceUnique){f, value};
    }
}

/* Where an object may be made by its name, only the name counts: the first unique value that is
 * required. A live test gives a theme a name that looks like an address, and reads it back. */
static bool keep_only_name(Reference *ret)
{
    for (size_t i = 0; i < ret->n_uniques; i++) {
        if (ret->uniques[i].field->required) {
            ret->uniques = &ret->uniques[i];
            ret->n_uniques = 1;
            ret->n_keys = 0;
            return true;
        }
    }
    return false;
}

static void read_object(const Typing *t, const Field *f, const Json *object, Reference *ret)
{
    ret->is_object = true;
    ret->shown = STR("The object");
    read_uniques(t, object, ret);
    if (field_is_to_one(f) && f->create && keep_only_name(ret)) {
        return;
    }
    read_uri_member(t, object, ret);
    if (ret->target->key_type == KEY_INTEGER) {
        read_key_member(t, object, STR("id"), ret);
        read_key_member(t, object, STR("pk"), ret);
    } else {
        read_key_member(t, object, ret->target->key_name, ret);
    }
}

static bool read_text(const Typing *t, const Field *f, Str text, Reference *ret)
{
    Value key = VALUE_NONE;
    ret->shown = shorten(t->arena, text);
    if (!(is_path(text) ? uri_parse(t->arena, ret->target, text, &key)
                        : uri_key_from_text(t->arena, ret->target, text, &key))) {
        typing_problem(t, f,
                       str_format(t->arena, "'%.*s' is no address of an object of %.*s.",
                                  STR_ARG(ret->shown), STR_ARG(ret->target->name)));
        return false;
    }
    add_key(ret, key);
    return true;
}

bool reference_read(const Typing *t, const Field *f, const Json *json, Reference *ret_reference)
{
    Reference reference = {.target = f->target};
    bool fine = true;
    switch (json->type) {
    case JSON_STRING:
    case JSON_NUMBER:
        fine = read_text(t, f, json->text, &reference);
        break;
    case JSON_OBJECT:
        read_object(t, f, json, &reference);
        break;
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_ARRAY:
        typing_problem(t, f, STR("Give the address of an object."));
        fine = false;
        break;
    }
    if (fine) {
        *ret_reference = reference;
    }
    return fine;
}

CHECKED Err *reference_find(Reader *reader, Arena *a, const Reference *reference, Value *ret_key)
{
    for (size_t i = 0; i < reference->n_keys; i++) {
        const Row *row = NULL;
        TRY(reader_get(reader, a, reference->target, reference->keys[i], &row));
        if (row != NULL) {
            *ret_key = row->key;
            return NULL;
        }
    }
    for (size_t i = 0; i < reference->n_uniques; i++) {
        Value key = VALUE_NONE;
        const ReferenceUnique *unique = &reference->uniques[i];
        TRY(reader_find(reader, a, unique->field, unique->value, &key));
        if (!value_is_null(key)) {
            *ret_key = key;
            return NULL;
        }
    }
    *ret_key = VALUE_NONE;
    return NULL;
}

Str reference_missing(Arena *a, const Reference *reference)
{
    return reference->is_object
               ? STR("The object does not exist.")
               : str_format(a, "'%.*s' does not exist.", STR_ARG(reference->shown));
}
