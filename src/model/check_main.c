/* Part of the build: fails it, with file and field, if the model doesn't hold together. Else makes
 * the file that it is given. */
#include <sodium.h>
#include <stdio.h>

#include "base/file.h"
#include "model/model.h"

#define ERRORS_BYTES ((size_t)1024 * 1024)

static Err *check(Arena *a, const char *done_path)
{
    CLEANUP(model_free) Model *model = NULL;
    TRY(model_load(a, model_embedded_files, model_n_embedded_files, &model));
    TRY(model_check_version(a, model));
    return file_write(a, done_path, 0644, STR("sound\n"));
}

int main(int argc, char *argv[])
{
    if (argc != 2 || sodium_init() < 0) {
        (void)fprintf(stderr, "usage: model-check FILE\n");
        return 2;
    }
    CLEANUP(arena_free) Arena *a = arena_new(ERRORS_BYTES);
    const Err *e = check(a, argv[1]);
    if (e != NULL) {
        (void)fprintf(stderr, "model/%s\n", e->text);
        return 1;
    }
    return 0;
}
