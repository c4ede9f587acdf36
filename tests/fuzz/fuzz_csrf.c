/* Origins: what is taken names the host that was asked, and no host is taken for itself with more.
 */
#include <stdint.h>

#include "manager/auth/csrf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 1024 * 1024 };

/* The lines of the input; an empty one: the header wasn't sent. */
static Str next_line(Str *rest)
{
    const Str line = str_cut(rest, '\n');
    return line.len > 0 ? line : STR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Str rest = str_dup(a, (Str){(const char *)data, size});
    CsrfHeaders headers = {.host = next_line(&rest)};
    headers.origin = next_line(&rest);
    headers.referer = next_line(&rest);
    headers.forwarded_host = next_line(&rest);
    headers.forwarded_proto = next_line(&rest);
    if (csrf_check_origin(&headers) == NULL) {
        MUST(headers.host.len > 0 && (headers.origin.ptr != NULL || headers.referer.ptr != NULL));
        headers.host = str_format(a, "x%.*s", STR_ARG(headers.host));
        MUST(csrf_check_origin(&headers) != NULL);
    }
    headers.through_proxy = true;
    const char *said = csrf_check_origin(&headers);
    MUST(said == NULL || str_find_str(str_from(said), STR("--trust-proxy")) == SIZE_MAX);
    return 0;
}
