/* ZIP archives of clients: taken or refused with one fault of the field, within bounded memory.
 * What is taken can be unpacked by the library, under the names that it had. */
#include <stdint.h>
#include <string.h>
#include <zip.h>

#include "manager/resources/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

static void check_taken(const uint8_t *data, size_t size)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *source = zip_source_buffer_create(data, size, 0, &e);
    MUST(source != NULL);
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, &e);
    MUST(zip != NULL);
    const zip_int64_t n = zip_get_num_entries(zip, 0);
    MUST(n >= 0 && n <= PACKAGE_ENTRIES_MAX);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        MUST(name != NULL && name[0] != '\0' && name[0] != '/');
        MUST(strstr(name, "/../") == NULL && strncmp(name, "../", 3) != 0);
        MUST(strchr(name, '\\') == NULL && strlen(name) <= PACKAGE_NAME_BYTES_MAX);
    }
    zip_discard(zip);
    zip_error_fini(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const Field field = {.name = STR_INIT("package")};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Problems problems;
    problems_init(&problems, a);
    MUST(package_check(a, &field, (Str){(const char *)data, size}, &problems) == NULL);
    if (problems_any(&problems)) {
        MUST(problems.first == problems.last && problems.first->text.len > 0);
    } else {
        check_taken(data, size);
    }
    return 0;
}
