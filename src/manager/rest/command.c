/* Commands. */
#include "manager/rest/command.h"

#include "base/json_write.h"
#include "manager/rest/context.h"
#include "manager/rest/input.h"

#define FAILURE_MAX 1024

/* Commands on something that is found by one of their arguments. */
static const struct {
    Str argument;
    Str missing;
} targets[] = {
    {STR_INIT("participant_id"), STR_INIT("Failed to find participant.")},
    {STR_INIT("conference_id"), STR_INIT("Failed to find conference.")},
};

/* Commands without meaning on a machine that is kept by its packages, and the argument that says
 * so. */
static const struct {
    Str command;
    Str argument;
    Str text;
} refused[] = {
    {STR_INIT("platform.software_bundle"), STR_INIT("package"),
     STR_INIT("This system is upgraded by its packages.")},
    {STR_INIT("platform.upgrade"), STR_INIT("package"),
     STR_INIT("This system is upgraded by its packages.")},
    {STR_INIT("platform.start_cloudnode"), STR_INIT("instance_id"),
     STR_INIT("This system starts no cloud nodes.")},
};

/* Notes why the command can't be carried out; false if nothing speaks against it. */
static bool note_refusal(const Resource *command, Problems *problems)
{
    for (size_t i = 0; i < ARRAY_N(refused); i++) {
        if (str_equal(command->file, refused[i].command)) {
            problems_add(problems, refused[i].argument, "%.*s", STR_ARG(refused[i].text));
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_N(targets); i++) {
        const Field *f = resource_field(command, targets[i].argument);
        if (f != NULL && f->required && f->type == FIELD_STRING) {
            problems_add(problems, f->name, "%.*s", STR_ARG(targets[i].missing));
            return true;
        }
    }
    return false;
}

/* Understood, but not carried out (wire 12.2). */
static void answer_cannot(RestRequest *request)
{
    Buf *body = buf_new(FAILURE_MAX);
    buf_put_lit(body, "{\"error\": ");
    json_put_string(body, STR("This system can't carry out this command yet."));
    buf_put_lit(body, ", \"status\": \"failure\"}");
    answer_json(&request->answer, 400, body);
}

void command_answer(const Rest *r, RestRequest *request, const Body *body)
{
    const Resource *command = request->route.resource;
    Problems problems;
    problems_init(&problems, request->arena);
    Typing typing = {
        .arena = request->arena, .problems = &problems, .store = r->store, .texts = body->texts};
    Input *input = NULL;
    const Err *e = input_read(&typing, command, body->object, body, NULL, &input);
    if (e != NULL) {
        answer_failure(&request->answer, request->arena, command->name, e);
        return;
    }
    input_check_required(&typing, input, NULL);
    if (problems_any(&problems) || note_refusal(command, &problems)) {
        answer_problems(&request->answer, command->name, &problems);
    } else {
        answer_cannot(request);
    }
}
