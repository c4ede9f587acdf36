/* JSON out. */
#include "base/json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_string.h"

static void put_escape(Buf *out, char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[] = "btn.fr"; /* of \b (8) to \r (13); there is none for 11 */
    const unsigned char code = (unsigned char)c;
    if (c == '"' || c == '\\') {
        const char text[2] = {'\\', c};
        buf_put(out, text, sizeof text);
    } else if (code >= 8 && code <= 13 && code != 11) {
        const char text[2] = {'\\', letters[code - 8]};
        buf_put(out, text, sizeof text);
    } else {
        const char text[6] = {'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]};
        buf_put(out, text, sizeof text);
    }
}

void json_put_string(Buf *out, Str s)
{
    buf_put_char(out, '"');
    const char *at = s.len == 0 ? "" : s.ptr;
    const char *end = at + s.len;
    while (at < end) {
        const size_t plain = json_plain_len(at, end);
        buf_put(out, at, plain);
        at += plain;
        if (at < end) {
            put_escape(out, *at++);
        }
    }
    buf_put_char(out, '"');
}

void json_put_float(Buf *out, double number)
{
    if (!isfinite(number)) {
        buf_put_lit(out, "null");
        return;
    }
    char text[32];
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(text, sizeof text, "%.*g", precision, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    buf_put_str(out, str_from(text));
    if (strpbrk(text, ".e") == NULL) {
        buf_put_lit(out, ".0");
    }
}

void json_put_value(Buf *out, Value value)
{
    switch (value.type) {
    case VALUE_NULL:
        buf_put_lit(out, "null");
        break;
    case VALUE_INTEGER:
        buf_put_int64(out, value.integer);
        break;
    case VALUE_FLOAT:
        json_put_float(out, value.number);
        break;
    case VALUE_TEXT:
        json_put_string(out, value.text);
        break;
    }
}

void json_put_name(Buf *out, Str name)
{
    json_put_string(out, name);
    buf_put_lit(out, ": ");
}

typedef struct Member {
    const Json *json;
    size_t position; /* among its siblings */
} Member;

/* By name, then by position, so that the last of one name is the last of its run. */
static int compare_members(const void *left, const void *right)
{
    const Member *a = left;
    const Member *b = right;
    const int order = str_compare(a->json->name, b->json->name);
    return order != 0 ? order : (a->position > b->position) - (a->position < b->position);
}

static bool is_sorted(const Json *object)
{
    const Json *before = object->first;
    while (before != NULL && before->next != NULL) {
        if (str_compare(before->name, before->next->name) >= 0) {
            return false;
        }
        before = before->next;
    }
    return true;
}

static void put_member(Buf *out, Arena *scratch, const Json *member, bool *first)
{
    json_put_comma(out, first);
    json_put_name(out, member->name);
    json_put_tree(out, scratch, member);
}

static void put_sorting(Buf *out, Arena *scratch, const Json *object, bool *first)
{
    Member *members = ARENA_ARRAY(scratch, Member, object->n);
    size_t n = 0;
    for (const Json *member = object->first; member != NULL; member = member->next) {
        members[n] = (Member){member, n};
        n++;
    }
    qsort(members, n, sizeof *members, compare_members);
    for (size_t i = 0; i < n; i++) {
        const bool last_of_name =
            i + 1 == n || !str_equal(members[i].json->name, members[i + 1].json->name);
        if (last_of_name) {
            put_member(out, scratch, members[i].json, first);
        }
    }
}

static void put_object(Buf *out, Arena *scratch, const Json *object)
{
    bool first = true;
    buf_put_char(out, '{');
    if (is_sorted(object)) { /* as most are that we wrote ourselves */
        for (const Json *member = object->first; member != NULL; member = member->next) {
            put_member(out, scratch, member, &first);
        }
    } else {
        put_sorting(out, scratch, object, &first);
    }
    buf_put_char(out, '}');
}

static void put_array(Buf *out, Arena *scratch, const Json *array)
{
    bool first = true;
    buf_put_char(out, '[');
    for (const Json *element = array->first; element != NULL; element = element->next) {
        json_put_comma(out, &first);
        json_put_tree(out, scratch, element);
    }
    buf_put_char(out, ']');
}

void json_put_tree(Buf *out, Arena *scratch, const Json *json)
{
    switch (json->type) {
    case JSON_NULL:
        buf_put_lit(out, "null");
        break;
    case JSON_FALSE:
        buf_put_lit(out, "false");
        break;
    case JSON_TRUE:
        buf_put_lit(out, "true");
        break;
    case JSON_NUMBER:
        buf_put_str(out, json->text);
        break;
    case JSON_STRING:
        json_put_string(out, json->text);
        break;
    case JSON_ARRAY:
        put_array(out, scratch, json);
        break;
    case JSON_OBJECT:
        put_object(out, scratch, json);
        break;
    }
}
