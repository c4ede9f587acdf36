/* Stands before free() and realloc(). */
#include "wrapped_free.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

typedef struct Watch {
    const void *bytes;
    size_t len;
    int n_found;
} Watch;

/* NOLINTNEXTLINE(*-avoid-non-const-global-variables): for functions of the linker's choice */
static Watch watch;

void wrapped_free_watch(const void *bytes, size_t len)
{
    watch = (Watch){.bytes = bytes, .len = len};
}

int wrapped_free_n_found(void)
{
    return watch.n_found;
}

static void look(void *memory)
{
    if (memory != NULL && watch.len > 0 &&
        memmem(memory, malloc_usable_size(memory), watch.bytes, watch.len) != NULL) {
        watch.n_found++;
    }
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming):
 * the linker's names */
void __real_free(void *memory);
void *__real_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
void *__wrap_realloc(void *memory, size_t size);

void __wrap_free(void *memory)
{
    look(memory);
    __real_free(memory);
}

void *__wrap_realloc(void *memory, size_t size)
{
    look(memory);
    return __real_realloc(memory, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
 */
