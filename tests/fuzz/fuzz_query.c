/* The query string of a list: whatever is sent is either understood or refused in words that tell
 * no client its object is gone; and the link to the next page asks the same question. */
#include <stdint.h>
#include <stdlib.h>

#include "manager/rest/filters.h"
#include "manager/rest/order.h"
#include "manager/rest/page.h"
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024, BUF_LIMIT = 64 * 1024 * 1024 };

static Model *load(void)
{
    Arena *errors = arena_new(ARENA_LIMIT);
    Model *model = NULL;
    MUST(model_load(errors, model_embedded_files, model_n_embedded_files, &model) == NULL);
    (void)arena_free(errors);
    return model;
}

/* Loading takes far longer than a case does. */
static const Model *model_once(void)
{
    static Model *model;
    if (model == NULL) {
        model = load();
    }
    return model;
}

static void check_words(const Err *e)
{
    static const Str telling[] = {STR_INIT("404"), STR_INIT("not found"), STR_INIT("Not Found"),
                                  STR_INIT("lookup")};
    for (size_t i = 0; i < ARRAY_N(telling); i++) {
        MUST(str_find_str(str_from(e->text), telling[i]) == SIZE_MAX);
    }
}

static bool is_place(const FormPair *pair)
{
    return str_equal(pair->name, STR("limit")) || str_equal(pair->name, STR("offset"));
}

/* From the link to the next page: its parameters are ours, then limit and offset. */
static void check_next(Arena *a, const FormPair pairs[], size_t n, Page page)
{
    CLEANUP(buf_free) Buf *meta = buf_new(BUF_LIMIT);
    if (page.offset > INT64_MAX - 2 * page.limit) {
        return;
    }
    page_put_meta(meta, STR("/"), pairs, n, page, page.offset + page.limit + 1);
    const Str text = buf_str(meta);
    const size_t from = str_find(text, '?', 0) + 1;
    FormPair *next = NULL;
    size_t n_next = 0;
    const Err *e = form_parse(a, str_slice(text, from, str_find(text, '"', from)), &next, &n_next);
    if (e != NULL) { /* with limit and offset it may have too many */
        MUST(e->kind == ERR_LIMIT);
        return;
    }
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_place(&pairs[i])) {
            MUST(str_equal(next[at].name, pairs[i].name));
            MUST(str_equal(next[at].value, pairs[i].value));
            at++;
        }
    }
    Page following = {0, 0};
    MUST(n_next == at + 2);
    MUST(page_parse(a, next, n_next, &following) == NULL);
    MUST(following.limit == page.limit && following.offset == page.offset + page.limit);
}

static void check_filters(Arena *a, const Resource *r, const FormPair pairs[], size_t n,
                          bool strict)
{
    const FilterRules rules = {UINT64_MAX, strict};
    FilterList list = {.n = 0};
    Err *e = filters_parse(a, r, &rules, pairs, n, &list);
    if (e == NULL) {
        e = filters_open(a, &list);
        filters_close(&list);
    }
    if (e != NULL) {
        check_words(e);
    }
}

static void check_query(Arena *a, const Resource *r, const FormPair pairs[], size_t n)
{
    const Order *orders = NULL;
    size_t n_orders = 0;
    Page page = {0, 0};
    check_filters(a, r, pairs, n, false);
    check_filters(a, r, pairs, n, true);
    const Err *e = orders_parse(a, r, UINT64_MAX, pairs, n, &orders, &n_orders);
    if (e != NULL) {
        check_words(e);
    }
    e = page_parse(a, pairs, n, &page);
    if (e != NULL) {
        check_words(e);
    } else {
        check_next(a, pairs, n, page);
    }
}

/* The first byte chooses the resource. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const Model *model = model_once();
    Arena *a = arena_new(ARENA_LIMIT);
    FormPair *pairs = NULL;
    size_t n = 0;
    const Str query = {(const char *)data + 1, size - 1};
    if (form_parse(a, query, &pairs, &n) == NULL) {
        check_query(a, &model->resources[data[0] % model->n_resources], pairs, n);
    }
    (void)arena_free(a);
    return 0;
}
