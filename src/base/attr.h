#pragma once

#include <stddef.h>

/* Compiler attributes and the few macros that every file uses. */

/* A result that must be looked at. */
#define CHECKED __attribute__((warn_unused_result))

/* Lets the compiler check a format string: both are argument positions, from 1. */
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

/* Frees what a local variable owns when it goes out of scope: CLEANUP(buf_free) Buf *b = NULL;
 * The destructor's header must have DEFINE_CLEANUP(Buf, buf_free). */
#define CLEANUP(destructor) __attribute__((cleanup(destructor##_cleanup)))
#define DEFINE_CLEANUP(Type, destructor)                                                           \
    static inline void destructor##_cleanup(Type **pointer)                                        \
    {                                                                                              \
        (void)destructor(*pointer);                                                                \
    }                                                                                              \
    struct Type /* so that a semicolon must follow */

/* States a fact of our own logic; a false one ends the process, in every build. Never for input,
 * files, or what a peer says. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            must_failed(__FILE__, __LINE__, #condition);                                           \
        }                                                                                          \
    } while (0)

_Noreturn void must_failed(const char *file, int line, const char *condition);

#define ARRAY_N(array) (sizeof(array) / sizeof((array)[0]))

/* The struct of that type which `pointer`, to its member, is a part of. */
#define CONTAINER_OF(pointer, Type, member) ((Type *)((char *)(pointer)-offsetof(Type, member)))
#define CONTAINER_OF_CONST(pointer, Type, member)                                                  \
    ((const Type *)((const char *)(pointer)-offsetof(Type, member)))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Clang's thread safety analysis; gcc ignores it. */
#ifdef __clang__
#define THREAD_ANNOTATION(x) __attribute__((x))
#else
#define THREAD_ANNOTATION(x)
#endif
#define CAPABILITY(name) THREAD_ANNOTATION(capability(name))
#define REQUIRES(lock) THREAD_ANNOTATION(requires_capability(lock))
#define ACQUIRES(lock) THREAD_ANNOTATION(acquire_capability(lock))
#define RELEASES(lock) THREAD_ANNOTATION(release_capability(lock))
