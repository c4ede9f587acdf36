/* One form for all spellings. */
#include "manager/auth/user_name.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "manager/auth/directory_name.h"
#include "store/row_values.h"

#define SCRATCH_BYTES ((size_t)16 * 1024 * 1024)
#define ACCOUNTS_AT_ONCE 500

static bool is_ascii(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* Letters that are the same but for their look, by the rules for names of hosts, which are the ones
 * that are at hand (UTS 46: NFKC, without what can't be seen). */
static Str without_looks(Arena *a, Str folded)
{
    gnutls_datum_t mapped = {.data = NULL};
    if (is_ascii(folded) || gnutls_idna_map(folded.ptr, (unsigned)folded.len, &mapped, 0) != 0) {
        return folded;
    }
    const Str same = str_dup(a, (Str){(const char *)mapped.data, mapped.size});
    gnutls_free(mapped.data);
    return same;
}

Str user_name_comparable(Arena *a, Str name)
{
    if (name.len > USER_NAME_MAX || !utf8_valid(name)) {
        return name;
    }
    return without_looks(a, directory_name_fold(a, name));
}

static bool any_is_in(Arena *scratch, const Row *const rows[], size_t n_rows, const Str sorted[],
                      size_t n)
{
    for (size_t i = 0; i < n_rows; i++) {
        const Str name =
            user_name_comparable(scratch, row_text_or_empty(rows[i], FLD_ADMINISTRATOR_NAME));
        if (bsearch(&name, sorted, n, sizeof *sorted, str_compare_items) != NULL) {
            return true;
        }
    }
    return false;
}

/* Page by page, so that it takes little memory. */
static Err *find_among_all(Reader *reader, Arena *page, const Str sorted[], size_t n,
                           bool *ret_found)
{
    Query query = {.resource = model_at(reader_model(reader), RES_ADMINISTRATOR),
                   .limit = ACCOUNTS_AT_ONCE};
    size_t n_rows = ACCOUNTS_AT_ONCE;
    while (!*ret_found && n_rows == ACCOUNTS_AT_ONCE) {
        const Row **rows = NULL;
        arena_reset(page);
        TRY(reader_select(reader, page, &query, &rows, &n_rows));
        *ret_found = any_is_in(page, rows, n_rows, sorted, n);
        query.offset += ACCOUNTS_AT_ONCE;
    }
    return NULL;
}

Err *user_name_find_local(Reader *reader, Arena *errors, const Str names[], size_t n,
                          bool *ret_found)
{
    CLEANUP(arena_free) Arena *kept = arena_new(SCRATCH_BYTES);
    CLEANUP(arena_free) Arena *page = arena_new(SCRATCH_BYTES);
    Str *sorted = ARENA_ARRAY(kept, Str, n + 1);
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        sorted[i] = user_name_comparable(kept, names[i]);
    }
    qsort(sorted, n, sizeof *sorted, str_compare_items);
    Err *e = find_among_all(reader, page, sorted, n, &found);
    if (e != NULL) {
        return err_copy(errors, e);
    }
    *ret_found = found;
    return NULL;
}
