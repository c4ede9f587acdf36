#include "test.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "stderr_pipe.h"

static void test_must_ends_the_process(void **state)
{
    (void)state;
    const StderrPipe pipe = stderr_pipe_open();
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGABRT, SIG_DFL);
        MUST(child != 0);
        _exit(0);
    }
    int status = 0;
    const pid_t waited = waitpid(child, &status, 0);
    char line[500];
    (void)stderr_pipe_close(pipe, line, sizeof line);
    assert_int_equal(waited, child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(line, "test_attr.c:"));
    assert_non_null(strstr(line, "condition=child != 0"));
}

static void test_must_evaluates_once(void **state)
{
    (void)state;
    int n = 0;
    MUST(++n == 1);
    assert_int_equal(n, 1);
}

typedef struct Thing {
    int n_freed;
} Thing;

static Thing *thing_free(Thing *thing)
{
    thing->n_freed++;
    return NULL;
}
DEFINE_CLEANUP(Thing, thing_free);

static void use(Thing *thing)
{
    CLEANUP(thing_free) Thing *own = thing;
    assert_int_equal(own->n_freed, 0);
}

static void test_cleanup(void **state)
{
    (void)state;
    Thing thing = {0};
    use(&thing);
    assert_int_equal(thing.n_freed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_must_ends_the_process),
        cmocka_unit_test(test_must_evaluates_once),
        cmocka_unit_test(test_cleanup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
