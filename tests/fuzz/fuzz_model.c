/* Model files: whatever they hold, model_load() answers with a model or with a failure; and a model
 * can be asked for its schemas.
 *
 * The input is a row of files: a name, a line feed, the text up to the next NUL byte. Rights and
 * version are there already, so that texts are read that don't bring them along. */
#include <stdint.h>

#include "base/json.h"
#include "model/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES_MAX = 8, ERRORS_LIMIT = 64 * 1024 * 1024, SCHEMA_LIMIT = 64 * 1024 * 1024 };

static const ModelFile always[] = {
    {"permissions.json",
     STR_INIT("[{\"id\":1,\"codename\":\"is_admin\",\"name\":\"a\",\"help\":\"a\"},"
              "{\"id\":2,\"codename\":\"use_api\",\"name\":\"a\",\"help\":\"a\"},"
              "{\"id\":3,\"codename\":\"view_x\",\"name\":\"a\",\"help\":\"a\"},"
              "{\"id\":4,\"codename\":\"change_x\",\"name\":\"a\",\"help\":\"a\"}]")},
    {"version.json", STR_INIT("{\"number\":1,\"shape\":\"-\"}")},
};

static size_t cut_files(Arena *a, Str input, ModelFile files[])
{
    size_t n = 0;
    while (n < ARRAY_N(always)) {
        files[n] = always[n];
        n++;
    }
    while (input.len > 0 && n < FILES_MAX) {
        Str text = str_cut(&input, '\0');
        const Str name = str_cut(&text, '\n');
        files[n++] = (ModelFile){str_to_cstr(a, name), text};
    }
    return n;
}

static void check_schemas(Arena *a, const Model *m)
{
    CLEANUP(buf_free) Buf *schema = buf_new(SCHEMA_LIMIT);
    for (size_t i = 0; i < m->n_resources; i++) {
        Json *json = NULL;
        buf_reset(schema);
        schema_put(schema, &m->resources[i], 0);
        if (!buf_failed(schema)) {
            MUST(json_parse(a, buf_str(schema), &json_limits_default, &json) == NULL);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_free) Arena *a = arena_new(ERRORS_LIMIT);
    CLEANUP(model_free) Model *m = NULL;
    ModelFile files[FILES_MAX];
    const size_t n = cut_files(a, (Str){(const char *)data, size}, files);
    const Err *e = model_load(a, files, n, &m);
    MUST((e == NULL) == (m != NULL));
    if (m != NULL) {
        check_schemas(a, m);
    }
    return 0;
}
