/* Kills a process that writes, again and again: whatever it had answered is there, whole, and the
 * store opens clean. Arguments: how many rounds, and a seed for the moments. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/thread.h"
#include "store/script.h"
#include "test.h"

#define ROUND_BYTES ((size_t)64 << 20)

enum { THREADS = 4, ANSWERS_MAX = 60, PAIRS_MAX = 100000, EXIT_NOT_OPENED = 3 };

typedef struct Loop {
    int64_t n_rounds;
    int64_t seed;
} Loop;

/* Each request makes two roles: both are there, or neither. */
typedef struct Pair {
    int round, thread, number;
} Pair;

typedef struct Client {
    Script *script;
    Pair next;
    int fd;
} Client;

static void pair_name(char name[64], const Pair *p, char half)
{
    (void)snprintf(name, 64, "%d-%d-%d%c", p->round, p->thread, p->number, half);
}

/* --- the process that is killed --- */

static Err *insert_half(Tx *tx, const Pair *p, char half)
{
    char name[64];
    pair_name(name, p, half);
    Row *row =
        row_new(tx_arena(tx), model_resource(tx_model(tx), FAMILY_CONFIGURATION, STR("role")));
    row->values[resource_field(row->resource, STR("name"))->index] =
        value_text(str_dup(tx_arena(tx), str_from(name)));
    return tx_insert(tx, row);
}

static Err *insert_pair(Tx *tx, WriteRequest *request)
{
    TRY(insert_half(tx, request->context, 'a'));
    return insert_half(tx, request->context, 'b');
}

static void *write_pairs(void *context)
{
    Client *c = context;
    Arena *a = arena_new(1 << 20);
    for (; c->next.number < PAIRS_MAX; c->next.number++) {
        WriteRequest request = {
            .run = insert_pair, .context = &c->next, .user = "u", .name = "", .n_objects = 2};
        int64_t seq = 0;
        if (store_write_wait(c->script->store, STORE_CONFIG, a, &request, &seq) != NULL ||
            write(c->fd, &c->next, sizeof c->next) != sizeof c->next) {
            _exit(1);
        }
        arena_reset(a);
    }
    _exit(1);
}

static _Noreturn void run_child(Script *s, int round, int fd)
{
    if (script_open(s) != NULL) {
        _exit(EXIT_NOT_OPENED);
    }
    Client clients[THREADS];
    Thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        clients[i] = (Client){s, {round, i, 0}, fd};
        if (!thread_start(&threads[i], "client", write_pairs, &clients[i])) {
            _exit(1);
        }
    }
    for (;;) {
        (void)pause();
    }
}

/* --- the one that kills --- */

static size_t read_answers(int fd, Pair answers[], size_t n, size_t until)
{
    while (n < until && read(fd, &answers[n], sizeof answers[n]) == sizeof answers[n]) {
        n++;
    }
    return n;
}

/* The answers that came before it was killed, in *ret_n. */
static Pair *kill_a_writer(Script *s, int round, size_t n_before, size_t *ret_n)
{
    Pair *answers = ARENA_ARRAY(s->arena, Pair, PAIRS_MAX);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run_child(s, round, ends[1]);
    }
    (void)close(ends[1]);
    size_t n = read_answers(ends[0], answers, 0, n_before);
    assert_int_equal(kill(child, SIGKILL), 0);
    *ret_n = read_answers(ends[0], answers, n, PAIRS_MAX);
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return answers;
}

static bool half_is_there(Script *s, const Pair *p, char half)
{
    char name[64];
    pair_name(name, p, half);
    return script_has(s, "role", "name", name);
}

static void look(Script *s, const Pair answers[], size_t n)
{
    Pair after[THREADS] = {0};
    for (size_t i = 0; i < n; i++) {
        assert_true(half_is_there(s, &answers[i], 'a'));
        assert_true(half_is_there(s, &answers[i], 'b'));
        after[answers[i].thread] = answers[i];
    }
    for (size_t i = 0; i < THREADS; i++) { /* what was under way */
        after[i].number++;
        assert_int_equal(half_is_there(s, &after[i], 'a'), half_is_there(s, &after[i], 'b'));
    }
    assert_string_equal(script_check(s), "");
}

static void test_kill(void **state)
{
    const Loop *loop = *state;
    Script *s = script_new();
    unsigned char seed[randombytes_SEEDBYTES] = {0};
    memcpy(seed, &loop->seed, sizeof loop->seed);
    uint32_t *moments = ARENA_ARRAY(s->arena, uint32_t, (size_t)loop->n_rounds);
    randombytes_buf_deterministic(moments, (size_t)loop->n_rounds * sizeof *moments, seed);
    Arena *whole = s->arena;
    script_close(s);
    for (int i = 0; i < loop->n_rounds; i++) {
        s->arena = arena_new(ROUND_BYTES);
        size_t n = 0;
        const Pair *answers = kill_a_writer(s, i, 1 + moments[i] % ANSWERS_MAX, &n);
        assert_true(n > 0);
        assert_null(script_open(s));
        look(s, answers, n);
        script_close(s);
        (void)arena_free(s->arena);
    }
    s->arena = whole;
    (void)script_free(s);
}

int main(int n_arguments, char **arguments)
{
    Loop loop = {.n_rounds = 30, .seed = 1};
    if ((n_arguments > 1 && !str_to_int64(str_from(arguments[1]), &loop.n_rounds)) ||
        (n_arguments > 2 && !str_to_int64(str_from(arguments[2]), &loop.seed))) {
        (void)fprintf(stderr, "usage: %s [ROUNDS [SEED]]\n", arguments[0]);
        return 2;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(test_kill, &loop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
