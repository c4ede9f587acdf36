/* Media files: what is shown of them follows from the upload. */
#include "manager/resources/row_values.h"
#include "manager/resources/tables.h"

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

/* The stored text of a file is "hash size name". */
static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    (void)problems;
    Str file = row_text(new, FLD_MEDIA_LIBRARY_ENTRY_MEDIA_FILE);
    int64_t size = 0;
    if (file.len == 0 || (old != NULL && row_is(old, FLD_MEDIA_LIBRARY_ENTRY_MEDIA_FILE, file))) {
        return NULL;
    }
    (void)str_cut(&file, ' ');
    (void)str_to_int64(str_cut(&file, ' '), &size);
    Str extension = extension_of(tx_arena(tx), file);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_FILE_NAME] = value_text(file);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_MEDIA_SIZE] = value_integer(size);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_MEDIA_FORMAT] = value_text(extension);
    new->values[FLD_MEDIA_LIBRARY_ENTRY_MEDIA_TYPE] = value_text(type_of(extension));
    return NULL;
}

const ResourceHooks media_library_entry_hooks = {
    .resource = STR_INIT("media_library_entry"),
    .before_write = before_write,
};
