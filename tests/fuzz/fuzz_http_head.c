/* Heads of requests: whatever comes in, the result is the same whole and cut, and all texts lie
 * within the input. The first byte says where to cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "http/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static HttpParse parse(HttpHead *head, char *copy, const uint8_t *data, size_t size, size_t piece)
{
    HttpParse result = HTTP_PARSE_MORE;
    http_head_init(head);
    memcpy(copy, data, size);
    for (size_t at = 0; at < size && result == HTTP_PARSE_MORE;) {
        at += MIN(piece, size - at);
        result = http_head_parse(head, copy, at);
    }
    return result;
}

static void check_within(Str s, const char *copy, size_t size)
{
    MUST(s.len == 0 || str_equal(s, STR("/")) || (s.ptr >= copy && s.ptr + s.len <= copy + size));
}

static void check_head(const HttpHead *head, const char *copy)
{
    check_within(head->method, copy, head->size);
    check_within(head->target, copy, head->size);
    check_within(head->path, copy, head->size);
    check_within(head->query, copy, head->size);
    check_within(head->host, copy, head->size);
    MUST(head->path.len > 0 && head->method.len > 0);
    MUST(!(head->chunked && head->has_length));
    for (size_t i = 0; i < head->n_headers; i++) {
        check_within(head->headers[i].name, copy, head->size);
        check_within(head->headers[i].value, copy, head->size);
        MUST(memchr(head->headers[i].value.ptr, '\n', head->headers[i].value.len) == NULL);
    }
}

static void check_same(const HttpHead *a, const HttpHead *b)
{
    MUST(a->status == b->status);
    MUST(a->n_headers == b->n_headers && a->size == b->size);
    MUST(a->content_length == b->content_length && a->chunked == b->chunked);
    MUST(str_equal(a->target, b->target) && str_equal(a->host, b->host));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const size_t len = size - 1;
    char *first = malloc(len);
    char *second = malloc(len);
    HttpHead *whole = malloc(sizeof *whole);
    HttpHead *cut = malloc(sizeof *cut);
    MUST(first != NULL && second != NULL && whole != NULL && cut != NULL);
    const HttpParse a = parse(whole, first, data + 1, len, len);
    const HttpParse b = parse(cut, second, data + 1, len, (size_t)data[0] + 1);
    MUST(a == b);
    if (a == HTTP_PARSE_DONE) {
        check_head(whole, first);
    }
    check_same(whole, cut);
    free(first);
    free(second);
    free(whole);
    free(cut);
    return 0;
}
