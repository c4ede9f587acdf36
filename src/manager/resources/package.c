/* ZIP archives: what is let in. */
#include "manager/resources/package.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

/* Layout of the archive's end and of its list of entries, as APPNOTE 4.3 has it; little endian. */
enum {
    END_SIZE = 22,
    END_N_ENTRIES = 10,
    END_DIRECTORY_SIZE = 12,
    END_DIRECTORY_AT = 16,
    END_COMMENT_LEN = 20,
    END_COMMENT_MAX = 0xffff,
    LARGE_LOCATOR_SIZE = 20,
    ENTRY_SIZE = 46,
    ENTRY_NAME_LEN = 28,
    ENTRY_EXTRA_LEN = 30,
    ENTRY_COMMENT_LEN = 32,
};

enum { PIECE_BYTES = 64 * 1024, MODE_SHIFT = 16 };

static const char end_mark[] = "PK\5\6";
static const char large_locator_mark[] = "PK\6\7";
static const char entry_mark[] = "PK\1\2";

/* What is being looked at. */
typedef struct Package {
    Arena *arena;
    Str content;
    char *piece;       /* of what comes out; PIECE_BYTES */
    const char *fault; /* the first; NULL: none yet */
    zip_t *zip;        /* libzip's view of it */
    Str *names;        /* as the list has them */
    size_t n;          /* entries */
    uint64_t unpacked_bytes;
} Package;

static bool refuse(Package *p, const char *fault)
{
    p->fault = p->fault != NULL ? p->fault : fault;
    return false;
}

static bool is_broken(Package *p)
{
    return refuse(p, "This is no ZIP archive, or it is broken.");
}

/* --- its list of entries, before a library makes room for it --- */

static uint32_t number_at(Str s, size_t at, size_t n_bytes)
{
    uint32_t number = 0;
    for (size_t i = n_bytes; i > 0; i--) {
        number = number << 8 | (unsigned char)s.ptr[at + i - 1];
    }
    return number;
}

static bool has_mark(Str s, size_t at, const char *mark)
{
    return at + 4 <= s.len && memcmp(s.ptr + at, mark, 4) == 0;
}

/* The archive's end, behind which there is only its comment. There must be one place that can be
 * it, or two readers might see two archives. */
static bool find_end(Package *p, size_t *ret_at)
{
    const Str s = p->content;
    size_t n_found = 0;
    size_t found = 0;
    if (s.len < END_SIZE) {
        return is_broken(p);
    }
    const size_t last = s.len - END_SIZE;
    const size_t first = last > END_COMMENT_MAX ? last - END_COMMENT_MAX : 0;
    for (size_t at = first; at <= last; at++) {
        if (has_mark(s, at, end_mark) &&
            number_at(s, at + END_COMMENT_LEN, 2) == s.len - at - END_SIZE) {
            found = at;
            n_found++;
        }
    }
    *ret_at = found;
    return n_found == 1 || is_broken(p);
}

/* Names as they are: the library ends them at a NUL. */
static bool read_names(Package *p, Str directory)
{
    size_t at = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (at + ENTRY_SIZE > directory.len || !has_mark(directory, at, entry_mark)) {
            return is_broken(p);
        }
        const size_t len = number_at(directory, at + ENTRY_NAME_LEN, 2);
        const size_t more = number_at(directory, at + ENTRY_EXTRA_LEN, 2) +
                            number_at(directory, at + ENTRY_COMMENT_LEN, 2);
        p->names[i] = str_slice(directory, at + ENTRY_SIZE, at + ENTRY_SIZE + len);
        at += ENTRY_SIZE + len + more;
        if (at > directory.len) {
            return is_broken(p);
        }
    }
    return at == directory.len || is_broken(p);
}

static bool read_directory(Package *p)
{
    size_t end = 0;
    if (!find_end(p, &end)) {
        return false;
    }
    const Str s = p->content;
    const size_t size = number_at(s, end + END_DIRECTORY_SIZE, 4);
    const size_t from = number_at(s, end + END_DIRECTORY_AT, 4);
    p->n = number_at(s, end + END_N_ENTRIES, 2);
    const bool large =
        end >= LARGE_LOCATOR_SIZE && has_mark(s, end - LARGE_LOCATOR_SIZE, large_locator_mark);
    if (large || p->n > PACKAGE_ENTRIES_MAX || size > PACKAGE_DIRECTORY_BYTES_MAX) {
        return refuse(p, "The archive has too many entries.");
    }
    if (from + size != end) {
        return is_broken(p);
    }
    p->names = ARENA_ARRAY(p->arena, Str, p->n + 1);
    return read_names(p, str_slice(s, from, end));
}

/* --- names --- */

static bool is_harmless_part(Str part)
{
    return part.len > 0 && !str_equal(part, STR(".")) && !str_equal(part, STR(".."));
}

/* Control characters, and what other systems take for separators, drives or streams. */
static bool has_harmful_characters(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const unsigned char c = (unsigned char)name.ptr[i];
        if (c < ' ' || c == 0x7f || c == '\\' || c == ':') {
            return true;
        }
    }
    return false;
}

/* Without the slash that ends the name of a folder. */
static Str without_slash(Str name)
{
    return str_ends_with(name, STR("/")) ? str_slice(name, 0, name.len - 1) : name;
}

static bool is_harmless(Str name)
{
    Str rest = without_slash(name);
    if (name.len == 0 || name.len > PACKAGE_NAME_BYTES_MAX || has_harmful_characters(name)) {
        return false;
    }
    bool harmless = true;
    for (bool more = true; more && harmless;) {
        more = str_find(rest, '/', 0) != SIZE_MAX;
        harmless = is_harmless_part(str_cut(&rest, '/'));
    }
    return harmless;
}

static int compare_names(const void *a, const void *b)
{
    const Str *first = a;
    const Str *second = b;
    const int order = memcmp(first->ptr, second->ptr, MIN(first->len, second->len));
    return order != 0 ? order : (first->len > second->len) - (first->len < second->len);
}

static bool check_names(Package *p)
{
    Str *sorted = ARENA_ARRAY(p->arena, Str, p->n + 1);
    for (size_t i = 0; i < p->n; i++) {
        if (!is_harmless(p->names[i])) {
            return refuse(p, "The archive has an entry whose name isn't taken: names are relative, "
                             "with / between folders, without .. and special characters.");
        }
        sorted[i] = without_slash(p->names[i]);
    }
    qsort(sorted, p->n, sizeof *sorted, compare_names);
    for (size_t i = 1; i < p->n; i++) {
        if (str_equal(sorted[i - 1], sorted[i])) {
            return refuse(p, "The archive has two entries of one name.");
        }
    }
    return true;
}

/* --- entries --- */

/* Systems with such modes put them above those of others, where there is 0 else. */
static bool is_file_or_folder(Package *p, size_t i)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(p->zip, i, 0, &system, &attributes) != 0) {
        return is_broken(p);
    }
    const unsigned type = attributes >> MODE_SHIFT & S_IFMT;
    return type == 0 || type == S_IFREG || type == S_IFDIR ||
           refuse(p, "The archive has a link or device.");
}

static bool is_small_enough(Package *p)
{
    const uint64_t most = (uint64_t)p->content.len * PACKAGE_RATIO_MAX;
    if (p->unpacked_bytes > PACKAGE_UNPACKED_BYTES_MAX) {
        return refuse(p, "The archive unpacks to too many bytes.");
    }
    return p->unpacked_bytes < PACKAGE_RATIO_FROM_BYTES || p->unpacked_bytes <= most ||
           refuse(p, "The archive is packed too tightly to be unpacked.");
}

static bool unpack(Package *p, zip_file_t *file, uint64_t size)
{
    uint64_t n_bytes = 0;
    for (;;) {
        const zip_int64_t n = zip_fread(file, p->piece, PIECE_BYTES);
        if (n < 0) {
            return is_broken(p);
        }
        if (n == 0) {
            return n_bytes == size || is_broken(p);
        }
        n_bytes += (uint64_t)n;
        p->unpacked_bytes += (uint64_t)n;
        if (n_bytes > size || !is_small_enough(p)) {
            return is_broken(p); /* unless something better was said */
        }
    }
}

static bool check_entry(Package *p, size_t i)
{
    zip_stat_t stat;
    const char *name = zip_get_name(p->zip, i, ZIP_FL_ENC_RAW);
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (name == NULL || !str_equal(str_from(name), p->names[i]) ||
        zip_stat_index(p->zip, i, 0, &stat) != 0 || (stat.valid & needed) != needed) {
        return is_broken(p);
    }
    if (stat.encryption_method != ZIP_EM_NONE) {
        return refuse(p, "The archive is encrypted.");
    }
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
        return refuse(p, "The archive is packed by a method that isn't taken; use deflate.");
    }
    if (stat.size > PACKAGE_UNPACKED_BYTES_MAX) {
        return refuse(p, "The archive unpacks to too many bytes.");
    }
    if (!is_file_or_folder(p, i)) {
        return false;
    }
    zip_file_t *file = zip_fopen_index(p->zip, i, 0);
    if (file == NULL) {
        return is_broken(p);
    }
    const bool fine = unpack(p, file, stat.size);
    (void)zip_fclose(file); /* only read */
    return fine;
}

static bool check_entries(Package *p)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *source = zip_source_buffer_create(p->content.ptr, p->content.len, 0, &e);
    p->zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &e);
    if (p->zip == NULL) {
        zip_source_free(source);
        zip_error_fini(&e);
        return is_broken(p);
    }
    bool fine = zip_get_num_entries(p->zip, 0) == (zip_int64_t)p->n || is_broken(p);
    for (size_t i = 0; fine && i < p->n; i++) {
        fine = check_entry(p, i);
    }
    zip_discard(p->zip); /* nothing was changed; frees the source */
    zip_error_fini(&e);
    return fine;
}

CHECKED Err *package_check(Arena *a, const Field *field, Str content, Problems *problems)
{
    Package package = {.arena = a, .content = content, .piece = arena_alloc(a, PIECE_BYTES)};
    const bool fine =
        content.len <= PACKAGE_BYTES_MAX
            ? read_directory(&package) && check_names(&package) && check_entries(&package)
            : refuse(&package, "The archive is too large.");
    if (!fine) {
        problems_add(problems, field->name, "%s", package.fault);
    }
    return NULL;
}
