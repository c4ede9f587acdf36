/* Free memory goes back to the system. */
#include "manager/jobs/memory.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_ALLOCATOR 1 /* which malloc_trim() doesn't know */
#else
#define OWN_ALLOCATOR 0
#endif

enum { PIECE_BYTES = 16 * 1024, PIECES_N = 4096 };

enum { ALL_BYTES = PIECE_BYTES * PIECES_N };

typedef struct Pieces {
    void *memory[PIECES_N];
} Pieces;

static Pieces *use(void)
{
    Pieces *p = calloc(1, sizeof *p);
    assert_non_null(p);
    for (size_t i = 0; i < PIECES_N; i++) {
        p->memory[i] = malloc(PIECE_BYTES);
        assert_non_null(p->memory[i]);
        memset(p->memory[i], 1, PIECE_BYTES);
    }
    return p;
}

/* All but the last, as the end of a pool often stays in use; that is answered. */
static void *free_most(Pieces *p)
{
    for (size_t i = 0; i + 1 < PIECES_N; i++) {
        free(p->memory[i]);
    }
    void *last = p->memory[PIECES_N - 1];
    free(p);
    return last;
}

static void run(MemoryUpkeep *m, size_t n)
{
    CLEANUP(arena_free) Arena *a = arena_new(4096);
    for (size_t i = 0; i < n; i++) {
        assert_null(memory_run(m, a, 0));
    }
}

static void check_given_back(int64_t before)
{
    if (!OWN_ALLOCATOR) {
        assert_true(before - memory_private_bytes() > ALL_BYTES / 2);
    }
}

static void test_given_back(void **state)
{
    (void)state;
    MemoryUpkeep m = {0};
    run(&m, 1);
    assert_true(m.kept_bytes > 0);
    void *last = free_most(use());
    const int64_t grown = memory_private_bytes();
    run(&m, 1);
    check_given_back(grown);
    free(last);
}

/* The look that saw it grow came while all was in use. */
static void test_freed_later(void **state)
{
    (void)state;
    MemoryUpkeep m = {0};
    run(&m, 1);
    Pieces *p = use();
    run(&m, 2);
    const int64_t grown = memory_private_bytes();
    void *last = free_most(p);
    run(&m, 8);
    check_given_back(grown);
    free(last);
}

/* Nothing to give back: seldom tried. */
static void test_left_alone(void **state)
{
    (void)state;
    MemoryUpkeep m = {0};
    run(&m, 1000);
    assert_true(m.n_times >= 10 && m.n_times < 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given_back),
        cmocka_unit_test(test_freed_later),
        cmocka_unit_test(test_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
