/* Makes a text showable. */
#include "pki/clean.h"

#include "base/utf8.h"

#define DELETE 0x7F
#define C1_END 0xA0 /* U+0080 to U+009F are controls, too */

static bool is_shown(uint32_t c, bool keep_lines)
{
    return (c >= ' ' && (c < DELETE || c >= C1_END)) || (keep_lines && c == '\n');
}

Str clean_text(Arena *a, Str text, size_t max_characters, bool keep_lines)
{
    char *out = arena_alloc(a, text.len + 1); /* nothing grows: a wrong byte becomes one "?" */
    size_t len = 0;
    size_t at = 0;
    for (size_t n = 0; at < text.len && n < max_characters; n++) {
        const Str rest = str_slice(text, at, MIN(at + 4, text.len));
        const size_t start = at;
        uint32_t c = 0;
        /* One character, so that a long text isn't looked at again for each. */
        size_t width = 1;
        while (width < rest.len && ((unsigned char)rest.ptr[width] & 0xC0) == 0x80) {
            width++;
        }
        if (utf8_valid(str_slice(rest, 0, width))) {
            c = utf8_next(text, &at);
        } else {
            at = start + 1;
        }
        if (is_shown(c, keep_lines)) {
            len += utf8_put(c, &out[len]);
        } else {
            out[len++] = '?';
        }
    }
    return (Str){out, len};
}
