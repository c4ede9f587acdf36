/* Changes members of a body in place. */
#include "manager/command/spelling.h"

#include "base/buf.h"

#define LINES_MAX ((size_t)64 * 1024)

/* The last one counts, as in json_member(). */
static Json *member_of(Json *body, Str name)
{
    Json *found = NULL;
    for (Json *member = body->first; member != NULL; member = member->next) {
        if (str_equal(member->name, name)) {
            found = member;
        }
    }
    return found;
}

void spelling_rename(Json *body, Str from, Str to)
{
    Json *member = member_of(body, from);
    if (member != NULL && member_of(body, to) == NULL) {
        member->name = to;
    }
}

void spelling_replace(Json *body, Str member, Str from, Str to)
{
    Json *found = member_of(body, member);
    if (found != NULL && found->type == JSON_STRING && str_equal_ignoring_case(found->text, from)) {
        found->text = to;
    }
}

void spelling_lower(Arena *a, Json *body, Str member)
{
    Json *found = member_of(body, member);
    if (found != NULL && found->type == JSON_STRING) {
        found->text = str_lower_ascii(a, found->text);
    }
}

/* Put before the members of the body, so that those count. */
static void put_in_front(Arena *a, Json *body, const Json *members)
{
    for (const Json *member = members; member != NULL; member = member->next) {
        Json *copy = ARENA_NEW(a, Json);
        *copy = *member;
        copy->next = body->first;
        body->first = copy;
        body->n++;
    }
}

void spelling_lift(Arena *a, Json *body, Str member)
{
    Json *found = member_of(body, member);
    Json *object = found;
    if (found != NULL && found->type == JSON_STRING &&
        json_parse(a, found->text, &json_limits_default, &object) != NULL) {
        object = NULL; /* some text: an unknown argument, which is ignored */
    }
    if (object != NULL && object->type == JSON_OBJECT) {
        put_in_front(a, body, object->first);
    }
}

void spelling_join(Arena *a, Json *body, Str member)
{
    Json *found = member_of(body, member);
    if (found == NULL || found->type != JSON_ARRAY) {
        return;
    }
    CLEANUP(buf_free) Buf *lines = buf_new(LINES_MAX);
    for (const Json *line = found->first; line != NULL; line = line->next) {
        if (line->type != JSON_STRING) {
            return; /* a fault of the argument */
        }
        if (line != found->first) {
            buf_put_char(lines, '\n');
        }
        buf_put_str(lines, line->text);
    }
    found->type = JSON_STRING;
    found->text = str_dup(a, buf_str(lines));
}
