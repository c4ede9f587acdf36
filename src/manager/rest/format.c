/* Forms of texts and bounds of numbers: a predicate a format, and one place that asks them in the
 * order in which their answers help most. */
#include "manager/rest/format.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "manager/rest/uri.h"

#define LABEL_MAX 63           /* RFC 1035 2.3.4 */
#define HOST_MAX 253           /* the same, as text without its final dot */
#define CHOICES_SHOWN_MAX 1000 /* bytes */

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* White space or a control, in ASCII. */
static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool has_blank(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_blank(s.ptr[i])) {
            return true;
        }
    }
    return false;
}

/* A scheme (RFC 3986 3.1), a colon, and anything without blanks. */
static bool is_url(Str s)
{
    size_t colon = str_find(s, ':', 0);
    if (colon == SIZE_MAX || colon == 0 || !is_alpha(s.ptr[0]) || has_blank(s)) {
        return false;
    }
    for (size_t i = 1; i < colon; i++) {
        char c = s.ptr[i];
        if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') {
            return false;
        }
    }
    return true;
}

/* Underscores are in use, though no host name may have them. */
static bool is_label(Str label)
{
    if (label.len == 0 || label.len > LABEL_MAX) {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

/* Addresses pass, too: they are made of labels. */
static bool is_host(Str s)
{
    if (str_ends_with(s, STR("."))) {
        s.len--;
    }
    if (s.len == 0 || s.len > HOST_MAX || s.ptr[s.len - 1] == '.') {
        return false;
    }
    while (s.len > 0) {
        if (!is_label(str_cut(&s, '.'))) {
            return false;
        }
    }
    return true;
}

static bool is_address(int family, Str s)
{
    char text[INET6_ADDRSTRLEN + 1];
    struct in6_addr address; /* the larger of the two */
    if (s.len >= sizeof(text)) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        text[i] = s.ptr[i];
    }
    text[s.len] = '\0';
    return inet_pton(family, text, &address) == 1;
}

static bool is_email(Str s)
{
    size_t at = str_find(s, '@', 0);
    return at != SIZE_MAX && at > 0 && at + 1 < s.len && str_find(s, '@', at + 1) == SIZE_MAX &&
           !has_blank(s);
}

/* -----BEGIN LABEL----- … -----END LABEL----- */
static bool is_pem(Str s)
{
    static const char dashes[] = "-----";
    size_t begin = str_find_str(s, STR("-----BEGIN "));
    if (begin == SIZE_MAX) {
        return false;
    }
    Str rest = str_slice(s, begin + sizeof("-----BEGIN ") - 1, s.len);
    size_t end = str_find_str(rest, str_from(dashes));
    if (end == SIZE_MAX || end == 0 || str_find(str_slice(rest, 0, end), '\n', 0) != SIZE_MAX) {
        return false;
    }
    return str_find_str(rest, STR("-----END ")) != SIZE_MAX;
}

static bool is_regex(Arena *scratch, Str s)
{
    CLEANUP(regex_free) Regex *regex = NULL;
    return regex_new(scratch, s, 0, &regex) == NULL;
}

static bool is_json(Arena *scratch, Str s)
{
    Json *json = NULL;
    return json_parse(scratch, s, &json_limits_default, &json) == NULL;
}

static bool is_one_line(Str s)
{
    Str line = str_trim(s);
    return line.len > 0 && str_find(line, '\n', 0) == SIZE_MAX &&
           str_find(line, '\r', 0) == SIZE_MAX;
}

bool format_accepts(FieldFormat format, Arena *scratch, Str text)
{
    switch (format) {
    case FORMAT_URL:
        return is_url(text);
    case FORMAT_FQDN:
    case FORMAT_HOSTNAME:
        return is_host(text);
    case FORMAT_IPV4:
        return is_address(AF_INET, text);
    case FORMAT_IPV6:
        return is_address(AF_INET6, text);
    case FORMAT_IP:
        return is_address(AF_INET, text) || is_address(AF_INET6, text);
    case FORMAT_EMAIL:
        return is_email(text);
    case FORMAT_UUID:
        return uri_is_uuid(text);
    case FORMAT_PEM:
        return is_pem(text);
    case FORMAT_REGEX:
        return is_regex(scratch, text);
    case FORMAT_JSON:
        return is_json(scratch, text);
    case FORMAT_SSH_PUBLIC_KEY:
        return is_one_line(text);
    case FORMAT_NONE:
    case FORMAT_JINJA2:
    case FORMAT_N:
        break;
    }
    return true;
}

static Str format_words(FieldFormat format)
{
    static const char *const words[FORMAT_N] = {
        [FORMAT_URL] = "a URL",
        [FORMAT_FQDN] = "a domain name",
        [FORMAT_HOSTNAME] = "a host name",
        [FORMAT_IPV4] = "an IPv4 address",
        [FORMAT_IPV6] = "an IPv6 address",
        [FORMAT_IP] = "an IP address",
        [FORMAT_EMAIL] = "an email address",
        [FORMAT_UUID] = "a UUID",
        [FORMAT_PEM] = "a text in PEM form",
        [FORMAT_REGEX] = "a regular expression",
        [FORMAT_JSON] = "a JSON text",
        [FORMAT_SSH_PUBLIC_KEY] = "an SSH public key on one line",
    };
    return str_from(words[format]);
}

/* With all of them, unless they are too many to be read. */
static Str choices_text(const Field *f, Arena *a)
{
    Buf out;
    buf_init(&out, CHOICES_SHOWN_MAX);
    for (size_t i = 0; i < f->n_choices; i++) {
        if (i > 0) {
            buf_put_lit(&out, ", ");
        }
        if (f->choices[i].type == VALUE_INTEGER) {
            buf_put_int64(&out, f->choices[i].integer);
        } else if (f->choices[i].type == VALUE_TEXT) {
            buf_printf(&out, "'%.*s'", STR_ARG(f->choices[i].text));
        }
    }
    Str text = buf_failed(&out)
                   ? STR("Not one of the choices.")
                   : str_format(a, "Not one of the choices: %.*s.", STR_ARG(buf_str(&out)));
    buf_deinit(&out);
    return text;
}

static bool is_choice(const Field *f, Value value)
{
    for (size_t i = 0; i < f->n_choices; i++) {
        if (value_equal(f->choices[i], value)) {
            return true;
        }
    }
    return f->n_choices == 0 || f->open_choices;
}

Str format_problem(const Field *f, Arena *a, Str text)
{
    if (text.len == 0) {
        return STR_NONE;
    }
    size_t n = utf8_count(text);
    if (n > f->max_length) {
        return str_format(a, "At most %zu characters.", f->max_length);
    }
    if (n < f->min_length) {
        return str_format(a, "At least %zu characters.", f->min_length);
    }
    if (!is_choice(f, value_text(text))) {
        return choices_text(f, a);
    }
    if (f->open_format) {
        return STR_NONE;
    }
    if (f->pattern != NULL && regex_match(f->pattern, text) != REGEX_YES) {
        return str_format(a, "The value doesn't have the right form. %.*s", STR_ARG(f->help));
    }
    if (!format_accepts(f->format, a, text)) {
        return str_format(a, "Give %.*s.", STR_ARG(format_words(f->format)));
    }
    return STR_NONE;
}

Str format_integer_problem(const Field *f, Arena *a, int64_t number)
{
    if (number < f->min) {
        return str_format(a, "At least %" PRId64 ".", f->min);
    }
    if (number > f->max) {
        return str_format(a, "At most %" PRId64 ".", f->max);
    }
    if (!is_choice(f, value_integer(number))) {
        return choices_text(f, a);
    }
    return STR_NONE;
}
