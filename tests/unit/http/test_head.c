/* Heads: what is taken, what each refusal is for, and that cutting the input changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "test.h"

#include "base/buf.h"
#include "http/head.h"

typedef struct Case {
    const char *name;
    const char *text;
    size_t len; /* 0: of the text up to its NUL */
    int status; /* 0: taken */
} Case;

#define HOST "Host: a\r\n"

static const Case cases[] = {
    {"plain", "GET / HTTP/1.1\r\n" HOST "\r\n", 0, 0},
    {"empty line before", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0, 0},
    {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0, 0},
    {"later minor version", "GET / HTTP/1.7\r\n" HOST "\r\n", 0, 0},
    {"any method", "BREW / HTTP/1.1\r\n" HOST "\r\n", 0, 0},
    {"absolute target", "GET http://b/x?y HTTP/1.1\r\n" HOST "\r\n", 0, 0},
    {"asterisk", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0, 0},
    {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0, 0},
    {"Host with port", "GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", 0, 0},
    {"empty value", "GET / HTTP/1.1\r\n" HOST "A:\r\n\r\n", 0, 0},
    {"tab in a value", "GET / HTTP/1.1\r\n" HOST "A: b\tc\r\n\r\n", 0, 0},
    {"Latin-1 in a value", "GET / HTTP/1.1\r\n" HOST "A: \xe4\r\n\r\n", 0, 0},
    {"other header repeated", "GET / HTTP/1.1\r\n" HOST "A: b\r\nA: c\r\n\r\n", 0, 0},
    {"chunked", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", 0, 0},
    {"length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 007\r\n\r\n", 0, 0},
    {"expectation", "POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\n\r\n", 0, 0},

    {"second Content-Length",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 0, 400},
    {"list of lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n", 0, 400},
    {"negative length", "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 0, 400},
    {"signed length", "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", 0, 400},
    {"empty length", "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 0, 400},
    {"hexadecimal length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\n", 0, 400},
    {"length past 63 bits",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\n", 0, 400},
    {"length and coding",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 400},
    {"coding and length",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 0, 400},
    {"other coding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", 0, 400},
    {"two codings", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 0, 400},
    {"coding twice",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     0, 400},
    {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 400},
    {"no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", 0, 400},
    {"two Hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 0, 400},
    {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" HOST HOST "\r\n", 0, 400},
    {"Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 0, 400},
    {"Host with a slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 0, 400},
    {"bare LF behind the line", "GET / HTTP/1.1\n" HOST "\r\n", 0, 400},
    {"bare LF behind a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", 0, 400},
    {"bare LF at the end", "GET / HTTP/1.1\r\n" HOST "\n", 0, 400},
    {"bare LF at the beginning", "\nGET / HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"bare CR in a value", "GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n", 0, 400},
    {"NUL in a value", "GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n", 35, 400},
    {"NUL in a name", "GET / HTTP/1.1\r\n" HOST "A\0: b\r\n\r\n", 34, 400},
    {"NUL in the target", "GET /\0 HTTP/1.1\r\n" HOST "\r\n", 28, 400},
    {"control character in a value", "GET / HTTP/1.1\r\n" HOST "A: b\x01\r\n\r\n", 0, 400},
    {"byte of no character in Host", "GET / HTTP/1.1\r\nHost: a\xe4\r\n\r\n", 0, 400},
    {"DEL in a value", "GET / HTTP/1.1\r\n" HOST "A: b\x7f\r\n\r\n", 0, 400},
    {"tab in the target", "GET /\t HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"blank in the target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"two blanks before the target", "GET  / HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"two blanks behind the target", "GET /  HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"blank behind the version", "GET / HTTP/1.1 \r\n" HOST "\r\n", 0, 400},
    {"blank before the method", " GET / HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"folded line", "GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n", 0, 400},
    {"folded by a tab", "GET / HTTP/1.1\r\n" HOST "A: b\r\n\tc\r\n\r\n", 0, 400},
    {"first header folded", "GET / HTTP/1.1\r\n " HOST "\r\n", 0, 400},
    {"blank before the colon", "GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n", 0, 400},
    {"no name", "GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n", 0, 400},
    {"no colon", "GET / HTTP/1.1\r\n" HOST "A\r\n\r\n", 0, 400},
    {"name in brackets", "GET / HTTP/1.1\r\n" HOST "(A): b\r\n\r\n", 0, 400},
    {"two Authorizations", "GET / HTTP/1.1\r\n" HOST "Authorization: a\r\nauthorization: a\r\n\r\n",
     0, 400},
    {"no version", "GET /\r\n" HOST "\r\n", 0, 400},
    {"version in lower case", "GET / http/1.1\r\n" HOST "\r\n", 0, 400},
    {"version too long", "GET / HTTP/1.10\r\n" HOST "\r\n", 0, 400},
    {"HTTP/2.0", "GET / HTTP/2.0\r\n" HOST "\r\n", 0, 505},
    {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, 400},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 0, 505},
    {"relative target", "GET a HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"CONNECT", "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"asterisk for GET", "GET * HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"absolute target without host", "GET http:///x HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"user in an absolute target", "GET http://u@b/ HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"method in brackets", "(GET) / HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"method too long", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\n" HOST "\r\n", 0, 400},
    {"unknown expectation", "POST / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\n\r\n", 0, 417},
};

static size_t case_len(const Case *c)
{
    return c->len > 0 ? c->len : strlen(c->text);
}

/* Parses a copy, given piece by piece; 0, a status, or -1 when more is wanted. */
static int parse_cut(HttpHead *head, char *copy, const char *text, size_t len, size_t piece)
{
    memcpy(copy, text, len);
    http_head_init(head);
    HttpParse result = HTTP_PARSE_MORE;
    for (size_t at = 0; at < len && result == HTTP_PARSE_MORE;) {
        at += MIN(piece, len - at);
        result = http_head_parse(head, copy, at);
    }
    if (result == HTTP_PARSE_REFUSED) {
        assert_non_null(head->reason);
        return head->status;
    }
    return result == HTTP_PARSE_DONE ? 0 : -1;
}

static void test_cases_however_cut(void **state)
{
    (void)state;
    HttpHead head;
    char copy[1024];
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const size_t len = case_len(&cases[i]);
        for (size_t piece = 1; piece <= len; piece++) {
            const int status = parse_cut(&head, copy, cases[i].text, len, piece);
            if (status != cases[i].status) {
                fail_msg("%s, cut every %zu: %d instead of %d", cases[i].name, piece, status,
                         cases[i].status);
            }
        }
    }
}

static void assert_str(Str s, const char *text)
{
    assert_int_equal(s.len, strlen(text));
    assert_memory_equal(s.ptr, text, s.len);
}

static void test_parts(void **state)
{
    (void)state;
    static const char text[] = "POST //a%2Fb?c=%20&d HTTP/1.1\r\nHOST: h:1\r\nX-A:  b c \t\r\n"
                               "Content-Length: 12\r\nExpect: 100-continue\r\n\r\nrest";
    HttpHead head;
    char copy[sizeof text];
    assert_int_equal(parse_cut(&head, copy, text, sizeof text - 1, sizeof text), 0);
    assert_str(head.method, "POST");
    assert_str(head.target, "//a%2Fb?c=%20&d");
    assert_str(head.path, "//a%2Fb");
    assert_str(head.query, "c=%20&d");
    assert_str(head.host, "h:1");
    assert_int_equal(head.n_headers, 4);
    assert_str(head.headers[0].name, "host");
    assert_str(head.headers[1].name, "x-a");
    assert_str(head.headers[1].value, "b c");
    assert_true(head.has_length);
    assert_int_equal(head.content_length, 12);
    assert_true(head.expects_continue);
    assert_int_equal(head.size, sizeof text - 1 - 4);
}

static void test_absolute_target(void **state)
{
    (void)state;
    static const char text[] = "GET HTTPS://b:2?q HTTP/1.1\r\nHost: a\r\n\r\n";
    HttpHead head;
    char copy[sizeof text];
    assert_int_equal(parse_cut(&head, copy, text, sizeof text - 1, 1), 0);
    assert_str(head.host, "b:2");
    assert_str(head.path, "/");
    assert_str(head.query, "q");
}

/* Not before the whole head was checked. */
static void test_nothing_changes_before_the_end(void **state)
{
    (void)state;
    static const char text[] = "GET / HTTP/1.1\r\nHOST: a\r\nABC: D\r\n\r";
    HttpHead head;
    char copy[sizeof text];
    assert_int_equal(parse_cut(&head, copy, text, sizeof text - 1, 1), -1);
    assert_memory_equal(copy, text, sizeof text - 1);
}

static void test_keep_alive(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool keep_alive;
    } connections[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", true},
        {"GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\n" HOST "Connection: x, Close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\n" HOST "Connection: closed\r\n\r\n", true},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false},
    };
    HttpHead head;
    char copy[256];
    for (size_t i = 0; i < ARRAY_N(connections); i++) {
        const size_t len = strlen(connections[i].text);
        assert_int_equal(parse_cut(&head, copy, connections[i].text, len, len), 0);
        assert_int_equal(head.keep_alive, connections[i].keep_alive);
    }
}

static int status_of(const char *text, size_t len, size_t piece)
{
    HttpHead head;
    char *copy = malloc(len);
    assert_non_null(copy);
    const int status = parse_cut(&head, copy, text, len, piece);
    free(copy);
    return status;
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t n;
        const char *behind;
        int status;
    } sizes[] = {
        {"GET /", HTTP_HEAD_MAX - 64, " HTTP/1.1\r\n" HOST "\r\n", 0},
        {"GET /", HTTP_HEAD_MAX, " HTTP/1.1\r\n" HOST "\r\n", 414},
        {"GET /", HTTP_HEAD_MAX, "", 414},
        {"GET / HTTP/1.1\r\n" HOST "A: ", HTTP_HEAD_MAX - 64, "\r\n\r\n", 0},
        {"GET / HTTP/1.1\r\n" HOST "A: ", HTTP_HEAD_MAX, "\r\n\r\n", 431},
        {"GET / HTTP/1.1\r\n" HOST "A: ", HTTP_HEAD_MAX, "", 431},
    };
    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        CLEANUP(buf_free) Buf *text = buf_new(1 << 16);
        buf_put_str(text, str_from(sizes[i].before));
        for (size_t j = 0; j < sizes[i].n; j++) {
            buf_put_char(text, 'x');
        }
        buf_put_str(text, str_from(sizes[i].behind));
        assert_int_equal(status_of(text->data, text->len, text->len), sizes[i].status);
        assert_int_equal(status_of(text->data, text->len, 1000), sizes[i].status);
        assert_int_equal(status_of(text->data, text->len, 7), sizes[i].status);
    }
}

static int status_with_headers(int n)
{
    CLEANUP(buf_free) Buf *text = buf_new(1 << 16);
    buf_put_lit(text, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 1; i < n; i++) {
        buf_put_lit(text, "A: b\r\n");
    }
    buf_put_lit(text, "\r\n");
    return status_of(text->data, text->len, text->len);
}

static void test_number_of_headers(void **state)
{
    (void)state;
    assert_int_equal(status_with_headers(HTTP_HEADERS_MAX), 0);
    assert_int_equal(status_with_headers(HTTP_HEADERS_MAX + 1), 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_however_cut),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_absolute_target),
        cmocka_unit_test(test_nothing_changes_before_the_end),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_number_of_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
