/* Reads heads of requests (RFC 9112 2 to 6), refusing whatever is ambiguous. */
#include "http/head.h"

#include <string.h>

#include "base/attr.h"

#define METHOD_MAX 32
#define LENGTH_DIGITS_MAX 18 /* fits in 63 bits */

void http_head_init(HttpHead *head)
{
    memset(head, 0, offsetof(HttpHead, headers));
}

static HttpParse refuse(HttpHead *head, int status, const char *reason)
{
    head->status = status;
    head->reason = reason;
    return HTTP_PARSE_REFUSED;
}

/* tchar of RFC 9110 5.6.2. */
static bool is_token_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           (c != '\0' && strchr("!#$%&'*+.^_`|~", c) != NULL);
}

static bool is_token(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_token_char((unsigned char)s.ptr[i])) {
            return false;
        }
    }
    return s.len > 0;
}

static bool is_control(unsigned char c)
{
    return c < ' ' || c == 0x7f;
}

static bool is_field_value(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_control((unsigned char)s.ptr[i]) && s.ptr[i] != '\t') {
            return false;
        }
    }
    return true;
}

/* No controls, and no blank: the line is never cut at one. */
static bool is_target(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_control((unsigned char)s.ptr[i]) || s.ptr[i] == ' ') {
            return false;
        }
    }
    return s.len > 0;
}

/* Characters of a host, an address literal and a port; not their arrangement. */
static bool is_host(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          (c != '\0' && strchr("-._~%!$&'()*+,;=:[]", c) != NULL);
        if (!good) {
            return false;
        }
    }
    return true;
}

/* http://host/path, as a proxy would be sent it: the host in the target outweighs the header. */
static bool cut_scheme_and_host(HttpHead *head)
{
    /* The schemes differ by what a proxy in front of us was asked for, not by how it reached us. */
    static const Str schemes[] = {STR_INIT("https://"), STR_INIT("http://")};
    for (size_t i = 0; i < ARRAY_N(schemes); i++) {
        const Str start = str_slice(head->target, 0, schemes[i].len);
        if (!str_equal_ignoring_case(start, schemes[i])) {
            continue;
        }
        const Str rest = str_slice(head->target, schemes[i].len, head->target.len);
        size_t host_len = 0;
        while (host_len < rest.len && rest.ptr[host_len] != '/' && rest.ptr[host_len] != '?') {
            host_len++;
        }
        head->host = str_slice(rest, 0, host_len);
        head->has_target_host = true;
        head->target = str_slice(rest, host_len, rest.len);
        return host_len > 0 && is_host(head->host);
    }
    return false;
}

static bool split_target(HttpHead *head)
{
    if (head->target.ptr[0] != '/' && !str_equal(head->target, STR("*")) &&
        !cut_scheme_and_host(head)) {
        return false;
    }
    const size_t mark = str_find(head->target, '?', 0);
    head->path = str_slice(head->target, 0, mark);
    head->query = mark == SIZE_MAX ? STR_NONE : str_slice(head->target, mark + 1, head->target.len);
    if (head->path.len == 0) {
        head->path = STR("/");
    }
    return !str_equal(head->path, STR("*")) || str_equal(head->method, STR("OPTIONS"));
}

static HttpParse read_version(HttpHead *head, Str version)
{
    const bool formed = version.len == 8 && str_starts_with(version, STR("HTTP/")) &&
                        version.ptr[5] >= '0' && version.ptr[5] <= '9' && version.ptr[6] == '.' &&
                        version.ptr[7] >= '0' && version.ptr[7] <= '9';
    if (!formed) {
        return refuse(head, 400, "The request line is malformed.");
    }
    if (version.ptr[5] != '1') {
        return refuse(head, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    }
    head->minor = version.ptr[7] == '0' ? 0 : 1;
    return HTTP_PARSE_MORE;
}

static HttpParse read_request_line(HttpHead *head, Str line)
{
    const size_t first = str_find(line, ' ', 0);
    const size_t second = first == SIZE_MAX ? SIZE_MAX : str_find(line, ' ', first + 1);
    if (second == SIZE_MAX) {
        return refuse(head, 400, "The request line is malformed.");
    }
    head->method = str_slice(line, 0, first);
    head->target = str_slice(line, first + 1, second);
    if (!is_token(head->method) || head->method.len > METHOD_MAX || !is_target(head->target)) {
        return refuse(head, 400, "The request line is malformed.");
    }
    if (!split_target(head)) {
        return refuse(head, 400, "The request target is malformed.");
    }
    head->has_line = true;
    return read_version(head, str_slice(line, second + 1, line.len));
}

/* Digits alone: neither a sign nor a list of equal numbers, which RFC 9110 8.6 lets a recipient
 * either refuse or mend. */
static HttpParse read_content_length(HttpHead *head, Str value)
{
    uint64_t length = 0;
    bool good = !head->has_length && value.len > 0 && value.len <= LENGTH_DIGITS_MAX;
    for (size_t i = 0; good && i < value.len; i++) {
        good = value.ptr[i] >= '0' && value.ptr[i] <= '9';
        length = length * 10 + (uint64_t)(value.ptr[i] - '0');
    }
    if (!good) {
        return refuse(head, 400, "Content-Length is malformed or repeated.");
    }
    head->has_length = true;
    head->content_length = length;
    return HTTP_PARSE_MORE;
}

static HttpParse read_transfer_encoding(HttpHead *head, Str value)
{
    if (head->has_transfer_coding || !str_equal_ignoring_case(value, STR("chunked"))) {
        return refuse(head, 400, "The only transfer coding taken is chunked, once.");
    }
    head->has_transfer_coding = true;
    head->chunked = true;
    return HTTP_PARSE_MORE;
}

static HttpParse read_host(HttpHead *head, Str value)
{
    head->n_hosts++;
    if (head->n_hosts > 1 || !is_host(value)) {
        return refuse(head, 400, "Host is malformed or repeated.");
    }
    if (!head->has_target_host) {
        head->host = value;
    }
    return HTTP_PARSE_MORE;
}

static HttpParse read_connection(HttpHead *head, Str value)
{
    while (value.len > 0) {
        const Str option = str_trim(str_cut(&value, ','));
        head->asks_close = head->asks_close || str_equal_ignoring_case(option, STR("close"));
        head->asks_keep_alive =
            head->asks_keep_alive || str_equal_ignoring_case(option, STR("keep-alive"));
    }
    return HTTP_PARSE_MORE;
}

static HttpParse read_expect(HttpHead *head, Str value)
{
    if (!str_equal_ignoring_case(value, STR("100-continue"))) {
        return refuse(head, 417, "The only expectation met is 100-continue.");
    }
    head->expects_continue = true;
    return HTTP_PARSE_MORE;
}

static HttpParse read_authorization(HttpHead *head, Str value)
{
    (void)value;
    if (head->has_authorization) {
        return refuse(head, 400, "Authorization is repeated.");
    }
    head->has_authorization = true;
    return HTTP_PARSE_MORE;
}

/* Those that the head itself has a meaning for. */
static HttpParse read_known_header(HttpHead *head, Str name, Str value)
{
    static const struct {
        Str name;
        HttpParse (*read)(HttpHead *head, Str value);
    } known[] = {
        {STR_INIT("host"), read_host},
        {STR_INIT("content-length"), read_content_length},
        {STR_INIT("connection"), read_connection},
        {STR_INIT("authorization"), read_authorization},
        {STR_INIT("transfer-encoding"), read_transfer_encoding},
        {STR_INIT("expect"), read_expect},
    };
    for (size_t i = 0; i < ARRAY_N(known); i++) {
        if (known[i].name.len == name.len && str_equal_ignoring_case(known[i].name, name)) {
            return known[i].read(head, value);
        }
    }
    return HTTP_PARSE_MORE;
}

static Str trim_blanks(Str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) {
        s.len--;
    }
    return s;
}

static HttpParse read_header_line(HttpHead *head, Str line)
{
    const size_t colon = str_find(line, ':', 0);
    const Str name = str_slice(line, 0, colon);
    /* A folded line begins with a blank, which no name may hold. */
    if (colon == SIZE_MAX || !is_token(name)) {
        return refuse(head, 400, "A header is malformed.");
    }
    const Str value = trim_blanks(str_slice(line, colon + 1, line.len));
    if (!is_field_value(value)) {
        return refuse(head, 400, "A header holds control characters.");
    }
    if (head->n_headers == HTTP_HEADERS_MAX) {
        return refuse(head, 431, "There are too many headers.");
    }
    head->headers[head->n_headers++] = (HttpHeader){name, value};
    return read_known_header(head, name, value);
}

static void lower_names(HttpHead *head, char *data)
{
    for (size_t i = 0; i < head->n_headers; i++) {
        char *name = data + (head->headers[i].name.ptr - data);
        for (size_t j = 0; j < head->headers[i].name.len; j++) {
            if (name[j] >= 'A' && name[j] <= 'Z') {
                name[j] = (char)(name[j] + ('a' - 'A'));
            }
        }
    }
}

static HttpParse finish(HttpHead *head, char *data)
{
    /* What depends on several lines can only be said here: a version comes before, a length and a
     * coding in either order. */
    if (head->minor > 0 && head->n_hosts != 1) {
        return refuse(head, 400, "Host is missing.");
    }
    if (head->chunked && (head->has_length || head->minor == 0)) {
        return refuse(head, 400, "Transfer-Encoding contradicts the rest of the head.");
    }
    head->keep_alive =
        head->minor > 0 ? !head->asks_close : head->asks_keep_alive && !head->asks_close;
    /* RFC 9110 10.1.1: a client of HTTP/1.0 wouldn't understand the 100. */
    head->expects_continue = head->expects_continue && head->minor > 0;
    lower_names(head, data);
    return HTTP_PARSE_DONE;
}

static HttpParse refuse_size(HttpHead *head)
{
    return head->has_line ? refuse(head, 431, "The headers are too large.")
                          : refuse(head, 414, "The request line is too long.");
}

HttpParse http_head_parse(HttpHead *head, char *data, size_t len)
{
    while (head->status == 0) {
        const char *line_feed = memchr(data + head->size, '\n', len - head->size);
        const size_t end = line_feed != NULL ? (size_t)(line_feed - data) : len;
        if (end >= HTTP_HEAD_MAX) {
            return refuse_size(head);
        }
        if (line_feed == NULL) {
            return HTTP_PARSE_MORE;
        }
        if (end == head->size || data[end - 1] != '\r') {
            return refuse(head, 400, "A line doesn't end with CR LF.");
        }
        const Str line = {data + head->size, end - 1 - head->size};
        head->size = end + 1;
        if (line.len == 0 && head->has_line) {
            return finish(head, data);
        }
        if (line.len == 0) {
            continue; /* empty lines before a request are usual after a POST of old clients */
        }
        const HttpParse result =
            head->has_line ? read_header_line(head, line) : read_request_line(head, line);
        if (result == HTTP_PARSE_REFUSED) {
            return result;
        }
    }
    return HTTP_PARSE_REFUSED;
}
