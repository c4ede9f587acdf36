/* Bodies: JSON, forms, multipart. The server keeps what may be of gigabytes in an unlinked file,
 * which is mapped here: parts are found where they lie, and a file that is kept is written straight
 * from the mapping. */
#include "manager/rest/body.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/percent.h"
#include "base/utf8.h"
#include "manager/rest/media_type.h"

#define EMPTY_OBJECT STR("{}")
#define TEXTS_MAX ((size_t)16 << 20) /* bytes of all the texts beside files: as in a JSON body */

static Str content_type(const RestRequest *request)
{
    return str_trim(request_header(request, STR("content-type")));
}

bool body_is_large(const RestRequest *request, size_t here_bytes)
{
    return request->body_fd >= 0 || request->body.len > here_bytes;
}

/* The sentence that clients may know, then where it is broken unless nothing was sent. */
static Err *not_json(Arena *a, Str body, const Err *e)
{
    const char sentence[] = "The body is not valid JSON.";
    const char *where = strchr(e->text, ':');
    if (body.len == 0 || where == NULL) {
        return err(a, ERR_INVALID, "%s", sentence);
    }
    return err(a, ERR_INVALID, "%s The parser says: %s", sentence, where + 2);
}

static CHECKED Err *read_json(RestRequest *request, Body *ret_body)
{
    Str text = request->body;
    if (text.len == 0 && request->route.resource->family == FAMILY_COMMAND) {
        text = EMPTY_OBJECT; /* no arguments */
    }
    Json *json = NULL;
    Err *e = json_parse(request->arena, text, &json_limits_default, &json);
    if (e != NULL) {
        return e->kind == ERR_INVALID ? not_json(request->arena, text, e) : e;
    }
    if (json->type != JSON_OBJECT) {
        return err(request->arena, ERR_INVALID, "The body must be a JSON object.");
    }
    ret_body->object = json;
    return NULL;
}

/* An object of strings, built member by member. */
static void add_text(Arena *a, Json *object, Json **last, Str name, Str text)
{
    Json *member = ARENA_NEW(a, Json);
    *member = (Json){.type = JSON_STRING, .name = name, .text = text};
    if (*last == NULL) {
        object->first = member;
    } else {
        (*last)->next = member;
    }
    *last = member;
    object->n++;
}

static CHECKED Err *read_form(RestRequest *request, Body *ret_body)
{
    FormPair *pairs = NULL;
    size_t n = 0;
    TRY(form_parse(request->arena, request->body, &pairs, &n));
    Json *object = ARENA_NEW(request->arena, Json);
    object->type = JSON_OBJECT;
    Json *last = NULL;
    for (size_t i = 0; i < n; i++) {
        add_text(request->arena, object, &last, pairs[i].name, pairs[i].value);
    }
    ret_body->object = object;
    ret_body->texts = true;
    return NULL;
}

/* request->body becomes the mapping, until body_release(). */
static CHECKED Err *whole_body(RestRequest *request, Str *ret_text)
{
    if (request->body_fd < 0 || request->body.len > 0) {
        *ret_text = request->body;
        return NULL;
    }
    struct stat info;
    if (fstat(request->body_fd, &info) != 0) {
        return err(request->arena, ERR_IO, "The body could not be read.");
    }
    if (info.st_size == 0) {
        *ret_text = STR_NONE;
        return NULL;
    }
    void *memory = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, request->body_fd, 0);
    if (memory == MAP_FAILED) {
        return err(request->arena, ERR_IO, "The body could not be read.");
    }
    request->body = (Str){memory, (size_t)info.st_size};
    request->body_mapping = memory;
    *ret_text = request->body;
    return NULL;
}

void body_release(RestRequest *request)
{
    if (request->body_mapping != NULL) {
        (void)munmap(request->body_mapping, request->body.len);
        request->body = STR_NONE;
        request->body_mapping = NULL;
    }
}

/* A copy, since the body goes before the request does. */
static CHECKED Err *keep_text(Arena *a, Str content, size_t *n_bytes, Str *ret_text)
{
    *n_bytes += content.len;
    if (*n_bytes > TEXTS_MAX) {
        return err(a, ERR_LIMIT, "The texts of the multipart body are too large.");
    }
    if (!utf8_valid(content) || str_find(content, '\0', 0) != SIZE_MAX) {
        return err(a, ERR_INVALID, "A text of the multipart body isn't UTF-8.");
    }
    *ret_text = str_dup(a, content);
    return NULL;
}

static CHECKED Err *read_multipart(RestRequest *request, Body *ret_body)
{
    Str text = STR_NONE;
    TRY(whole_body(request, &text));
    Part *parts = NULL;
    size_t n = 0, n_bytes = 0;
    TRY(multipart_parse(request->arena, content_type(request), text, &parts, &n));
    Json *object = ARENA_NEW(request->arena, Json);
    object->type = JSON_OBJECT;
    Json *last = NULL;
    Part *files = ARENA_ARRAY(request->arena, Part, n);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].is_file) {
            files[ret_body->n_files++] = parts[i];
            continue;
        }
        Str content = STR_NONE;
        TRY(keep_text(request->arena, parts[i].content, &n_bytes, &content));
        add_text(request->arena, object, &last, parts[i].name, content);
    }
    ret_body->object = object;
    ret_body->files = files;
    ret_body->texts = true;
    return NULL;
}

/* Without a type: by its first character, behind a byte order mark, which only JSON has. */
static bool is_form(const RestRequest *request, BodyType type)
{
    Str text = str_trim(request->body);
    return type == BODY_FORM || (type == BODY_JSON_OR_FORM && text.len > 0 && text.ptr[0] != '{' &&
                                 !str_starts_with(text, STR("\xef\xbb\xbf")));
}

CHECKED Err *body_read(RestRequest *request, Body *ret_body)
{
    *ret_body = (Body){.object = NULL};
    BodyType type = body_type_of(request);
    if (type == BODY_MULTIPART) {
        return read_multipart(request, ret_body);
    }
    return is_form(request, type) ? read_form(request, ret_body) : read_json(request, ret_body);
}

const Part *body_file(const Body *body, Str name)
{
    for (size_t i = 0; i < body->n_files; i++) {
        if (str_equal(body->files[i].name, name)) {
            return &body->files[i];
        }
    }
    return NULL;
}
