/* A reader that only says yes or no, and a writer. Blanks are taken where libldap takes them, which
 * isn't around the whole, nor behind what ! negates. */
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

static bool is_in_name(int c)
{
    return is_letter_or_digit(c) || c == '-';
}

/* 2.5.4.3 */
static bool take_number(Cursor *c)
{
    bool dot = true;
    while ((next_char(c) >= '0' && next_char(c) <= '9') || (next_char(c) == '.' && !dot)) {
        dot = next_char(c) == '.';
        c->at++;
    }
    return !dot;
}

/* A name or the number of one (RFC 4512 1.4), as attributes and matching rules have it. */
static bool take_name(Cursor *c)
{
    if (next_char(c) >= '0' && next_char(c) <= '9') {
        return take_number(c);
    }
    const size_t start = c->at;
    while (is_in_name(next_char(c)) && (c->at > start || next_char(c) != '-')) {
        c->at++;
    }
    return c->at > start;
}

/* With options: userCertificate;binary. */
static bool take_attribute(Cursor *c)
{
    bool fine = take_name(c);
    while (fine && take(c, ';')) {
        const size_t start = c->at;
        while (is_in_name(next_char(c))) {
            c->at++;
        }
        fine = c->at > start;
    }
    return fine;
}

/* attribute:dn:rule:= where one of the first and the last may lack. */
static bool take_extensible(Cursor *c, bool named)
{
    bool has_dn = false;
    bool has_rule = false;
    while (take(c, ':')) {
        if (take(c, '=')) {
            return named || has_rule;
        }
        const size_t start = c->at;
        if (has_rule || !take_name(c)) {
            return false;
        }
        const bool is_dn =
            !has_dn && str_equal_ignoring_case(str_slice(c->text, start, c->at), STR("dn"));
        has_dn = has_dn || is_dn;
        has_rule = !is_dn;
    }
    return false;
}

/* After the name: =, ~=, >=, <=, or what belongs to an extensible match. Behind = alone a * stands
 * for any text; behind the others it isn't taken, unless escaped. */
static bool take_operator(Cursor *c, bool named, bool *ret_stars)
{
    if (next_char(c) == ':') {
        return take_extensible(c, named);
    }
    *ret_stars = !(take(c, '~') || take(c, '<') || take(c, '>'));
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

/* One character, or one that is written as \ and two digits. */
static bool take_value_char(Cursor *c)
{
    if (take(c, '\\')) {
        return take_two_hex_digits(c);
    }
    const bool fine = next_char(c) != '(' && next_char(c) != '\0';
    c->at++;
    return fine;
}

/* stars: each stands for any text, but a second one beside it is refused; else none is taken. */
static bool take_value(Cursor *c, bool stars)
{
    bool after_star = false;
    while (c->at < c->text.len && next_char(c) != ')') {
        const bool star = take(c, '*');
        if (star ? !stars || after_star : !take_value_char(c)) {
            return false;
        }
        after_star = star;
    }
    return true;
}

static bool take_filter(Cursor *c, int depth);

/* What & and | join: at least one filter. */
static bool take_list(Cursor *c, int depth)
{
    skip_blanks(c);
    do {
        if (!take_filter(c, depth)) {
            return false;
        }
        skip_blanks(c);
    } while (next_char(c) == '(');
    return true;
}

/* attribute, operator, value */
static bool take_item(Cursor *c)
{
    const size_t start = c->at;
    bool stars = false;
    const bool named = take_attribute(c);
    return (named || c->at == start) && take_operator(c, named, &stars) && take_value(c, stars);
}

static bool take_filter(Cursor *c, int depth)
{
    if (depth == 0 || !take(c, '(')) {
        return false;
    }
    skip_blanks(c);
    bool fine;
    if (take(c, '&') || take(c, '|')) {
        fine = take_list(c, depth - 1);
    } else if (take(c, '!')) {
        skip_blanks(c);
        fine = take_filter(c, depth - 1);
    } else {
        fine = take_item(c);
    }
    return fine && take(c, ')');
}

bool directory_filter_is_valid(Str filter)
{
    Cursor c = {.text = filter};
    return take_filter(&c, DIRECTORY_FILTER_DEPTH_MAX) && c.at == filter.len;
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
