/* Runs a fuzz target over the files of a folder, as a plain test. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool replay_file(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    static uint8_t content[1 << 20];
    const size_t size = fread(content, 1, sizeof content, file);
    (void)fclose(file);
    /* A block of the exact size, so that AddressSanitizer sees a read behind the end. */
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) {
        return false;
    }
    memcpy(exact, content, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return true;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: replay FOLDER\n");
        return 2;
    }
    DIR *folder = opendir(argv[1]);
    if (folder == NULL) {
        perror(argv[1]);
        return 1;
    }
    int n = 0;
    bool good = true;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            good = replay_file(argv[1], entry->d_name) && good;
            n++;
        }
    }
    (void)closedir(folder);
    (void)printf("%d inputs replayed\n", n);
    return good && n > 0 ? 0 : 1;
}
