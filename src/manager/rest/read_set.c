/* Several objects by their ids (wire 6.2), in the order asked for; what can't be an id is reported
 * missing like what isn't there. */
#include "base/hash_table.h"
#include "base/json_write.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "manager/rest/objects.h"
#include "manager/rest/read_list.h"
#include "manager/rest/uri.h"

#define SET_KEYS_MAX 10000 /* as many as a page has rows */

static const size_t set_max = (size_t)512 << 20; /* bytes, as of a list */

typedef struct SetKey {
    HashNode node;
    Value key;
    Str text;     /* as given */
    bool is_key;  /* false: can't be one, so it is missing */
    bool missing; /* no such object */
} SetKey;

typedef struct SetWork {
    SetKey *keys; /* in the order asked, each once */
    size_t n;
} SetWork;

static bool is_known(const HashTable *t, Value key)
{
    HashNode *node = hash_table_first(t, value_hash_key(key));
    for (; node != NULL; node = hash_table_next_same(node)) {
        if (value_equal(CONTAINER_OF(node, SetKey, node)->key, key)) {
            return true;
        }
    }
    return false;
}

static size_t count_parts(Str ids)
{
    size_t n = 1;
    for (size_t i = 0; i < ids.len; i++) {
        n += ids.ptr[i] == ';';
    }
    return n;
}

/* Empty parts are skipped, and an id that was given before. */
static void parse_ids(Arena *a, const Resource *r, Str ids, SetWork *work)
{
    HashTable known;
    hash_table_init(&known);
    while (ids.len > 0) {
        SetKey *key = &work->keys[work->n];
        *key = (SetKey){.text = percent_decode(a, str_cut(&ids, ';'), false)};
        const bool sound = str_find(key->text, '\0', 0) == SIZE_MAX && utf8_valid(key->text);
        key->is_key = sound && uri_key_from_text(a, r, key->text, &key->key);
        if (key->text.len == 0 || !sound || (key->is_key && is_known(&known, key->key))) {
            continue;
        }
        if (key->is_key) {
            hash_table_insert(&known, &key->node, value_hash_key(key->key));
        }
        work->n++;
    }
    hash_table_deinit(&known);
}

RestNext read_set_parse(const Rest *r, RestRequest *request)
{
    (void)r; /* as the other stages have it */
    SetWork *work = ARENA_NEW(request->arena, SetWork);
    const size_t n = count_parts(request->route.id);
    request->work = work;
    if (n > SET_KEYS_MAX) {
        answer_error(&request->answer, request->arena, 400,
                     STR("At most 10000 ids can be asked for at once."));
        return REST_ANSWERED;
    }
    work->keys = ARENA_ARRAY(request->arena, SetKey, n);
    parse_ids(request->arena, request->route.resource, request->route.id, work);
    return REST_READ_POOL;
}

static Err *put_objects(const Rest *r, RestRequest *request, Reader *reader, int64_t seq,
                        SetWork *work, Buf *objects)
{
    Arena *a = request->arena;
    Value *keys = ARENA_ARRAY(a, Value, work->n);
    bool *missing = ARENA_ARRAY(a, bool, work->n);
    size_t n = 0;
    for (size_t i = 0; i < work->n; i++) {
        work->keys[i].missing = true;
        if (work->keys[i].is_key) {
            keys[n++] = work->keys[i].key;
        }
    }
    TRY(objects_put(r, reader, a, request->route.resource, request->principal.permissions, seq,
                    keys, n, objects, missing));
    n = 0;
    for (size_t i = 0; i < work->n; i++) {
        if (work->keys[i].is_key) {
            work->keys[i].missing = missing[n++];
        }
    }
    return NULL;
}

static void put_missing(Buf *out, const SetWork *work)
{
    bool first = true;
    for (size_t i = 0; i < work->n; i++) {
        if (work->keys[i].missing) {
            buf_put_str(out, first ? STR("\"not_found\": [") : STR(", "));
            json_put_string(out, work->keys[i].text);
            first = false;
        }
    }
    if (!first) {
        buf_put_lit(out, "], ");
    }
}

Err *read_set_run(const Rest *r, RestRequest *request, Reader *reader, int64_t seq)
{
    SetWork *work = request->work;
    CLEANUP(buf_free) Buf *objects = buf_new(set_max);
    CLEANUP(buf_free) Buf *body = buf_new(set_max);
    TRY(put_objects(r, request, reader, seq, work, objects));
    buf_put_char(body, '{');
    put_missing(body, work);
    buf_put_lit(body, "\"objects\": [");
    buf_put_str(body, buf_str(objects));
    buf_put_lit(body, "]}");
    if (buf_failed(body) || buf_failed(objects)) {
        return err(request->arena, ERR_INVALID,
                   "The answer is too large: ask for fewer objects at once.");
    }
    answer_json(&request->answer, 200, body);
    body = NULL;
    return NULL;
}
