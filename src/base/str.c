/* Borrowed text. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

Str str_from(const char *text)
{
    return text == NULL ? STR_NONE : (Str){text, strlen(text)};
}

bool str_equal(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_equal_ignoring_case(Str a, Str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

int str_compare(Str a, Str b)
{
    const size_t common = MIN(a.len, b.len);
    const int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    if (order != 0) {
        return order < 0 ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

int str_compare_items(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

bool str_starts_with(Str s, Str prefix)
{
    return s.len >= prefix.len && str_equal((Str){s.ptr, prefix.len}, prefix);
}

bool str_ends_with(Str s, Str suffix)
{
    return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, s.len), suffix);
}

size_t str_find(Str s, char c, size_t from)
{
    if (from >= s.len) {
        return SIZE_MAX;
    }
    const char *found = memchr(s.ptr + from, c, s.len - from);
    return found == NULL ? SIZE_MAX : (size_t)(found - s.ptr);
}

size_t str_find_str(Str s, Str part)
{
    if (part.len == 0) {
        return 0;
    }
    const char *found = s.len == 0 ? NULL : memmem(s.ptr, s.len, part.ptr, part.len);
    return found == NULL ? SIZE_MAX : (size_t)(found - s.ptr);
}

Str str_slice(Str s, size_t from, size_t to)
{
    const size_t end = MIN(to, s.len);
    const size_t start = MIN(from, end);
    return s.ptr == NULL ? STR_NONE : (Str){s.ptr + start, end - start};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Str str_trim(Str s)
{
    size_t from = 0;
    size_t to = s.len;
    while (from < to && is_blank(s.ptr[from])) {
        from++;
    }
    while (to > from && is_blank(s.ptr[to - 1])) {
        to--;
    }
    return str_slice(s, from, to);
}

Str str_cut(Str *rest, char separator)
{
    const Str whole = *rest;
    const size_t at = str_find(whole, separator, 0);
    if (at == SIZE_MAX) {
        *rest = STR_NONE;
        return whole;
    }
    *rest = str_slice(whole, at + 1, whole.len);
    return str_slice(whole, 0, at);
}

bool str_to_int64(Str s, int64_t *ret_number)
{
    const bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t i = negative || (s.len > 0 && s.ptr[0] == '+') ? 1 : 0;
    if (i == s.len) {
        return false;
    }
    int64_t number = 0; /* built with its sign, since -2^63 has no positive twin */
    for (; i < s.len; i++) {
        const int digit = s.ptr[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, negative ? -digit : digit, &number)) {
            return false;
        }
    }
    *ret_number = number;
    return true;
}

Str str_dup(Arena *a, Str s)
{
    return (Str){str_to_cstr(a, s), s.len};
}

char *str_to_cstr(Arena *a, Str s)
{
    char *copy = arena_alloc(a, s.len + 1);
    if (s.len > 0) {
        memcpy(copy, s.ptr, s.len);
    }
    return copy;
}

Str str_format(Arena *a, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const Str text = str_format_va(a, format, arguments);
    va_end(arguments);
    return text;
}

Str str_format_va(Arena *a, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    MUST(len >= 0);
    char *text = arena_alloc(a, (size_t)len + 1);
    (void)vsnprintf(text, (size_t)len + 1, format, arguments);
    return (Str){text, (size_t)len};
}

Str str_lower_ascii(Arena *a, Str s)
{
    char *copy = str_to_cstr(a, s);
    for (size_t i = 0; i < s.len; i++) {
        copy[i] = lower(copy[i]);
    }
    return (Str){copy, s.len};
}

Str str_sentence_case(Arena *a, Str name)
{
    char *text = str_to_cstr(a, name);
    for (size_t i = 0; i < name.len; i++) {
        text[i] = text[i] == '_' ? ' ' : text[i];
    }
    if (name.len > 0 && text[0] >= 'a' && text[0] <= 'z') {
        text[0] = (char)(text[0] - 'a' + 'A');
    }
    return (Str){text, name.len};
}

uint64_t str_hash(Str s)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++) {
        hash = (hash ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}
