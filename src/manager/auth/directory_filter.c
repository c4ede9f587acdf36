/* A reader that only says yes or no, and a writer. */
#include "manager/auth/directory_filter.h"

#include "base/hex.h"

typedef struct Cursor {
    Str text;
    size_t at;
} Cursor;

static int next_char(const Cursor *c)
{
    return c->at < c->text.len ? (unsigned char)c->text.ptr[c->at] : -1;
}

static bool take(Cursor *c, char wanted)
{
    const bool found = next_char(c) == (unsigned char)wanted;
    c->at += found ? 1 : 0;
    return found;
}

static void skip_blanks(Cursor *c)
{
    while (take(c, ' ')) {
    }
}

static bool is_letter_or_digit(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A name, a number of one, with options: also of a matching rule. */
static bool take_name(Cursor *c)
{
    const size_t start = c->at;
    while (is_letter_or_digit(next_char(c)) ||
           (c->at > start && next_char(c) > 0 && strchr("-.;_", next_char(c)) != NULL)) {
        c->at++;
    }
    return c->at > start;
}

/* attribute:dn:rule:= where one of the first and the last may lack. */
static bool take_extensible(Cursor *c, bool named)
{
    int n_parts = 0;
    while (take(c, ':')) {
        if (take(c, '=')) {
            return named || n_parts > 0;
        }
        if (!take_name(c) || ++n_parts > 2) {
            return false;
        }
    }
    return false;
}

/* After the name: =, ~=, >=, <=, or what belongs to an extensible match. */
static bool take_operator(Cursor *c, bool named)
{
    if (next_char(c) == ':') {
        return take_extensible(c, named);
    }
    (void)(take(c, '~') || take(c, '<') || take(c, '>'));
    return named && take(c, '=');
}

static bool take_two_hex_digits(Cursor *c)
{
    for (int i = 0; i < 2; i++) {
        const int found = next_char(c);
        if (found < 0 || hex_value((char)found) < 0) {
            return false;
        }
        c->at++;
    }
    return true;
}

static bool take_value(Cursor *c)
{
    while (c->at < c->text.len && next_char(c) != ')') {
        if (next_char(c) == '(' || next_char(c) == '\0') {
            return false;
        }
        const bool escaped = take(c, '\\');
        if (escaped && !take_two_hex_digits(c)) {
            return false;
        }
        c->at += escaped ? 0 : 1;
    }
    return true;
}

static bool take_filter(Cursor *c, int depth);

/* What & and | join: at least one filter. */
static bool take_list(Cursor *c, int depth)
{
    do {
        if (!take_filter(c, depth)) {
            return false;
        }
        skip_blanks(c);
    } while (next_char(c) == '(');
    return true;
}

static bool take_filter(Cursor *c, int depth)
{
    skip_blanks(c);
    if (depth == 0 || !take(c, '(')) {
        return false;
    }
    skip_blanks(c);
    bool fine;
    if (take(c, '&') || take(c, '|')) {
        fine = take_list(c, depth - 1);
    } else if (take(c, '!')) {
        fine = take_filter(c, depth - 1);
        skip_blanks(c);
    } else {
        fine = take_operator(c, take_name(c)) && take_value(c);
    }
    return fine && take(c, ')');
}

bool directory_filter_is_valid(Str filter)
{
    Cursor c = {.text = filter};
    const bool fine = take_filter(&c, DIRECTORY_FILTER_DEPTH_MAX);
    skip_blanks(&c);
    return fine && c.at == filter.len;
}

void directory_filter_put_value(Buf *out, Str value)
{
    for (size_t i = 0; i < value.len; i++) {
        const char c = value.ptr[i];
        if (c == '\0' || c == '(' || c == ')' || c == '*' || c == '\\') {
            buf_printf(out, "\\%02x", (unsigned)c);
        } else {
            buf_put_char(out, c);
        }
    }
}

static const DirectoryFilterValue *value_at(Str rest, const DirectoryFilterValue values[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_starts_with(rest, values[i].place)) {
            return &values[i];
        }
    }
    return NULL;
}

void directory_filter_put(Buf *out, Str filter, const DirectoryFilterValue values[], size_t n)
{
    size_t at = 0;
    while (at < filter.len) {
        const DirectoryFilterValue *found = value_at(str_slice(filter, at, filter.len), values, n);
        if (found != NULL) {
            directory_filter_put_value(out, found->value);
            at += found->place.len;
        } else {
            buf_put_char(out, filter.ptr[at++]);
        }
    }
}
