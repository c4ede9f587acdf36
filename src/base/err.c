/* Failures as values. */
#include "base/err.h"

#include <stdarg.h>

static Err *copy_with_text(Arena *a, const Err *e, const char *text)
{
    Err *copy = ARENA_NEW(a, Err);
    *copy = *e;
    copy->text = text;
    return copy;
}

Err *err_new_at(Arena *a, ErrKind kind, const char *where, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = str_format_va(a, format, arguments).ptr;
    va_end(arguments);
    Err *e = ARENA_NEW(a, Err);
    *e = (Err){.kind = kind, .text = text, .where = where};
    return e;
}

Err *err_set_field(Arena *a, Err *e, Str field)
{
    e->field = str_to_cstr(a, field);
    return e;
}

Err *err_wrap(Arena *a, Err *e, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *context = str_format_va(a, format, arguments).ptr;
    va_end(arguments);
    return copy_with_text(a, e, str_format(a, "%s: %s", context, e->text).ptr);
}

Err *err_detail(Arena *a, Err *e, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *detail = str_format_va(a, format, arguments).ptr;
    va_end(arguments);
    e->detail = e->detail == NULL ? detail : str_format(a, "%s; %s", e->detail, detail).ptr;
    return e;
}

static const char *copy_text(Arena *a, const char *text)
{
    return text == NULL ? NULL : str_to_cstr(a, str_from(text));
}

Err *err_copy(Arena *a, const Err *e)
{
    Err *copy = copy_with_text(a, e, copy_text(a, e->text));
    copy->detail = copy_text(a, e->detail);
    copy->field = copy_text(a, e->field);
    copy->owner = copy_text(a, e->owner);
    copy->next = e->next != NULL ? err_copy(a, e->next) : NULL;
    return copy;
}
