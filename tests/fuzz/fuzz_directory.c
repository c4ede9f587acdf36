/* Filters and names of a directory: one line is a filter, the next a value, the last a name.
 *
 * A filter that we take, libldap can send, and no value that is put into it changes that. A name
 * that is written otherwise in its case and blanks is still the same. */
#include <ldap.h>
#include <stdint.h>

#include "base/arena.h"
#include "manager/auth/directory_filter.h"
#include "manager/auth/directory_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What ldap_search() encodes its filter by; in no header of the package. */
int ldap_pvt_put_filter(BerElement *ber, const char *filter);

enum { ARENA_LIMIT = 64 * 1024 * 1024, BUF_LIMIT = 4 * 1024 * 1024, INPUT_MAX = 16 * 1024 };

static void check_filter(Arena *a, Str filter, Str value)
{
    const DirectoryFilterValue values[] = {{STR("{username}"), value}};
    CLEANUP(buf_free) Buf *out = buf_new(BUF_LIMIT);
    if (!directory_filter_is_valid(filter)) {
        return;
    }
    directory_filter_put(out, filter, values, ARRAY_N(values));
    if (buf_failed(out)) {
        return;
    }
    MUST(directory_filter_is_valid(buf_str(out)));
    BerElement *ber = ber_alloc_t(LBER_USE_DER);
    MUST(ber != NULL && ldap_pvt_put_filter(ber, str_to_cstr(a, buf_str(out))) == 0);
    ber_free(ber, 1);
}

static void check_name(Arena *a, Str name)
{
    Str comparable;
    Str again;
    if (!directory_name_read(a, name, &comparable)) {
        return;
    }
    const Str padded = str_format(a, "%.*s ", STR_ARG(name));
    if (directory_name_read(a, padded, &again) && !str_ends_with(name, STR("\\"))) {
        MUST(str_equal(comparable, again));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Str rest = {(const char *)data, size};
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    const Str filter = str_cut(&rest, '\n');
    const Str value = str_cut(&rest, '\n');
    check_filter(a, filter, value);
    check_name(a, rest);
    return 0;
}
