/* Objects of a body, typed: by kinds of field, since secrets, files and relations each have a
 * meaning of null, "" and absence that is their own. */
#include "manager/rest/input.h"

#include "manager/rest/format.h"
#include "manager/rest/uri.h"
#include "store/secret.h"

#define ID_MAX INT64_C(2147483647) /* typed clients keep ids in 32 bits */
#define BITS 64

static void mark_given(Input *input, const Field *f)
{
    input->given[f->index / BITS] |= UINT64_C(1) << (f->index % BITS);
}

bool input_gives(const Input *input, const Field *f)
{
    return ((input->given[f->index / BITS] >> (f->index % BITS)) & 1) != 0;
}

const InputField *input_field(const Input *input, const Field *f)
{
    for (size_t i = 0; i < input->n_fields; i++) {
        if (input->fields[i].field == f) {
            return &input->fields[i];
        }
    }
    return NULL;
}

bool input_may_choose_key(const Resource *r, Value key)
{
    if (r->key_type == KEY_INTEGER) {
        return key.type == VALUE_INTEGER && key.integer >= 1 && key.integer <= ID_MAX;
    }
    return r->key_type == KEY_UUID && key.type == VALUE_TEXT && uri_is_uuid(key.text);
}

/* An id that the client chooses; a wrong one matters only to a new object. */
static void read_id(const Json *json, Input *input)
{
    Str text = STR_NONE;
    int64_t number = 0;
    if (json->type == JSON_NULL || (json->type == JSON_STRING && json->text.len == 0)) {
        return;
    }
    if ((json->type != JSON_NUMBER && json->type != JSON_STRING) || !convert_text(json, &text) ||
        !str_to_int64(text, &number) ||
        !input_may_choose_key(input->resource, value_integer(number))) {
        input->wrong_id = true;
        return;
    }
    input->id = value_integer(number);
}

static void read_uri(const Typing *t, const Json *json, Input *input)
{
    if (json->type == JSON_STRING && json->text.len > 0) {
        input->foreign_uri = !uri_parse(t->arena, input->resource, json->text, &input->uri_key);
    }
}

/* --- secrets and files --- */

/* Shown as "" whatever they hold, so "" is what a client sends back that changes nothing. */
static bool keeps_when_blank(const Field *f)
{
    return f->secret == SECRET_BLANK || f->secret == SECRET_HASH || f->secret == SECRET_INPUT;
}

/* A mask is taken before any rule about the text: it has neither length nor form of the secret.
 * Whether it is the right one, only the row can tell. Sealed here, so that the writer needn't. */
static bool read_secret(const Typing *t, const Json *json, InputField *out)
{
    const Field *f = out->field;
    Str text = STR_NONE;
    if (json->type == JSON_NULL && (t->whole || !f->required)) {
        out->kind = INPUT_NULL;
        return true;
    }
    if (json->type == JSON_NULL) {
        typing_problem(t, f, TYPING_REQUIRED);
        return false;
    }
    if (!convert_text(json, &text)) {
        typing_problem(t, f, STR("Give a text."));
        return false;
    }
    if (text.len == 0) {
        if (f->required) {
            typing_problem(t, f, TYPING_REQUIRED);
            return false;
        }
        out->value = value_text(STR(""));
        return true;
    }
    out->clear = text;
    if (f->secret == SECRET_MASK && secret_is_mask(text)) {
        out->kind = INPUT_MASK;
        return true;
    }
    Str problem = format_problem(f, t->arena, text);
    if (problem.len > 0) {
        typing_problem(t, f, problem);
        return false;
    }
    out->kind = INPUT_SECRET;
    if (f->secret == SECRET_MASK || f->secret == SECRET_BLANK) {
        out->value = value_text(secret_seal(t->store, t->arena, text));
    }
    return true;
}

/* A file that comes as JSON: only where the model takes it as text. */
static bool read_file_text(const Typing *t, const Json *json, InputField *out)
{
    if (!out->field->also_text || json->type != JSON_STRING) {
        typing_problem(t, out->field, STR("Send the file as a part of a multipart body."));
        return false;
    }
    Part *part = ARENA_NEW(t->arena, Part);
    *part = (Part){.name = out->field->name, .is_file = true, .content = json->text};
    out->kind = INPUT_FILE;
    out->file = part;
    return true;
}

/* --- relations --- */

/* The object of a reference, typed, where it may be written or made: a child, or one that the model
 * lets a relation create. What is only named keeps its other members unread (wire 9.2). */
static CHECKED Err *read_target(const Typing *t, const Field *f, const Json *json, Reference *ret)
{
    bool child = f->kind == RELATION_CHILDREN;
    if (!ret->is_object || (!child && !f->create)) {
        return NULL;
    }
    Typing inner = *t;
    inner.under = f->name;
    if (!child) { /* faults count only if it turns out that it must be made */
        Problems *problems = ARENA_NEW(t->arena, Problems);
        problems_init(problems, t->arena);
        inner.problems = problems;
        ret->problems = problems;
    }
    Input *input = NULL;
    TRY(input_read(&inner, f->target, json, NULL, f->reverse, &input));
    if (field_is_to_one(f)) { /* made by its name alone */
        for (size_t i = 0; i < input->n_fields; i++) {
            if (ret->n_uniques > 0 && input->fields[i].field == ret->uniques[0].field) {
                input->fields[0] = input->fields[i];
            }
        }
        input->n_fields = MIN(input->n_fields, ret->n_uniques);
        input->id = VALUE_NONE;
    }
    if (!child || (t->creating && ret->n_keys == 0)) { /* one that names a key may be there */
        input_check_new(&inner, input, f->reverse);
    }
    ret->object = input;
    return NULL;
}

static CHECKED Err *read_to_one(const Typing *t, const Json *json, InputField *out, bool *ret_fine)
{
    const Field *f = out->field;
    if (json->type == JSON_NULL || (json->type == JSON_STRING && json->text.len == 0)) {
        if (f->required || !f->nullable) {
            typing_problem(t, f, TYPING_REQUIRED);
            return NULL;
        }
        *ret_fine = true;
        return NULL;
    }
    Reference *member = ARENA_NEW(t->arena, Reference);
    if (!reference_read(t, f, json, member)) {
        return NULL;
    }
    TRY(read_target(t, f, json, member));
    out->kind = INPUT_TO_ONE;
    out->members = member;
    out->n_members = 1;
    *ret_fine = true;
    return NULL;
}

/* null isn't an empty list: one SDK sends it for all that it doesn't know (wire 8.1, 8.2). */
static CHECKED Err *read_to_many(const Typing *t, const Json *json, InputField *out, bool *ret_fine)
{
    const Field *f = out->field;
    if (json->type == JSON_NULL || (json->type == JSON_STRING && json->text.len == 0)) {
        out->kind = INPUT_NULL;
        *ret_fine = true;
        return NULL;
    }
    const Json *array = convert_array(t, json);
    if (array->type != JSON_ARRAY) {
        typing_problem(t, f, STR("Give an array."));
        return NULL;
    }
    Reference *members = ARENA_ARRAY(t->arena, Reference, array->n);
    size_t n = 0;
    for (const Json *member = array->first; member != NULL; member = member->next) {
        if (reference_read(t, f, member, &members[n])) {
            TRY(read_target(t, f, member, &members[n]));
            n++;
        }
    }
    out->kind = INPUT_TO_MANY;
    out->members = members;
    out->n_members = n;
    *ret_fine = n == array->n;
    return NULL;
}

static bool read_values(const Typing *t, const Json *json, InputField *out)
{
    if (json->type == JSON_NULL || (json->type == JSON_STRING && json->text.len == 0)) {
        out->value = value_text(STR("[]")); /* null empties them */
        return true;
    }
    return convert_plain_objects(t, out->field, json, &out->value);
}

/* --- a whole object --- */

static CHECKED Err *read_related(const Typing *t, const Json *json, InputField *out, bool *ret_fine)
{
    if (out->field->kind == RELATION_VALUES) {
        *ret_fine = read_values(t, json, out);
        return NULL;
    }
    return field_is_to_one(out->field) ? read_to_one(t, json, out, ret_fine)
                                       : read_to_many(t, json, out, ret_fine);
}

static CHECKED Err *read_field(const Typing *t, const Json *json, InputField *out, bool *ret_fine)
{
    if (out->field->type == FIELD_RELATED) {
        return read_related(t, json, out, ret_fine);
    }
    if (out->field->secret != SECRET_NONE) {
        *ret_fine = read_secret(t, json, out);
    } else if (out->field->type == FIELD_FILE) {
        *ret_fine = read_file_text(t, json, out);
    } else {
        *ret_fine = convert_value(t, out->field, json, &out->value);
    }
    return NULL;
}

/* Given so, the field is as if it weren't given at all. */
static bool means_absent(const Typing *t, const Field *f, const Json *json)
{
    bool blank = json->type == JSON_STRING && json->text.len == 0;
    if (f->type == FIELD_FILE) {
        return json->type == JSON_NULL || blank;
    }
    /* Objects inside others show no to-many fields, and so write none. */
    if (t->under.len > 0 && field_is_to_many(f)) {
        return true;
    }
    return blank && keeps_when_blank(f);
}

/* The names of an object, last one first found wins: a table by Field.index. */
static const Json **members_by_field(Arena *a, const Resource *r, const Json *object)
{
    const Json **members = ARENA_ARRAY(a, const Json *, r->n_fields);
    for (const Json *member = object->first; member != NULL; member = member->next) {
        const Field *f = resource_field(r, member->name);
        if (f != NULL) {
            members[f->index] = member;
        }
    }
    return members;
}

/* Address and key aren't given like other fields: they say which object is meant. */
static CHECKED Err *read_member(const Typing *t, const Field *f, const Json *json, Input *input)
{
    if (f->is_uri) {
        read_uri(t, json, input);
        return NULL;
    }
    if (f->is_key) {
        if (input->resource->key_type == KEY_INTEGER) {
            read_id(json, input);
        }
        return NULL;
    }
    if (f->readonly || means_absent(t, f, json)) {
        return NULL;
    }
    mark_given(input, f);
    InputField *out = &input->fields[input->n_fields];
    *out = (InputField){.field = f, .kind = INPUT_VALUE};
    bool fine = false;
    TRY(read_field(t, json, out, &fine));
    input->n_fields += fine;
    return NULL;
}

/* Parts that are no field, or one of another type, are ignored like unknown names. */
static void read_files(const Body *files, Input *input)
{
    for (size_t i = 0; i < input->resource->n_fields; i++) {
        const Field *f = &input->resource->fields[i];
        const Part *part = f->type == FIELD_FILE ? body_file(files, f->name) : NULL;
        if (part != NULL && !f->readonly) {
            mark_given(input, f);
            input->fields[input->n_fields++] =
                (InputField){.field = f, .kind = INPUT_FILE, .file = part};
        }
    }
}

CHECKED Err *input_read(const Typing *t, const Resource *r, const Json *object, const Body *files,
                        const Field *parent, Input **ret_input)
{
    Input *input = ARENA_NEW(t->arena, Input);
    input->resource = r;
    input->given = ARENA_ARRAY(t->arena, uint64_t, r->n_fields / BITS + 1);
    input->fields = ARENA_ARRAY(t->arena, InputField,
                                MIN(object->n, r->n_fields) + (files != NULL ? files->n_files : 0));
    const Json **members = members_by_field(t->arena, r, object);
    for (size_t i = 0; i < r->n_fields; i++) {
        if (members[i] != NULL && &r->fields[i] != parent) {
            TRY(read_member(t, &r->fields[i], members[i], input));
        }
    }
    if (files != NULL) {
        read_files(files, input);
    }
    *ret_input = input;
    return NULL;
}

/* Also of a secret for which a PUT has null, since it may be there. */
static bool lacks(const Input *input, const Field *f)
{
    const InputField *given = f->secret != SECRET_NONE ? input_field(input, f) : NULL;
    return !input_gives(input, f) || (given != NULL && given->kind == INPUT_NULL);
}

void input_check_new(const Typing *t, const Input *input, const Field *parent)
{
    if (input->wrong_id) {
        typing_problem(t, input->resource->key_field, STR("Give an integer from 1 to 2147483647."));
    }
    for (size_t i = 0; i < input->resource->n_fields; i++) {
        const Field *f = &input->resource->fields[i];
        if (f->required && !f->readonly && f != parent && lacks(input, f)) {
            typing_problem(t, f, TYPING_REQUIRED);
        }
    }
}

const Str *input_clear_texts(Arena *a, const Input *input)
{
    Str *texts = ARENA_ARRAY(a, Str, input->resource->n_fields);
    for (size_t i = 0; i < input->n_fields; i++) {
        if (input->fields[i].kind == INPUT_SECRET) {
            texts[input->fields[i].field->index] = input->fields[i].clear;
        }
    }
    return texts;
}

size_t input_n_objects(const Input *input)
{
    size_t n = 1;
    for (size_t i = 0; i < input->n_fields; i++) {
        if (input->fields[i].kind == INPUT_TO_MANY) {
            n += input->fields[i].n_members;
        }
    }
    return n;
}
