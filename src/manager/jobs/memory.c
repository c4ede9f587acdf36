/* Free memory goes back to the system. */
#include "manager/jobs/memory.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

/* The second and third number of the file: resident pages, and those of them with a file behind. */
int64_t memory_private_bytes(void)
{
    char text[128];
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) {
        return 0;
    }
    Str rest = {text, fread(text, 1, sizeof text, file)};
    (void)fclose(file); /* nothing was written */
    (void)str_cut(&rest, ' ');
    int64_t resident = 0;
    int64_t shared = 0;
    const bool known =
        str_to_int64(str_cut(&rest, ' '), &resident) && str_to_int64(str_cut(&rest, ' '), &shared);
    return known ? (resident - shared) * sysconf(_SC_PAGESIZE) : 0;
}

Err *memory_run(void *context, Arena *a, int64_t now_us)
{
    (void)a;
    (void)now_us;
    MemoryUpkeep *m = context;
    const int64_t bytes = memory_private_bytes();
    if (m->kept_bytes == 0 || bytes < m->kept_bytes) {
        m->kept_bytes = bytes;
    }
    if (bytes - m->kept_bytes > MEMORY_GROWN_BYTES) {
        (void)malloc_trim(0); /* whether anything was given back shows at the next look */
        m->kept_bytes = memory_private_bytes();
        m->n_given_back++;
    }
    return NULL;
}
