/* Reads JSON. The recursion is as deep as the limits allow. */
#include "base/json.h"

#include <string.h>

#include "base/json_string.h"
#include "base/utf8.h"

const JsonLimits json_limits_default = {.depth = 64, .values = 4000000};

typedef struct Parser {
    Arena *arena;
    const JsonLimits *limits;
    const char *start; /* behind the byte order mark */
    const char *at;
    const char *end;
    size_t n_values;
} Parser;

static Err *parse_value(Parser *p, size_t depth, Json **ret_json);

static Err *fail(const Parser *p, const char *at, const char *what)
{
    const char *line_start = p->start;
    size_t line = 1;
    for (const char *c = p->start; c < at; c++) {
        if (*c == '\n') {
            line++;
            line_start = c + 1;
        }
    }
    const size_t column = utf8_count((Str){line_start, (size_t)(at - line_start)}) + 1;
    return err(p->arena, ERR_INVALID, "Not valid JSON: %s at line %zu, column %zu.", what, line,
               column);
}

static void skip_space(Parser *p)
{
    while (p->at < p->end &&
           (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t')) {
        p->at++;
    }
}

static bool take_char(Parser *p, char c)
{
    const bool there = p->at < p->end && *p->at == c;
    p->at += there;
    return there;
}

/* p->at is at the opening quote. */
static Err *parse_string(Parser *p, Str *ret_text)
{
    JsonString s = json_string_scan(p->at + 1, p->end);
    Str text = {s.from, s.fault == NULL ? (size_t)(s.end - s.from) : 0};
    if (s.fault == NULL && s.escaped) {
        void *decoded = NULL;
        TRY(arena_take(p->arena, text.len, &decoded));
        text = (Str){decoded, json_string_decode(&s, decoded)};
    }
    if (s.fault != NULL) {
        return fail(p, s.fault_at, s.fault);
    }
    p->at = s.end + 1;
    *ret_text = text;
    return NULL;
}

static bool take_digits(Parser *p)
{
    const char *from = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9') {
        p->at++;
    }
    return p->at > from;
}

static Err *parse_number(Parser *p, Json *json)
{
    const char *from = p->at;
    (void)take_char(p, '-');
    if (!take_char(p, '0') && !take_digits(p)) {
        return fail(p, p->at, "a digit was expected");
    }
    if (take_char(p, '.') && !take_digits(p)) {
        return fail(p, p->at, "a digit was expected after the point");
    }
    if (take_char(p, 'e') || take_char(p, 'E')) {
        (void)(take_char(p, '+') || take_char(p, '-'));
        if (!take_digits(p)) {
            return fail(p, p->at, "a digit was expected in the exponent");
        }
    }
    json->type = JSON_NUMBER;
    json->text = (Str){from, (size_t)(p->at - from)};
    return NULL;
}

static Err *parse_name(Parser *p, Str *ret_name)
{
    if (p->at == p->end || *p->at != '"') {
        return fail(p, p->at, "a name in quotes was expected");
    }
    TRY(parse_string(p, ret_name));
    skip_space(p);
    if (!take_char(p, ':')) {
        return fail(p, p->at, "a colon was expected");
    }
    skip_space(p);
    return NULL;
}

static Err *parse_members(Parser *p, size_t depth, Json *json)
{
    Json **link = &json->first;
    do {
        skip_space(p);
        Str name = STR_NONE;
        if (json->type == JSON_OBJECT) {
            TRY(parse_name(p, &name));
        }
        TRY(parse_value(p, depth, link));
        (*link)->name = name;
        link = &(*link)->next;
        json->n++;
        skip_space(p);
    } while (take_char(p, ','));
    return NULL;
}

/* p->at is at the bracket; depth counts those around it. */
static Err *parse_container(Parser *p, size_t depth, JsonType type, Json *json)
{
    const char *from = p->at;
    if (depth >= p->limits->depth) {
        return fail(p, from, "arrays and objects are nested too deep");
    }
    json->type = type;
    const char close = type == JSON_OBJECT ? '}' : ']';
    p->at++;
    skip_space(p);
    if (!take_char(p, close)) {
        TRY(parse_members(p, depth + 1, json));
        if (!take_char(p, close)) {
            return fail(p, p->at,
                        type == JSON_OBJECT ? "a comma or } was expected"
                                            : "a comma or ] was expected");
        }
    }
    json->text = (Str){from, (size_t)(p->at - from)};
    return NULL;
}

static Err *parse_word(Parser *p, Json *json)
{
    static const struct {
        Str word;
        JsonType type;
    } words[] = {
        {STR_INIT("null"), JSON_NULL},
        {STR_INIT("true"), JSON_TRUE},
        {STR_INIT("false"), JSON_FALSE},
    };
    const Str rest = {p->at, (size_t)(p->end - p->at)};
    for (size_t i = 0; i < ARRAY_N(words); i++) {
        if (str_starts_with(rest, words[i].word)) {
            json->type = words[i].type;
            p->at += words[i].word.len;
            return NULL;
        }
    }
    return fail(p, p->at, "a value was expected");
}

static Err *parse_by_first(Parser *p, size_t depth, Json *json)
{
    const char c = p->at < p->end ? *p->at : '\0';
    if (c == '"') {
        json->type = JSON_STRING;
        return parse_string(p, &json->text);
    }
    if (c == '{') {
        return parse_container(p, depth, JSON_OBJECT, json);
    }
    if (c == '[') {
        return parse_container(p, depth, JSON_ARRAY, json);
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        return parse_number(p, json);
    }
    return parse_word(p, json);
}

static Err *parse_value(Parser *p, size_t depth, Json **ret_json)
{
    if (p->n_values == p->limits->values) {
        return err(p->arena, ERR_LIMIT, "The JSON text has more than %zu values.",
                   p->limits->values);
    }
    p->n_values++;
    void *json = NULL;
    TRY(arena_take(p->arena, sizeof(Json), &json));
    TRY(parse_by_first(p, depth, json));
    *ret_json = json;
    return NULL;
}

Err *json_parse(Arena *a, Str text, const JsonLimits *limits, Json **ret_json)
{
    const Str mark = STR("\xef\xbb\xbf");
    const Str body = str_starts_with(text, mark) ? str_slice(text, mark.len, text.len) : text;
    const char *start = body.len == 0 ? "" : body.ptr;
    Parser p = {.arena = a, .limits = limits, .start = start, .at = start, .end = start + body.len};
    const size_t valid_len = utf8_valid_len(body);
    if (valid_len < body.len) {
        return fail(&p, start + valid_len, "there is a byte that isn't UTF-8");
    }
    Json *json = NULL;
    skip_space(&p);
    TRY(parse_value(&p, 0, &json));
    skip_space(&p);
    if (p.at < p.end) {
        return fail(&p, p.at, "nothing more was expected");
    }
    *ret_json = json;
    return NULL;
}

const Json *json_member(const Json *object, Str name)
{
    const Json *found = NULL;
    if (object->type == JSON_OBJECT) {
        for (const Json *member = object->first; member != NULL; member = member->next) {
            found = str_equal(member->name, name) ? member : found;
        }
    }
    return found;
}

bool json_is_string(const Json *json, Str text)
{
    return json->type == JSON_STRING && str_equal(json->text, text);
}

bool json_to_int64(const Json *json, int64_t *ret_number)
{
    return json->type == JSON_NUMBER && str_to_int64(json->text, ret_number);
}
