/* Chunked bodies: what comes out, what is refused, and that cutting the input changes nothing. */
#include <string.h>

#include "test.h"

#include "base/buf.h"
#include "http/chunks.h"

typedef struct Case {
    const char *name;
    const char *text;
    const char *body; /* NULL: refused */
    size_t n_behind;  /* bytes behind the body, which aren't to be read */
} Case;

static const Case cases[] = {
    {"one", "3\r\nabc\r\n0\r\n\r\n", "abc", 0},
    {"none", "0\r\n\r\n", "", 0},
    {"two", "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n", "abcdefg", 0},
    {"what follows stays", "1\r\na\r\n0\r\n\r\nGET", "a", 3},
    {"upper case", "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0},
    {"lower case", "a\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0},
    {"leading zeros", "0003\r\nabc\r\n000\r\n\r\n", "abc", 0},
    {"extension", "3;a=b\r\nabc\r\n0;c\r\n\r\n", "abc", 0},
    {"line feeds in the data", "2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 0},
    {"trailers", "1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\n", "a", 0},
    {"trailers and more", "1\r\na\r\n0\r\nA: b\r\n\r\nX", "a", 1},

    {"no size", "\r\nabc\r\n0\r\n\r\n", NULL, 0},
    {"no digit", "g\r\n", NULL, 0},
    {"sign", "+3\r\nabc\r\n0\r\n\r\n", NULL, 0},
    {"prefix", "0x3\r\nabc\r\n0\r\n\r\n", NULL, 0},
    {"blank before the size", " 3\r\nabc\r\n0\r\n\r\n", NULL, 0},
    {"blank behind the size", "3 \r\nabc\r\n0\r\n\r\n", NULL, 0},
    {"size past 60 bits", "1000000000000003\r\nabc\r\n0\r\n\r\n", NULL, 0},
    {"bare LF behind the size", "3\nabc\r\n0\r\n\r\n", NULL, 0},
    {"bare CR behind the size", "3\rabc\r\n0\r\n\r\n", NULL, 0},
    {"bare LF behind the data", "3\r\nabc\n0\r\n\r\n", NULL, 0},
    {"data too long", "3\r\nabcd\r\n0\r\n\r\n", NULL, 0},
    {"data too short", "3\r\nab\r\n0\r\n\r\n", NULL, 0},
    {"control character in an extension", "3;\x01\r\nabc\r\n0\r\n\r\n", NULL, 0},
    {"bare LF in an extension", "3;a\nabc\r\n0\r\n\r\n", NULL, 0},
    {"bare LF at the end", "0\r\n\n", NULL, 0},
    {"bare LF in a trailer", "0\r\nA: b\n\r\n", NULL, 0},
    {"bare CR in a trailer", "0\r\nA: b\rc\r\n\r\n", NULL, 0},
    {"control character in a trailer", "0\r\nA: \x02\r\n\r\n", NULL, 0},
};

typedef struct Decoded {
    HttpParse result;
    char body[64];
    size_t len;
    size_t n_behind;
} Decoded;

static Decoded decode_cut(const char *text, size_t len, size_t piece)
{
    Decoded d = {.result = HTTP_PARSE_MORE};
    HttpChunks chunks;
    http_chunks_init(&chunks);
    size_t at = 0;
    while (at < len && d.result == HTTP_PARSE_MORE) {
        const size_t n = MIN(piece, len - at);
        size_t used = 0;
        Str out = STR_NONE;
        d.result = http_chunks_read(&chunks, text + at, n, &used, &out);
        assert_true(used <= n && d.len + out.len < sizeof d.body);
        if (out.len > 0) {
            memcpy(d.body + d.len, out.ptr, out.len);
        }
        d.len += out.len;
        at += used;
    }
    d.n_behind = len - at;
    return d;
}

static void check(const Case *c, size_t piece)
{
    const Decoded d = decode_cut(c->text, strlen(c->text), piece);
    if (c->body == NULL) {
        if (d.result != HTTP_PARSE_REFUSED) {
            fail_msg("%s, cut every %zu: taken", c->name, piece);
        }
        return;
    }
    if (d.result != HTTP_PARSE_DONE) {
        fail_msg("%s, cut every %zu: not taken", c->name, piece);
    }
    assert_int_equal(d.len, strlen(c->body));
    assert_memory_equal(d.body, c->body, d.len);
    assert_int_equal(d.n_behind, c->n_behind);
}

static void test_cases_however_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        for (size_t piece = 1; piece <= strlen(cases[i].text); piece++) {
            check(&cases[i], piece);
        }
    }
}

static HttpParse decode_long(const char *before, size_t n)
{
    CLEANUP(buf_free) Buf *text = buf_new(1 << 16);
    buf_put_str(text, str_from(before));
    for (size_t i = 0; i < n; i++) {
        buf_put_char(text, 'x');
    }
    buf_put_lit(text, "\r\n\r\n");
    return decode_cut(text->data, text->len, 100).result;
}

static void test_long_lines(void **state)
{
    (void)state;
    assert_int_equal(decode_long("0;", HTTP_CHUNK_LINE_MAX - 4), HTTP_PARSE_DONE);
    assert_int_equal(decode_long("0;", HTTP_CHUNK_LINE_MAX), HTTP_PARSE_REFUSED);
    assert_int_equal(decode_long("0\r\nA:", HTTP_TRAILERS_MAX - 6), HTTP_PARSE_DONE);
    assert_int_equal(decode_long("0\r\nA:", HTTP_TRAILERS_MAX), HTTP_PARSE_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_however_cut),
        cmocka_unit_test(test_long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
