/* Objects of a body, typed by the model: the first byte of the input chooses the resource and
 * whether all members are texts, the rest is the JSON. Whatever is given, it ends in values within
 * what the model allows, or in faults. */
#include <stdint.h>

#include "base/utf8.h"
#include "manager/rest/input.h"
#include "model/model.h"
#include "model/model_ids.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

/* Without secrets, which would need a store. */
static const uint16_t resources[] = {
    RES_CONFERENCE,           RES_GATEWAY_ROUTING_RULE,  RES_SYSTEM_LOCATION, RES_DIAGNOSTIC_GRAPHS,
    RES_SCHEDULED_CONFERENCE, RES_AUTOMATIC_PARTICIPANT, RES_USER_GROUP,      RES_ROLE};

static const Model *model(void)
{
    static Model *loaded; /* once: it takes far longer than an input */
    if (loaded == NULL) {
        Arena *a = arena_new(ARENA_LIMIT);
        MUST(model_load(a, model_embedded_files, model_n_embedded_files, &loaded) == NULL);
        (void)arena_free(a);
    }
    return loaded;
}

static void check_value(const Field *f, Value value)
{
    if (value.type == VALUE_TEXT) {
        MUST(utf8_valid(value.text));
        MUST(str_find(value.text, '\0', 0) == SIZE_MAX);
        MUST(f->type != FIELD_STRING || value_equal(value, f->default_value) ||
             utf8_count(value.text) <= f->max_length);
    }
    MUST(f->type != FIELD_INTEGER || value.type != VALUE_INTEGER ||
         value_equal(value, f->default_value) ||
         (value.integer >= f->min && value.integer <= f->max));
    MUST(!value_is_null(value) || f->nullable || f->type == FIELD_RELATED ||
         value_is_null(f->default_value));
}

static void check_input(const Input *input)
{
    MUST(input->n_fields <= input->resource->n_fields);
    for (size_t i = 0; i < input->n_fields; i++) {
        const InputField *given = &input->fields[i];
        MUST(!given->field->readonly && input_gives(input, given->field));
        if (given->kind == INPUT_VALUE) {
            check_value(given->field, given->value);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Json *json = NULL;
    const Str text = {(const char *)data + 1, size - 1};
    if (json_parse(a, text, &json_limits_default, &json) != NULL || json->type != JSON_OBJECT) {
        return 0;
    }
    Problems problems;
    problems_init(&problems, a);
    const Typing typing = {.arena = a, .problems = &problems, .texts = (data[0] & 0x80) != 0};
    Input *input = NULL;
    const Resource *r = model_at(model(), resources[data[0] % ARRAY_N(resources)]);
    if (input_read(&typing, r, json, NULL, NULL, &input) == NULL) {
        check_input(input);
        input_check_new(&typing, input, NULL);
    }
    return 0;
}
