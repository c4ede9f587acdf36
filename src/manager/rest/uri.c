/* Addresses of objects. The path of a nested resource holds "<id>" where its parent's key goes. */
#include "manager/rest/uri.h"

#include "base/percent.h"

enum { UUID_CHARS = 36 };

void uri_put(Buf *out, const Resource *r, Value key)
{
    buf_put_str(out, r->path);
    if (key.type == VALUE_INTEGER) {
        buf_put_int64(out, key.integer);
    } else if (key.type == VALUE_TEXT) {
        percent_put(out, key.text);
    }
    buf_put_char(out, '/');
}

void uri_put_list(Buf *out, const Resource *r, Str parent_id)
{
    static const Str placeholder = STR_INIT("<id>");
    const size_t at = str_find_str(r->path, placeholder);
    if (at == SIZE_MAX) {
        buf_put_str(out, r->path);
        return;
    }
    buf_put_str(out, str_slice(r->path, 0, at));
    percent_put(out, parent_id);
    buf_put_str(out, str_slice(r->path, at + placeholder.len, r->path.len));
}

bool uri_is_uuid(Str text)
{
    if (text.len != UUID_CHARS) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool digit =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !digit) {
            return false;
        }
    }
    return true;
}

bool uri_key_from_text(Arena *a, const Resource *r, Str text, Value *ret_key)
{
    if (text.len == 0) {
        return false;
    }
    if (r->key_type == KEY_INTEGER) {
        int64_t number = 0;
        const bool digits = text.ptr[0] >= '0' && text.ptr[0] <= '9';
        if (!digits || !str_to_int64(text, &number)) {
            return false;
        }
        *ret_key = value_integer(number);
    } else {
        *ret_key = value_text(r->key_type == KEY_UUID ? str_lower_ascii(a, text) : text);
    }
    return true;
}

/* What follows scheme and host, if there are any. */
static Str path_of(Str text)
{
    const size_t scheme = str_find_str(text, STR("://"));
    if (scheme == SIZE_MAX ||
        (!str_starts_with(text, STR("http://")) && !str_starts_with(text, STR("https://")))) {
        return text;
    }
    const size_t path = str_find(text, '/', scheme + 3);
    return path == SIZE_MAX ? STR_NONE : str_slice(text, path, text.len);
}

bool uri_parse(Arena *a, const Resource *r, Str text, Value *ret_key)
{
    Str rest = path_of(text);
    Str list = r->path;
    if (list.len == 0) {
        return false;
    }
    if (!str_starts_with(rest, STR("/"))) {
        list = str_slice(list, 1, list.len);
    }
    if (!str_starts_with(rest, list)) {
        return false;
    }
    rest = str_slice(rest, list.len, rest.len);
    if (str_ends_with(rest, STR("/"))) {
        rest = str_slice(rest, 0, rest.len - 1);
    }
    if (str_find(rest, '/', 0) != SIZE_MAX) {
        return false;
    }
    const Str key = percent_decode(a, rest, false);
    return str_find(key, '\0', 0) == SIZE_MAX && uri_key_from_text(a, r, key, ret_key);
}
