#pragma once

/* Requests with what they must answer, as tables. */

#include "manager_rest/rest_fixture.h"

typedef struct Step {
    const char *method;
    const char *target;
    const char *body;
    int status;
    const char *holds; /* a part of the answer's body or Location; NULL: the body is empty */
    const char *lacks; /* no part of it; NULL: not looked at */
} Step;

static inline void rest_steps_take(RestFixture *f, const Step *step)
{
    RestAnswer answer = rest_fixture_send(f, step->method, step->target, NULL,
                                          step->body != NULL ? step->body : "");
    Str location = rest_fixture_answer_header(&answer, "Location");
    Str body = answer.body != NULL ? buf_str(answer.body) : STR("");
    Str text = str_format(f->arena, "%.*s%.*s", STR_ARG(location), STR_ARG(body));
    answer.body = buf_free(answer.body);
    bool fine = answer.status == step->status &&
                (step->holds != NULL ? str_find_str(text, str_from(step->holds)) != SIZE_MAX
                                     : text.len == 0) &&
                (step->lacks == NULL || str_find_str(text, str_from(step->lacks)) == SIZE_MAX);
    if (!fine) {
        fail_msg("%s %s %s\n%d %.*s", step->method, step->target,
                 step->body != NULL ? step->body : "", answer.status, STR_ARG(text));
    }
}

static inline void rest_steps_take_all(void **state, const Step steps[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rest_steps_take(*state, &steps[i]);
    }
}

#define TAKE(state, steps) rest_steps_take_all((state), (steps), ARRAY_N(steps))
