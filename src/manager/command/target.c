/* Looks up what arguments name. */
#include "manager/command/target.h"

#include "manager/rest/uri.h"

/* An address leads to the object, any other text is its key. */
static bool key_of(Arena *a, const Resource *resource, Value argument, Value *ret_key)
{
    if (argument.type == VALUE_INTEGER) {
        *ret_key = argument;
        return resource->key_type == KEY_INTEGER;
    }
    return argument.type == VALUE_TEXT && (uri_parse(a, resource, argument.text, ret_key) ||
                                           uri_key_from_text(a, resource, argument.text, ret_key));
}

Err *target_find(const CommandCall *call, uint16_t argument, uint16_t resource, bool *ret_found)
{
    const Resource *target = model_at(reader_model(call->reader), resource);
    Value key = VALUE_NONE;
    if (!key_of(call->arena, target, call->arguments->values[argument], &key)) {
        *ret_found = false;
        return NULL;
    }
    const Row *row = NULL;
    TRY(reader_read_row(call->reader, call->arena, target, key, &row));
    *ret_found = row != NULL;
    return NULL;
}

Err *target_require(const CommandCall *call, uint16_t argument, uint16_t resource, Str problem)
{
    bool found = false;
    TRY(target_find(call, argument, resource, &found));
    if (!found) {
        command_problem(call, argument, problem);
    }
    return NULL;
}

Err *target_refuse(const CommandCall *call, const char *text)
{
    return problems_any(call->problems) ? NULL : err(call->arena, ERR_INVALID, "%s", text);
}

Err *target_run(const CommandCall *call, uint16_t resource, Str problem)
{
    TRY(target_require(call, call->entry->subject, resource, problem));
    return target_refuse(call, TARGET_NO_NODE);
}

Err *target_has_text(const CommandCall *call, uint16_t resource, uint16_t field, Str text,
                     bool *ret_found)
{
    const Resource *target = model_at(reader_model(call->reader), resource);
    const Value value = value_text(text);
    const Filter filter = {
        .field = &target->fields[field], .lookup = LOOKUP_EXACT, .values = &value, .n_values = 1};
    const Query query = {.resource = target, .filters = &filter, .n_filters = 1, .limit = 1};
    int64_t seq = 0;
    int64_t n = 0;
    TRY(reader_begin(call->reader, call->arena, &seq));
    Err *e = reader_count(call->reader, call->arena, &query, &n);
    reader_end(call->reader);
    TRY(e);
    *ret_found = n > 0;
    return NULL;
}
