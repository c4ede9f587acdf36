/* One field of a model file: everything that concerns it alone. */
#include <stdio.h>

#include "model/loading.h"

#define FIELD_TEXT_MAX 65536
#define FIELD_NAME_MAX 100

static const char *const type_names[FIELD_TYPE_N] = {"string",   "integer", "float", "boolean",
                                                     "datetime", "date",    "time",  "list",
                                                     "dict",     "related", "file"};
static const char *const format_names[FORMAT_N] = {
    NULL,    "url",  "fqdn", "hostname", "ipv4", "ipv6",   "ip",
    "email", "uuid", "pem",  "regex",    "json", "jinja2", "ssh-public-key"};
static const char *const secret_names[] = {NULL, "mask", "blank", "input", "hash", "once"};
static const char *const generated_names[] = {NULL, "absent", "blank", "creation", "change"};
static const char *const kind_names[] = {NULL, "children", "links", "inverse", "values"};
static const char *const on_delete_names[] = {NULL, "null", "refuse", "cascade"};

/* The names of keys that are a guess. */
static void read_inferred(ModelReader *reader, Field *field)
{
    const Json *inferred = model_reader_take(reader, "inferred", MODEL_ARRAY);
    const Json *key = inferred != NULL ? inferred->first : NULL;
    for (; key != NULL; key = key->next) {
        if (key->type != JSON_STRING || json_member(reader->object, key->text) == NULL) {
            model_reader_fail(reader, "inferred names a key that isn't there");
            return;
        }
        field->open_choices |= str_equal(key->text, STR("choices"));
        field->open_format |=
            str_equal(key->text, STR("format")) || str_equal(key->text, STR("pattern"));
    }
}

static void read_choices(Loading *l, ModelReader *reader, Field *field)
{
    const Json *choices = model_reader_take(reader, "choices", MODEL_ARRAY);
    if (choices == NULL || (field->type != FIELD_STRING && field->type != FIELD_INTEGER)) {
        return;
    }
    Value *values = ARENA_ARRAY(l->arena, Value, choices->n + 1);
    for (const Json *c = choices->first; c != NULL; c = c->next) {
        if (!model_value_from_json(l->arena, field, c, &values[field->n_choices++])) {
            model_reader_fail(reader, "a choice is of another type");
        }
    }
    field->choices = values;
}

static void read_pattern(Loading *l, ModelReader *reader, Field *field)
{
    const Str pattern = model_reader_text(reader, "pattern");
    if (pattern.len == 0) {
        return;
    }
    Regex *regex = NULL;
    const Err *e = regex_new(l->errors, pattern, REGEX_WHOLE, &regex);
    if (e != NULL) {
        model_reader_fail(reader, "pattern: %s", e->text);
    }
    field->pattern = regex;
}

static void read_bounds(ModelReader *reader, Field *field)
{
    int64_t number = 0;
    const bool wide = field->readonly || field->type != FIELD_INTEGER;
    field->min = wide ? INT64_MIN : INT32_MIN;
    field->max = wide ? INT64_MAX : INT32_MAX;
    field->has_min = model_reader_integer(reader, "min", &field->min);
    field->has_max = model_reader_integer(reader, "max", &field->max);
    field->max_length = FIELD_TEXT_MAX;
    field->has_max_length = model_reader_integer(reader, "max_length", &number);
    if (field->has_max_length) {
        field->max_length = (size_t)MAX(number, 0);
    }
    if (model_reader_integer(reader, "min_length", &number)) {
        field->min_length = (size_t)MAX(number, 0);
    }
    if (field->min > field->max || field->min_length > field->max_length) {
        model_reader_fail(reader, "the bounds leave nothing");
    }
}

static void read_relation(ModelReader *reader, Field *field)
{
    const bool many = model_reader_boolean(reader, "many", false);
    field->kind = (RelationKind)model_reader_choice(reader, "kind", kind_names, ARRAY_N(kind_names),
                                                    RELATION_TO_ONE);
    field->on_delete = (OnDelete)model_reader_choice(reader, "on_delete", on_delete_names,
                                                     ARRAY_N(on_delete_names), ON_DELETE_NONE);
    field->create = model_reader_boolean(reader, "create", false);
    /* These are followed once all fields are there. */
    (void)model_reader_take(reader, "related", MODEL_TEXT);
    (void)model_reader_take(reader, "reverse", MODEL_TEXT);
    (void)model_reader_take(reader, "inverse_of", MODEL_TEXT);
    (void)model_reader_take(reader, "full", MODEL_BOOLEAN);
    (void)model_reader_take(reader, "embed", MODEL_ARRAY);
    if (field->type != FIELD_RELATED) {
        return;
    }
    if (many != (field->kind != RELATION_TO_ONE)) {
        model_reader_fail(reader, many ? "kind is missing" : "kind is for to-many relations");
    }
    if (many && field->on_delete != ON_DELETE_NONE) {
        model_reader_fail(reader, "on_delete is for to-one relations");
    }
    if (json_member(reader->object, STR("related")) == NULL) {
        model_reader_fail(reader, "related is missing");
    }
    if (json_member(reader->object, STR("embed")) != NULL &&
        !model_reader_boolean(reader, "full", false)) {
        model_reader_fail(reader, "embed goes with full");
    }
}

static void read_flags(ModelReader *reader, Field *field)
{
    field->required = model_reader_boolean(reader, "required", false);
    field->nullable = model_reader_boolean(reader, "nullable", false);
    field->readonly = model_reader_boolean(reader, "readonly", false);
    field->unique = model_reader_boolean(reader, "unique", false);
    field->search = model_reader_boolean(reader, "search", false);
    field->fold = model_reader_boolean(reader, "fold", false);
    field->computed = model_reader_boolean(reader, "computed", false);
    field->fraction = model_reader_boolean(reader, "fraction", true);
    field->write_only = model_reader_boolean(reader, "write_only", false);
    field->hidden = model_reader_boolean(reader, "hidden", false);
    field->also_text = model_reader_boolean(reader, "also_text", false);
    field->confidential = model_reader_boolean(reader, "confidential", false);
    field->replicated = model_reader_boolean(reader, "replicate", true);
    field->indexed = model_reader_boolean(reader, "index", false);
}

static void read_kinds(ModelReader *reader, Field *field, Effect of_resource)
{
    field->format =
        (FieldFormat)model_reader_choice(reader, "format", format_names, FORMAT_N, FORMAT_NONE);
    field->secret = (FieldSecret)model_reader_choice(reader, "secret", secret_names,
                                                     ARRAY_N(secret_names), SECRET_NONE);
    field->generated = (FieldGenerated)model_reader_choice(
        reader, "generated", generated_names, ARRAY_N(generated_names), GENERATED_NONE);
    field->effect = loading_effect(reader, of_resource);
}

/* Keys that mean nothing for other types. */
static void refuse_misplaced(ModelReader *reader, const Field *field)
{
    enum { TEXT = 1U << FIELD_STRING, NUMBER = 1U << FIELD_INTEGER | 1U << FIELD_FLOAT };
    static const struct {
        const char *name;
        unsigned types; /* bits of FieldType */
    } keys[] = {
        {"choices", TEXT | 1U << FIELD_INTEGER},
        {"min", NUMBER},
        {"max", NUMBER},
        {"min_length", TEXT},
        {"max_length", TEXT},
        {"pattern", TEXT},
        {"format", TEXT},
        {"secret", TEXT},
        {"search", TEXT},
        {"fold", TEXT},
        {"fraction", 1U << FIELD_DATETIME},
        {"also_text", 1U << FIELD_FILE},
        {"generated", TEXT | 1U << FIELD_DATETIME},
        {"many", 1U << FIELD_RELATED},
        {"kind", 1U << FIELD_RELATED},
        {"related", 1U << FIELD_RELATED},
        {"reverse", 1U << FIELD_RELATED},
        {"inverse_of", 1U << FIELD_RELATED},
        {"full", 1U << FIELD_RELATED},
        {"embed", 1U << FIELD_RELATED},
        {"create", 1U << FIELD_RELATED},
        {"on_delete", 1U << FIELD_RELATED},
    };
    for (size_t i = 0; i < ARRAY_N(keys) && reader->error == NULL; i++) {
        if ((keys[i].types & 1U << field->type) == 0 &&
            json_member(reader->object, str_from(keys[i].name)) != NULL) {
            model_reader_fail(reader, "%s doesn't go with this type", keys[i].name);
        }
    }
    const bool of_time =
        field->generated == GENERATED_CREATION || field->generated == GENERATED_CHANGE;
    if (field->generated != GENERATED_NONE && of_time != (field->type == FIELD_DATETIME)) {
        model_reader_fail(reader, "generated doesn't go with this type");
    }
    if ((field->hidden || field->secret == SECRET_ONCE) && !field->readonly) {
        model_reader_fail(reader, "what the server makes is readonly");
    }
    if (field->fold && !field->unique) {
        model_reader_fail(reader, "fold goes with unique");
    }
}

/* Names are columns, parts of constants and parts of queries, where two underscores divide. */
static bool is_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool letter = c >= 'a' && c <= 'z';
        const bool inside = (c >= '0' && c <= '9') || (c == '_' && name.ptr[i - 1] != '_');
        if (!letter && !(i > 0 && inside)) {
            return false;
        }
    }
    return name.len > 0 && name.len <= FIELD_NAME_MAX && name.ptr[name.len - 1] != '_';
}

/* Whether a text may open something, by its name. */
static bool sounds_secret(Str name)
{
    static const Str parts[] = {
        STR_INIT("password"),  STR_INIT("passphrase"),  STR_INIT("secret"), STR_INIT("token"),
        STR_INIT("community"), STR_INIT("private_key"), STR_INIT("_pin_"),  STR_INIT("_pins_")};
    char words[FIELD_NAME_MAX + 3];
    const int len = snprintf(words, sizeof words, "_%.*s_", STR_ARG(name));
    for (size_t i = 0; i < ARRAY_N(parts); i++) {
        if (str_find_str((Str){words, (size_t)len}, parts[i]) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

/* The model says of each such text whether it may be handed on: what nobody thought of must not
 * slip through. */
static void verify_confidential(ModelReader *reader, const Field *field)
{
    const bool is_said = json_member(reader->object, STR("confidential")) != NULL;
    const bool is_free_text =
        field->stored && field->type == FIELD_STRING && field->n_choices == 0 && !field->hidden;
    if (is_said && (field->secret != SECRET_NONE || !field->stored)) {
        model_reader_fail(reader, "confidential is for what is stored and shown");
    }
    if (field->confidential && field->resource->family == FAMILY_EMBEDDED) {
        model_reader_fail(reader, "confidential is for the field that holds the whole object");
    }
    if (!is_said && is_free_text && field->secret == SECRET_NONE && reader->error == NULL &&
        sounds_secret(field->name)) {
        model_reader_fail(reader, "secret or confidential is missing: by its name it opens "
                                  "something");
    }
}

/* Columns: everything but the key, the address, what is worked out, used once, or kept elsewhere.
 */
static bool has_column(const Field *field)
{
    return !field->is_key && !field->is_uri && !field->computed && field->secret != SECRET_INPUT &&
           field->secret != SECRET_ONCE && !field_is_to_many(field);
}

Err *field_load(Loading *l, LoadingResource *r, Field *field, const Json *json)
{
    ModelReader reader;
    model_reader_init(&reader, l->errors, r->file, json->name, json);
    field->resource = r->resource;
    field->name = json->name;
    field->is_uri = str_equal(json->name, STR("resource_uri"));
    if (!is_name(field->name)) {
        model_reader_fail(&reader,
                          "no name for a field: small letters, digits, single underscores");
    }
    const int type = model_reader_choice(&reader, "type", type_names, FIELD_TYPE_N, -1);
    if (type < 0) {
        model_reader_fail(&reader, "type is missing");
    }
    field->type = (FieldType)MAX(type, 0);
    field->help = model_reader_need_text(&reader, "help");
    const Str label = model_reader_text(&reader, "label");
    field->label = label.len > 0 ? label : str_sentence_case(l->arena, field->name);
    read_flags(&reader, field);
    read_kinds(&reader, field, r->resource->effect);
    read_bounds(&reader, field);
    read_relation(&reader, field);
    read_choices(l, &reader, field);
    read_pattern(l, &reader, field);
    read_inferred(&reader, field);
    (void)model_reader_take(&reader, "default", MODEL_ANY); /* typed once relations are linked */
    (void)model_reader_take(&reader, "filtering", MODEL_BOOLEAN | MODEL_ARRAY);
    field->was = model_reader_text(&reader, "was");
    refuse_misplaced(&reader, field);
    field->stored = has_column(field);
    field->indexed = field->indexed || field->unique || field_is_to_one(field);
    field->replicated = field->replicated && r->resource->replicate != REPLICATE_NOWHERE &&
                        (field->stored || field->is_key || field_owns_links(field));
    verify_confidential(&reader, field);
    return model_reader_finish(&reader);
}
