/* Media files: what is shown of them follows from the upload (wire 9.5). Nodes play them, clients
 * only list them by name, size, format and type; a file of no known kind is kept all the same. */
#include "manager/resources/tables.h"
#include "store/files.h"
#include "store/row_values.h"

/* What the API calls the kinds of a format. */
typedef struct MediaFormat {
    Str extension;
    Str type;
} MediaFormat;

static const MediaFormat formats[] = {
    {STR_INIT("mp4"), STR_INIT("video")}, {STR_INIT("mov"), STR_INIT("video")},
    {STR_INIT("mkv"), STR_INIT("video")}, {STR_INIT("webm"), STR_INIT("video")},
    {STR_INIT("avi"), STR_INIT("video")}, {STR_INIT("mp3"), STR_INIT("audio")},
    {STR_INIT("wav"), STR_INIT("audio")}, {STR_INIT("png"), STR_INIT("image")},
    {STR_INIT("jpg"), STR_INIT("image")}, {STR_INIT("jpeg"), STR_INIT("image")},
    {STR_INIT("gif"), STR_INIT("image")},
};

/* Lower-case letters after the last dot; empty if there is no dot. */
static Str extension_of(Arena *a, Str name)
{
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '.') {
            return str_lower_ascii(a, str_slice(name, i, name.len));
        }
    }
    return STR("");
}

static Str type_of(Str extension)
{
    for (size_t i = 0; i < ARRAY_N(formats); i++) {
        if (str_equal(formats[i].extension, extension)) {
            return formats[i].type;
        }
    }
    return STR("");
}

/* What a file begins with, and what is read of it. */
typedef struct Signature {
    size_t at;
    Str bytes;
    size_t second_at; /* of a second part; 0: there is none */
    Str second;
    Str format;
} Signature;

enum { HEAD_BYTES = 64 };

/* The first that fits: so what is special stands before what is general. */
static const Signature signatures[] = {
    {4, STR_INIT("ftypqt  "), 0, STR_INIT(""), STR_INIT("mov")},
    {4, STR_INIT("ftyp"), 0, STR_INIT(""), STR_INIT("mp4")},
    {0, STR_INIT("RIFF"), 8, STR_INIT("AVI "), STR_INIT("avi")},
    {0, STR_INIT("RIFF"), 8, STR_INIT("WAVE"), STR_INIT("wav")},
    {0, STR_INIT("ID3"), 0, STR_INIT(""), STR_INIT("mp3")},
    {0, STR_INIT("\xff\xfb"), 0, STR_INIT(""), STR_INIT("mp3")},
    {0, STR_INIT("\x89PNG\r\n\x1a\n"), 0, STR_INIT(""), STR_INIT("png")},
    {0, STR_INIT("\xff\xd8\xff"), 0, STR_INIT(""), STR_INIT("jpeg")},
    {0, STR_INIT("GIF8"), 0, STR_INIT(""), STR_INIT("gif")},
};

static bool has_at(Str head, size_t at, Str bytes)
{
    return str_starts_with(str_slice(head, at, head.len), bytes);
}

/* Both are Matroska; the name of the kind follows within a few bytes. */
static Str matroska_format(Str head)
{
    if (!has_at(head, 0, STR("\x1a\x45\xdf\xa3"))) {
        return STR("");
    }
    return str_find_str(head, STR("webm")) != SIZE_MAX ? STR("webm") : STR("mkv");
}

static Str format_in(Str head)
{
    for (size_t i = 0; i < ARRAY_N(signatures); i++) {
        const Signature *s = &signatures[i];
        if (has_at(head, s->at, s->bytes) && has_at(head, s->second_at, s->second)) {
            return s->format;
        }
    }
    return matroska_format(head);
}

/* By what the file holds; where that tells nothing, by its name. The stored text of a file is "hash
 * size name". */
static Err *prepare(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems)
{
    (void)rounds; /* it opens nothing with a passphrase */
    (void)clear;  /* it has no secrets */
    (void)problems;
    Str file = row_text(new, FLD_MEDIA_LIBRARY_ENTRY_MEDIA_FILE);
    Str head = STR("");
    int64_t size = 0;
    if (file.len == 0 || (old != NULL && row_is(old, FLD_MEDIA_LIBRARY_ENTRY_MEDIA_FILE, file))) {
        return NULL;
    }
    TRY(files_head(store, a, str_cut(&file, ' '), HEAD_BYTES, &head));
    (void)str_to_int64(str_cut(&file, ' '), &size);
    Str format = format_in(head);
    format = format.len > 0 ? format : extension_of(a, file);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_FILE_NAME] = value_text(file);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_MEDIA_SIZE] = value_integer(size);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_MEDIA_FORMAT] = value_text(format);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_MEDIA_TYPE] = value_text(type_of(format));
    return NULL;
}

const ResourceHooks media_library_entry_hooks = {
    .resource = STR_INIT("media_library_entry"),
    .prepare = prepare,
};
