/* multipart/form-data, as browsers and client libraries write it rather than as the RFC would have
 * it: header names in any case (the Go SDK), file names with bare backslashes (Windows), blanks
 * behind a boundary. What is cut or malformed is refused, never completed by guessing. */
#include "manager/rest/multipart.h"

#include "base/buf.h"
#include "base/utf8.h"

#define FILE_NAME_MAX 255

/* Skips `;` and blanks. */
static void skip_separators(Str s, size_t *at)
{
    while (*at < s.len && (s.ptr[*at] == ';' || s.ptr[*at] == ' ' || s.ptr[*at] == '\t')) {
        (*at)++;
    }
}

/* A backslash escapes only a quote or a backslash, since browsers send file names of Windows with
 * bare ones. */
static bool is_escape(Str s, size_t at)
{
    return s.ptr[at] == '\\' && at + 1 < s.len && (s.ptr[at + 1] == '"' || s.ptr[at + 1] == '\\');
}

/* What is between quotes, from the opening one on, with its escapes. */
static Str read_quoted(Str s, size_t *at)
{
    size_t end = *at + 1;
    while (end < s.len && s.ptr[end] != '"') {
        end += is_escape(s, end) ? 2 : 1;
    }
    Str quoted = str_slice(s, *at + 1, end);
    *at = MIN(end + 1, s.len);
    return quoted;
}

static Str unescape(Arena *a, Str quoted)
{
    char *text = arena_alloc(a, quoted.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < quoted.len; i++) {
        i += is_escape(quoted, i);
        text[n++] = quoted.ptr[i];
    }
    return (Str){text, n};
}

static Str read_token(Str s, size_t *at)
{
    size_t end = MIN(str_find(s, ';', *at), s.len);
    Str token = str_trim(str_slice(s, *at, end));
    *at = end;
    return token;
}

/* The first of that name counts. */
bool multipart_parameter(Arena *a, Str header, Str name, Str *ret_value)
{
    size_t at = MIN(str_find(header, ';', 0), header.len);
    for (;;) {
        skip_separators(header, &at);
        size_t equals = str_find(header, '=', at);
        if (equals == SIZE_MAX) {
            return false;
        }
        Str found = str_trim(str_slice(header, at, equals));
        at = equals + 1;
        bool quoted = at < header.len && header.ptr[at] == '"';
        Str value = quoted ? read_quoted(header, &at) : read_token(header, &at);
        if (str_equal_ignoring_case(found, name)) {
            *ret_value = quoted ? unescape(a, value) : value;
            return true;
        }
    }
}

/* ".", ".." and the like name folders. */
static bool is_dots(Str name)
{
    size_t n = 0;
    while (n < name.len && (name.ptr[n] == '.' || name.ptr[n] == ' ')) {
        n++;
    }
    return n > 0 && n == name.len;
}

/* What a client calls a file is shown to others and becomes the name of a download, so nothing of
 * it may lead anywhere (wire 9.5). */
Str multipart_base_name(Arena *a, Str path)
{
    size_t from = 0;
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '/' || path.ptr[i] == '\\') {
            from = i + 1;
        }
    }
    Str name = str_slice(path, from, path.len);
    Buf out;
    buf_init(&out, FILE_NAME_MAX);
    for (size_t at = 0; at < name.len;) {
        char bytes[4];
        uint32_t c = utf8_next(name, &at);
        size_t n = utf8_put(c, bytes);
        if (c >= ' ' && c != 0x7f && buf_str(&out).len + n <= FILE_NAME_MAX) {
            buf_put(&out, bytes, n);
        }
    }
    const Str clean = str_dup(a, str_trim(buf_str(&out)));
    buf_deinit(&out);
    return is_dots(clean) ? STR("file") : clean;
}

/* Reads name and file name from Content-Disposition; false: the part has no name, or is what a
 * browser sends for a file that nobody chose. */
static bool read_disposition(Arena *a, Str value, Part *part)
{
    Str name = STR_NONE, file_name = STR_NONE;
    if (!multipart_parameter(a, value, STR("name"), &name) || !utf8_valid(name)) {
        return false;
    }
    part->name = name;
    part->is_file = multipart_parameter(a, value, STR("filename"), &file_name);
    part->file_name = utf8_valid(file_name) ? multipart_base_name(a, file_name) : STR("file");
    return !part->is_file || file_name.len > 0 || part->content.len > 0;
}

/* The header lines of a part, whose content is there already; false: it doesn't count. */
static bool read_head(Arena *a, Str head, Part *part)
{
    bool named = false;
    while (head.len > 0) {
        Str line = str_trim(str_cut(&head, '\n'));
        size_t colon = str_find(line, ':', 0);
        if (colon != SIZE_MAX && str_equal_ignoring_case(str_trim(str_slice(line, 0, colon)),
                                                         STR("content-disposition"))) {
            named = read_disposition(a, str_slice(line, colon + 1, line.len), part);
        }
    }
    return named;
}

/* What follows a boundary: true with *at behind its line end, false if it was the last one. */
static CHECKED Err *after_boundary(Arena *a, Str body, size_t *at, bool *ret_more)
{
    Str rest = str_slice(body, *at, body.len);
    if (str_starts_with(rest, STR("--"))) {
        *ret_more = false;
        return NULL;
    }
    size_t blanks = 0;
    while (blanks < rest.len && (rest.ptr[blanks] == ' ' || rest.ptr[blanks] == '\t')) {
        blanks++;
    }
    if (!str_starts_with(str_slice(rest, blanks, rest.len), STR("\r\n"))) {
        return err(a, ERR_INVALID, "The multipart body is malformed.");
    }
    *at += blanks + 2;
    *ret_more = true;
    return NULL;
}

/* One part from its headers to the boundary behind it. */
static CHECKED Err *read_part(Arena *a, Str body, Str delimiter, size_t *at, Part *part,
                              bool *ret_named)
{
    Str rest = str_slice(body, *at, body.len);
    Str head = STR_NONE;
    size_t content = 2; /* a part may have no headers at all */
    if (!str_starts_with(rest, STR("\r\n"))) {
        size_t end = str_find_str(str_slice(rest, 0, MULTIPART_HEAD_MAX), STR("\r\n\r\n"));
        if (end == SIZE_MAX) {
            return err(a, ERR_INVALID, "The multipart body has a part with malformed headers.");
        }
        head = str_slice(rest, 0, end);
        content = end + 4;
    }
    /* The line end before a boundary belongs to it, also where the content is empty. */
    size_t next = str_find_str(str_slice(rest, content - 2, rest.len), delimiter);
    if (next == SIZE_MAX) {
        return err(a, ERR_INVALID, "The multipart body ends early.");
    }
    next += content - 2;
    part->content = str_slice(rest, content, MAX(next, content));
    *ret_named = read_head(a, head, part);
    *at += next + delimiter.len;
    return NULL;
}

static CHECKED Err *find_delimiter(Arena *a, Str content_type, Str *ret_delimiter)
{
    Str boundary = STR_NONE;
    if (!multipart_parameter(a, content_type, STR("boundary"), &boundary) || boundary.len == 0 ||
        boundary.len > MULTIPART_BOUNDARY_MAX) {
        return err(a, ERR_INVALID, "The multipart body has no boundary.");
    }
    *ret_delimiter = str_format(a, "\r\n--%.*s", STR_ARG(boundary));
    return NULL;
}

CHECKED Err *multipart_parse(Arena *a, Str content_type, Str body, Part **ret_parts, size_t *ret_n)
{
    Str delimiter = STR_NONE;
    TRY(find_delimiter(a, content_type, &delimiter));
    Str opening = str_slice(delimiter, 2, delimiter.len);
    size_t at = 0;
    if (str_starts_with(body, opening)) {
        at = opening.len;
    } else {
        size_t found = str_find_str(body, delimiter);
        if (found == SIZE_MAX) {
            return err(a, ERR_INVALID, "The multipart body has no parts.");
        }
        at = found + delimiter.len;
    }
    Part *parts = ARENA_ARRAY(a, Part, MULTIPART_PARTS_MAX);
    size_t n = 0;
    bool more = true;
    TRY(after_boundary(a, body, &at, &more));
    for (size_t n_read = 0; more; n_read++) {
        if (n_read == MULTIPART_PARTS_MAX) {
            return err(a, ERR_LIMIT, "The multipart body has too many parts.");
        }
        bool named = false;
        parts[n] = (Part){.is_file = false};
        TRY(read_part(a, body, delimiter, &at, &parts[n], &named));
        n += named;
        TRY(after_boundary(a, body, &at, &more));
    }
    *ret_parts = parts;
    *ret_n = n;
    return NULL;
}
