/* Multipart bodies: the first line of the input is the Content-Type, the rest the body. What is
 * taken lies within the body, and names are plain. */
#include <stdint.h>

#include "base/utf8.h"
#include "manager/rest/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

static void check_part(Str body, const Part *part)
{
    MUST(part->content.ptr >= body.ptr);
    MUST(part->content.ptr + part->content.len <= body.ptr + body.len);
    MUST(utf8_valid(part->name));
    MUST(str_find(part->file_name, '/', 0) == SIZE_MAX);
    MUST(str_find(part->file_name, '\\', 0) == SIZE_MAX);
    MUST(str_find(part->file_name, '\n', 0) == SIZE_MAX);
    MUST(utf8_valid(part->file_name) && part->file_name.len <= 255);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str body = {(const char *)data, size};
    const Str type = str_cut(&body, '\n');
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Part *parts = NULL;
    size_t n = 0;
    const Err *e = multipart_parse(a, type, body, &parts, &n);
    MUST(e == NULL || e->kind == ERR_INVALID || e->kind == ERR_LIMIT);
    MUST(n <= MULTIPART_PARTS_MAX);
    for (size_t i = 0; e == NULL && i < n; i++) {
        check_part(body, &parts[i]);
    }
    return 0;
}
