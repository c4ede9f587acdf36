/* Tags of answers, written, and found in the lists of tags that clients send. */
#include "manager/rest/etag.h"

#include <inttypes.h>

#include "base/buf.h"
#include "manager/rest/renderer_id.h"

enum { ETAG_MAX_BYTES = 1024 }; /* an epoch is some dozens of bytes, a number at most 20 */

Str etag_epoch(Arena *a, const Store *store, StoreFile file)
{
    return str_format(a, "%.*s%s", STR_ARG(store_epoch(store, file)), renderer_id);
}

Str etag_of_object(Arena *a, Str epoch, CacheTag tag)
{
    /* Not by a format: it took a tenth of the time of an object that is in the cache. */
    CLEANUP(buf_free) Buf *b = buf_new(ETAG_MAX_BYTES);
    buf_put_char(b, '"');
    buf_put_str(b, epoch);
    buf_put_char(b, '-');
    buf_put_int64(b, tag.own);
    buf_put_char(b, '-');
    buf_put_int64(b, tag.nested);
    buf_put_char(b, '"');
    return str_dup(a, buf_str(b));
}

Str etag_of_list(Arena *a, Str epoch, int64_t seq, uint64_t question)
{
    return str_format(a, "\"%.*s-l%" PRId64 "-%016" PRIx64 "\"", STR_ARG(epoch), seq, question);
}

/* The next opaque tag of a header, without quotes, W/ and -gz; STR_NONE at its end. Tags of ours
 * hold no comma, so that what is cut at one inside somebody else's can only fail to match. */
static Str next_tag(Str *rest)
{
    Str tag = str_trim(str_cut(rest, ','));
    if (str_starts_with(tag, STR("W/"))) {
        tag = str_slice(tag, 2, tag.len);
    }
    if (tag.len >= 2 && str_starts_with(tag, STR("\"")) && str_ends_with(tag, STR("\""))) {
        tag = str_slice(tag, 1, tag.len - 1);
    }
    return str_ends_with(tag, STR("-gz")) ? str_slice(tag, 0, tag.len - 3) : tag;
}

bool etag_none_match(Str header, Str tag)
{
    const Str wanted = str_slice(tag, 1, tag.len - 1);
    while (header.len > 0) {
        const Str given = next_tag(&header);
        if (str_equal(given, wanted) || str_equal(given, STR("*"))) {
            return true;
        }
    }
    return false;
}

/* "<epoch>-<own>-<nested>" against the first two. */
static bool same_object(Str tag, Str epoch, int64_t own)
{
    int64_t given = 0;
    if (!str_starts_with(tag, epoch)) {
        return false;
    }
    tag = str_slice(tag, epoch.len, tag.len);
    if (!str_starts_with(tag, STR("-"))) {
        return false;
    }
    tag = str_slice(tag, 1, tag.len);
    return str_to_int64(str_cut(&tag, '-'), &given) && given == own;
}

bool etag_match(Str header, Str epoch, int64_t own)
{
    while (header.len > 0) {
        const Str given = next_tag(&header);
        if (str_equal(given, STR("*")) || same_object(given, epoch, own)) {
            return true;
        }
    }
    return false;
}
