/* Pages of lists. next and previous are paths without a host: clients put scheme and host in front
 * of them (wire 3), and the host they came by may be another than the one we know. */
#include "manager/rest/page.h"

static Err *parse_number(Arena *a, const FormPair *parameter, int64_t *ret_number)
{
    int64_t number = 0;
    if (!str_to_int64(str_trim(parameter->value), &number) || number < 0) {
        return err(a, ERR_INVALID, "Invalid %.*s: give an integer of at least 0.",
                   STR_ARG(parameter->name));
    }
    *ret_number = number;
    return NULL;
}

static bool is_limit(const FormPair *parameter)
{
    return str_equal(parameter->name, STR("limit"));
}

static bool is_offset(const FormPair *parameter)
{
    return str_equal(parameter->name, STR("offset"));
}

Err *page_parse(Arena *a, const FormPair parameters[], size_t n, Page *ret_page)
{
    Page page = {.limit = PAGE_LIMIT_DEFAULT, .offset = 0};
    const FormPair *limit = NULL;
    const FormPair *offset = NULL;
    for (size_t i = 0; i < n; i++) {
        if (is_limit(&parameters[i])) {
            limit = &parameters[i];
        } else if (is_offset(&parameters[i])) {
            offset = &parameters[i];
        }
    }
    if (limit != NULL) {
        TRY(parse_number(a, limit, &page.limit));
    }
    if (offset != NULL) {
        TRY(parse_number(a, offset, &page.offset));
    }
    if (page.limit == 0 || page.limit > PAGE_LIMIT_MAX) {
        page.limit = PAGE_LIMIT_MAX;
    }
    *ret_page = page;
    return NULL;
}

/* All other parameters as they came, repeated ones, too, so that the next page is one of the same
 * list. */
static void put_link(Buf *out, Str path, const FormPair parameters[], size_t n, Page page)
{
    buf_put_char(out, '"');
    buf_put_str(out, path);
    buf_put_char(out, '?');
    for (size_t i = 0; i < n; i++) {
        if (!is_limit(&parameters[i]) && !is_offset(&parameters[i])) {
            percent_put_form(out, parameters[i].name);
            buf_put_char(out, '=');
            percent_put_form(out, parameters[i].value);
            buf_put_char(out, '&');
        }
    }
    buf_put_lit(out, "limit=");
    buf_put_int64(out, page.limit);
    buf_put_lit(out, "&offset=");
    buf_put_int64(out, page.offset);
    buf_put_char(out, '"');
}

/* Written as differences, which can't overflow: an offset may be anything up to 2^63-1. */
void page_put_meta(Buf *out, Str path, const FormPair parameters[], size_t n, Page page,
                   int64_t total)
{
    buf_put_lit(out, "{\"limit\": ");
    buf_put_int64(out, page.limit);
    buf_put_lit(out, ", \"next\": ");
    if (page.offset < total - page.limit) {
        const Page next = {page.limit, page.offset + page.limit};
        put_link(out, path, parameters, n, next);
    } else {
        buf_put_lit(out, "null");
    }
    buf_put_lit(out, ", \"offset\": ");
    buf_put_int64(out, page.offset);
    buf_put_lit(out, ", \"previous\": ");
    if (page.offset >= page.limit) {
        const Page previous = {page.limit, page.offset - page.limit};
        put_link(out, path, parameters, n, previous);
    } else {
        buf_put_lit(out, "null");
    }
    buf_put_lit(out, ", \"total_count\": ");
    buf_put_int64(out, total);
    buf_put_char(out, '}');
}
