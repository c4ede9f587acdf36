/* What may be a secret is gone from memory that is given back. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/exchange.h"
#include "wrapped_free.h"

static const char secret[] = "correct horse battery staple";

static void fill_arena(Arena *a)
{
    static const size_t sizes[] = {sizeof secret, 3000, 5000, 100000};
    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        char *piece = arena_alloc(a, sizes[i]);
        char *end = piece + sizes[i] - sizeof secret;
        memcpy(end, secret, sizeof secret);
        assert_memory_equal(end, secret, sizeof secret); /* or clang leaves out what nobody reads */
    }
}

static void test_arena(void **state)
{
    (void)state;
    for (int secrets = 0; secrets < 2; secrets++) {
        Arena *a = arena_new(1);
        wrapped_free_watch(secret, sizeof secret - 1);
        for (int round = 0; round < 2; round++) {
            fill_arena(a);
            if (secrets != 0) {
                arena_hold_secrets(a);
            }
            if (round == 0) {
                arena_reset(a);
            }
        }
        (void)arena_free(a);
        assert_int_equal(wrapped_free_n_found() > 0, secrets == 0);
    }
}

static void test_buf(void **state)
{
    (void)state;
    for (int secrets = 0; secrets < 2; secrets++) {
        Buf *b = buf_new(100000);
        wrapped_free_watch(secret, sizeof secret - 1);
        if (secrets != 0) {
            buf_hold_secrets(b);
        }
        for (int i = 0; i < 1000; i++) {
            buf_put(b, secret, sizeof secret - 1);
        }
        buf_truncate(b, 1);
        (void)buf_free(b);
        assert_int_equal(wrapped_free_n_found() > 0, secrets == 0);
    }
}

static void receive(HttpExchange *x, const char *text)
{
    const size_t len = strlen(text);
    memcpy(x->input + x->input_len, text, len);
    http_exchange_added(x, len);
}

/* A head, and pieces of a body that overwrote each other; what follows the request stays. */
static void test_received(void **state)
{
    (void)state;
    HttpExchange *x = http_exchange_new(NULL, 1000);
    wrapped_free_watch(secret, sizeof secret - 1);
    receive(x, "head ");
    receive(x, secret);
    x->input_len = 5;
    receive(x, "end, next");
    x->input_at = x->input_len - 4;
    http_exchange_reset(x);
    assert_int_equal(x->input_len, 4);
    assert_memory_equal(x->input, "next", 4);
    assert_null(memmem(x->input, sizeof x->input, secret, sizeof secret - 1));
    receive(x, secret);
    (void)http_exchange_free(x);
    assert_int_equal(wrapped_free_n_found(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_received),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
