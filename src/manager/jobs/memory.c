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

static void give_back(MemoryUpkeep *m, int64_t bytes, bool grown)
{
    (void)malloc_trim(0); /* what came of it is looked at */
    m->kept_bytes = memory_private_bytes();
    m->n_times++;
    const bool helped = bytes - m->kept_bytes > MEMORY_HELP_BYTES;
    m->pause = helped || grown ? 1 : MIN(MAX(m->pause, 1) * 2, (int)MEMORY_PAUSE_MAX);
    m->left = m->pause;
}

Err *memory_run(void *context, Arena *a, int64_t now_us)
{
    (void)a;
    (void)now_us;
    MemoryUpkeep *m = context;
    const int64_t bytes = memory_private_bytes();
    const bool grown = bytes - m->kept_bytes > MEMORY_GROWN_BYTES;
    if (!grown && m->left > 0) {
        m->left--;
    } else {
        give_back(m, bytes, grown);
    }
    return NULL;
}
