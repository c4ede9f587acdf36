/* Commands: arguments in, one answer out: 202 with "data" and "status" for all that was understood
 * and done (wire 12.1), 400 for all else that is the caller's to know (wire 12.2). */
#include "manager/rest/command.h"

#include "base/json_write.h"
#include "manager/rest/context.h"
#include "manager/rest/input.h"

#define FAILURE_MAX ((size_t)1 << 20) /* the text of an error is far shorter */
#define SUCCESS_MAX ((size_t)1 << 20)
#define REQUEST_MAX 4096 /* an address of ours */

/* What is kept between the stages. */
typedef struct CommandWork {
    const CommandEntry *entry;
    const Row *arguments;
    const Str *clear;
    const Part **files;
} CommandWork;

void command_answer_success(RestAnswer *answer, Buf *data)
{
    Buf *body = buf_new(SUCCESS_MAX);
    buf_put_lit(body, "{\"data\": ");
    buf_put_str(body, data != NULL ? buf_str(data) : STR("null"));
    buf_put_lit(body, ", \"status\": \"success\"}");
    answer_json(answer, 202, body);
    (void)buf_free(data); /* always NULL */
}

void command_answer_request(RestAnswer *answer, Str uri)
{
    Buf *data = buf_new(REQUEST_MAX);
    buf_put_char(data, '{');
    json_put_name(data, STR("resource_uri"));
    json_put_string(data, uri);
    buf_put_char(data, '}');
    command_answer_success(answer, data);
}

void command_problem(const CommandCall *call, uint16_t field, Str text)
{
    problems_add(call->problems, call->arguments->resource->fields[field].name, "%.*s",
                 STR_ARG(text));
}

/* Understood, but not carried out (wire 12.2). */
static void answer_failed(RestRequest *request, Str text)
{
    Buf *body = buf_new(FAILURE_MAX);
    buf_put_lit(body, "{\"error\": ");
    json_put_string(body, answer_error_text(request->arena, text));
    buf_put_lit(body, ", \"status\": \"failure\"}");
    answer_json(&request->answer, 400, body);
}

/* --- arguments --- */

/* null for a secret, which elsewhere keeps what is stored, is no argument. */
static void check_required(const Typing *t, const Input *input)
{
    for (size_t i = 0; i < input->n_fields; i++) {
        if (input->fields[i].kind == INPUT_NULL && input->fields[i].field->required) {
            typing_problem(t, input->fields[i].field, TYPING_REQUIRED);
        }
    }
}

/* Members that a command may put into the spelling of the model: the tree of the body is left as it
 * is. */
static Json *copy_members(Arena *a, const Json *object)
{
    Json *copy = ARENA_NEW(a, Json);
    *copy = *object;
    Json **at = &copy->first;
    for (const Json *member = object->first; member != NULL; member = member->next) {
        *at = ARENA_NEW(a, Json);
        **at = *member;
        at = &(*at)->next;
    }
    return copy;
}

/* Secrets aren't among them: they come in clear beside the row. */
static const Row *arguments_of(Arena *a, const Input *input)
{
    Row *row = row_new_default(a, input->resource);
    for (size_t i = 0; i < input->n_fields; i++) {
        const InputField *given = &input->fields[i];
        if (given->kind == INPUT_VALUE || given->kind == INPUT_NULL) {
            row->values[given->field->index] = given->value;
        }
    }
    return row;
}

static const Part **files_of(Arena *a, const Input *input)
{
    const Part **files = ARENA_ARRAY(a, const Part *, input->resource->n_fields);
    for (size_t i = 0; i < input->n_fields; i++) {
        files[input->fields[i].field->index] = input->fields[i].file;
    }
    return files;
}

RestNext command_parse(const Rest *r, RestRequest *request, const Body *body)
{
    Arena *a = request->arena;
    const Resource *command = request->route.resource;
    const CommandEntry *entry = r->commands[command->index];
    Body spelled = *body;
    if (entry != NULL && entry->spell != NULL) {
        Json *object = copy_members(a, body->object);
        entry->spell(a, object);
        spelled.object = object;
    }
    Problems problems;
    problems_init(&problems, a);
    Typing typing = {.arena = a, .problems = &problems, .store = r->store, .texts = body->texts};
    Input *input = NULL;
    const Err *e = input_read(&typing, command, spelled.object, &spelled, NULL, &input);
    if (e != NULL) {
        answer_failure(&request->answer, a, command->name, e);
        return REST_ANSWERED;
    }
    input_check_new(&typing, input, NULL);
    check_required(&typing, input);
    if (problems_any(&problems)) {
        answer_problems(&request->answer, command->name, &problems);
        return REST_ANSWERED;
    }
    CommandWork *work = ARENA_NEW(a, CommandWork);
    *work = (CommandWork){.entry = entry,
                          .arguments = arguments_of(a, input),
                          .clear = input_clear_texts(a, input),
                          .files = files_of(a, input)};
    request->work = work;
    return REST_PREPARE;
}

/* --- the work --- */

/* A failure that names a field is about an argument, like a problem. */
static void answer_outcome(RestRequest *request, const Problems *problems, const Err *e)
{
    Arena *a = request->arena;
    const Str name = request->route.resource->name;
    if (e != NULL && e->kind == ERR_INVALID && e->field == NULL) {
        answer_failed(request, str_from(e->text));
    } else if (e != NULL) {
        answer_failure(&request->answer, a, name, e);
    } else if (problems_any(problems)) {
        answer_problems(&request->answer, name, problems);
    } else if (request->answer.status == 0) {
        command_answer_success(&request->answer, NULL);
    }
}

void command_run(const Rest *r, RestRequest *request, Reader *reader)
{
    const CommandWork *work = request->work;
    Problems problems;
    problems_init(&problems, request->arena);
    CommandCall call = {
        .arena = request->arena,
        .store = r->store,
        .reader = reader,
        .entry = work->entry,
        .arguments = work->arguments,
        .clear = work->clear,
        .files = work->files,
        .principal = &request->principal,
        .context = r->options.command_context,
        .problems = &problems,
        .answer = &request->answer,
    };
    const Err *e = work->entry != NULL ? work->entry->run(&call)
                                       : err(request->arena, ERR_INVALID,
                                             "This system can't carry out this command yet.");
    answer_outcome(request, &problems, e);
}
