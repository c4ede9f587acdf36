/* From a body to two texts; whatever else it holds is a fault. */
#include "manager/server/sign_in.h"

#include "base/json.h"
#include "base/percent.h"

typedef struct Reading {
    Problems problems;
    SignIn *sign_in;
} Reading;

/* Where a member goes; NULL: there is no such one. */
static Str *place_of(SignIn *sign_in, Str name)
{
    return str_equal(name, STR("username"))   ? &sign_in->username
           : str_equal(name, STR("password")) ? &sign_in->password
                                              : NULL;
}

/* The last of the same name counts (wire 1.8). */
static void take(Reading *r, Str name, bool is_text, Str value)
{
    Str *place = place_of(r->sign_in, name);
    if (place == NULL) {
        problems_add(&r->problems, name, "There is no such field here.");
    } else if (!is_text) {
        problems_add(&r->problems, name, "This must be a text.");
        *place = STR("");
    } else {
        *place = value.len > 0 ? value : STR("");
    }
}

static void require(Reading *r, Str name, Str value)
{
    if (value.ptr == NULL) {
        problems_add(&r->problems, name, "This field is required.");
    }
}

static Err *read_json(Reading *r, Arena *a, Str body)
{
    static const JsonLimits limits = {.depth = 4, .values = 64};
    Json *json = NULL;
    TRY(json_parse(a, body, &limits, &json));
    if (json->type != JSON_OBJECT) {
        return err(a, ERR_INVALID, "The body must be a JSON object.");
    }
    for (const Json *member = json->first; member != NULL; member = member->next) {
        take(r, member->name, member->type == JSON_STRING, member->text);
    }
    return NULL;
}

static Err *read_form(Reading *r, Arena *a, Str body)
{
    FormPair *pairs = NULL;
    size_t n = 0;
    TRY(form_parse(a, body, &pairs, &n));
    for (size_t i = 0; i < n; i++) {
        take(r, pairs[i].name, true, pairs[i].value);
    }
    return NULL;
}

/* Without a type: JSON. */
static Err *read_body(Reading *r, HttpRequest *http)
{
    Str header = http_request_header(http, STR("content-type"));
    const Str type = str_trim(str_cut(&header, ';'));
    if (type.len == 0 || str_equal_ignoring_case(type, STR("application/json"))) {
        return read_json(r, http->arena, http->body);
    }
    if (str_equal_ignoring_case(type, STR("application/x-www-form-urlencoded"))) {
        return read_form(r, http->arena, http->body);
    }
    return err(http->arena, ERR_UNSUPPORTED,
               "A body of this Content-Type is not taken here: send application/json or "
               "application/x-www-form-urlencoded.");
}

bool sign_in_read(HttpRequest *http, RestAnswer *answer, SignIn *ret_sign_in)
{
    SignIn sign_in = {.username = STR_NONE, .password = STR_NONE};
    Reading reading = {.sign_in = &sign_in};
    problems_init(&reading.problems, http->arena);
    arena_hold_secrets(http->arena);
    const Err *e = read_body(&reading, http);
    if (e != NULL) {
        answer_failure(answer, http->arena, STR("session"), e);
        return false;
    }
    require(&reading, STR("username"), sign_in.username);
    require(&reading, STR("password"), sign_in.password);
    if (problems_any(&reading.problems)) {
        answer_problems(answer, STR("session"), &reading.problems);
        return false;
    }
    *ret_sign_in = sign_in;
    return true;
}
