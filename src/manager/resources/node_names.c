/* The lists of nodes that a certificate or key shows: views of what the nodes name. Both kinds of
 * node are treated alike, by a table of the fields that differ. */
#include "manager/resources/node_names.h"

#include "base/json.h"
#include "base/json_write.h"
#include "manager/rest/uri.h"
#include "store/row_values.h"

#define NODES_MAX 100000            /* rows of either kind */
#define LIST_MAX ((size_t)16 << 20) /* bytes of the list of one row: that many nodes, and more */

const uint16_t node_names_resources[NODE_NAMES_RESOURCES_N] = {RES_MANAGEMENT_VM, RES_WORKER_VM};

/* One of the two kinds of node. */
typedef struct NodeKind {
    uint16_t resource;
    uint16_t name, hostname, domain;
} NodeKind;

static const NodeKind kinds[] = {
    {RES_MANAGEMENT_VM, FLD_MANAGEMENT_VM_NAME, FLD_MANAGEMENT_VM_HOSTNAME,
     FLD_MANAGEMENT_VM_DOMAIN},
    {RES_WORKER_VM, FLD_WORKER_VM_NAME, FLD_WORKER_VM_HOSTNAME, FLD_WORKER_VM_DOMAIN},
};

static const Field *relation_of(const NodeNames *names, const Model *model, size_t kind)
{
    uint16_t field =
        kinds[kind].resource == RES_WORKER_VM ? names->of_worker_vm : names->of_management_vm;
    return &model_at(model, kinds[kind].resource)->fields[field];
}

static Str full_name(Arena *a, const NodeKind *kind, const Row *node)
{
    Str hostname = row_text(node, kind->hostname);
    Str domain = row_text(node, kind->domain);
    return domain.len == 0 ? hostname
                           : str_format(a, "%.*s.%.*s", STR_ARG(hostname), STR_ARG(domain));
}

static Str address(Arena *a, const Row *node)
{
    Buf out;
    buf_init(&out, LIST_MAX);
    uri_put(&out, node->resource, node->key);
    Str text = str_dup(a, buf_str(&out));
    buf_deinit(&out);
    return text;
}

/* The keys that the relation of each of the nodes holds. */
static CHECKED Err *targets_of(Reader *reader, Arena *a, const Field *relation,
                               const Row *const nodes[], size_t n, Related *ret_targets)
{
    Value *keys = ARENA_ARRAY(a, Value, n);
    for (size_t i = 0; i < n; i++) {
        const Value *target = &nodes[i]->values[relation->index];
        keys[i] = nodes[i]->key;
        ret_targets[i] = (Related){target, value_is_null(*target) ? 0 : 1};
    }
    return field_is_to_one(relation) || n == 0
               ? NULL
               : reader_related(reader, a, relation, keys, n, ret_targets);
}

static bool holds(const Related *related, Value key)
{
    for (size_t i = 0; i < related->n; i++) {
        if (value_equal(related->keys[i], key)) {
            return true;
        }
    }
    return false;
}

/* --- reading --- */

typedef struct Lists {
    Row **rows;
    size_t n;
    Buf *texts; /* JSON lists, one a row, still open */
} Lists;

static void add_node(const NodeNames *names, Arena *a, const NodeKind *kind, const Row *node,
                     const Related *targets, Lists *lists)
{
    for (size_t i = 0; i < lists->n; i++) {
        if (holds(targets, lists->rows[i]->key)) {
            bool first = lists->texts[i].len <= 1;
            json_put_comma(&lists->texts[i], &first);
            json_put_string(&lists->texts[i],
                            names->as_addresses ? address(a, node) : full_name(a, kind, node));
        }
    }
}

/* Nodes of one kind whose relation leads to one of the rows. */
static CHECKED Err *add_nodes(const NodeNames *names, Reader *reader, Arena *a,
                              const Field *relation, const NodeKind *kind, Lists *lists)
{
    Value *keys = ARENA_ARRAY(a, Value, lists->n);
    for (size_t i = 0; i < lists->n; i++) {
        keys[i] = lists->rows[i]->key;
    }
    const Filter filter = {
        .field = relation, .lookup = LOOKUP_IN, .values = keys, .n_values = lists->n};
    const Query query = {
        .resource = relation->resource, .filters = &filter, .n_filters = 1, .limit = NODES_MAX};
    const Row **nodes = NULL;
    size_t n = 0;
    TRY(reader_select(reader, a, &query, &nodes, &n));
    Related *targets = ARENA_ARRAY(a, Related, n);
    TRY(targets_of(reader, a, relation, nodes, n, targets));
    for (size_t i = 0; i < n; i++) {
        add_node(names, a, kind, nodes[i], &targets[i], lists);
    }
    return NULL;
}

CHECKED Err *node_names_compute(const NodeNames *names, Reader *reader, Arena *a, Row *rows[],
                                size_t n)
{
    Lists lists = {.rows = rows, .n = n, .texts = ARENA_ARRAY(a, Buf, n)};
    Err *e = NULL;
    for (size_t i = 0; i < n; i++) {
        buf_init(&lists.texts[i], LIST_MAX);
        buf_put_char(&lists.texts[i], '[');
    }
    for (size_t k = 0; n > 0 && e == NULL && k < ARRAY_N(kinds); k++) {
        const Model *model = reader_model(reader);
        e = add_nodes(names, reader, a, relation_of(names, model, k), &kinds[k], &lists);
    }
    for (size_t i = 0; i < n; i++) {
        buf_put_char(&lists.texts[i], ']');
        rows[i]->values[names->nodes] = value_text(str_dup(a, buf_str(&lists.texts[i])));
        buf_deinit(&lists.texts[i]);
    }
    return e;
}

/* --- writing --- */

/* What is asked for, and which of it was found. */
typedef struct Wanted {
    const Json **texts;
    bool *found;
    size_t n;
} Wanted;

/* Whatever a client may have read of the node. */
static bool is_meant(Arena *a, const NodeKind *kind, const Row *node, Str text)
{
    Value key = VALUE_NONE;
    return str_equal(text, row_text(node, kind->name)) ||
           str_equal(text, row_text(node, kind->hostname)) ||
           str_equal(text, full_name(a, kind, node)) ||
           (uri_parse(a, node->resource, text, &key) && value_equal(key, node->key));
}

static bool is_wanted(Arena *a, const NodeKind *kind, const Row *node, Wanted *wanted)
{
    bool any = false;
    for (size_t i = 0; i < wanted->n; i++) {
        if (is_meant(a, kind, node, wanted->texts[i]->text)) {
            wanted->found[i] = true;
            any = true;
        }
    }
    return any;
}

static CHECKED Err *set_to_one(Tx *tx, const Field *relation, const Row *node, Value target)
{
    Row *changed = row_copy(tx_arena(tx), node);
    changed->values[relation->index] = target;
    return tx_update(tx, node, changed);
}

/* All links of the node, with or without this one. */
static CHECKED Err *set_links(Tx *tx, const Field *relation, const Row *node, const Related *now,
                              Value key, bool linked)
{
    Value *keys = ARENA_ARRAY(tx_arena(tx), Value, now->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < now->n; i++) {
        if (!value_equal(now->keys[i], key)) {
            keys[n++] = now->keys[i];
        }
    }
    if (linked) {
        keys[n++] = key;
    }
    return tx_set_links(tx, relation, node->key, keys, n);
}

static CHECKED Err *write_kind(Tx *tx, const Field *relation, const NodeKind *kind, Value key,
                               Wanted *wanted)
{
    Arena *a = tx_arena(tx);
    const Query query = {.resource = relation->resource, .limit = NODES_MAX};
    const Row **nodes = NULL;
    size_t n = 0;
    TRY(reader_select(tx_reader(tx), a, &query, &nodes, &n));
    Related *targets = ARENA_ARRAY(a, Related, n);
    TRY(targets_of(tx_reader(tx), a, relation, nodes, n, targets));
    for (size_t i = 0; i < n; i++) {
        bool linked = is_wanted(a, kind, nodes[i], wanted);
        if (linked == holds(&targets[i], key)) {
            continue;
        }
        TRY(field_is_to_one(relation)
                ? set_to_one(tx, relation, nodes[i], linked ? key : VALUE_NONE)
                : set_links(tx, relation, nodes[i], &targets[i], key, linked));
    }
    return NULL;
}

/* The texts of the list; false if something else is in it. */
static bool read_wanted(Arena *a, Str list, Wanted *ret_wanted)
{
    Json *json = NULL;
    if (json_parse(a, list, &json_limits_default, &json) != NULL) {
        return false;
    }
    *ret_wanted = (Wanted){.texts = ARENA_ARRAY(a, const Json *, json->n),
                           .found = ARENA_ARRAY(a, bool, json->n)};
    for (const Json *member = json->first; member != NULL; member = member->next) {
        if (member->type != JSON_STRING) {
            return false;
        }
        ret_wanted->texts[ret_wanted->n++] = member;
    }
    return true;
}

CHECKED Err *node_names_write(const NodeNames *names, Tx *tx, const Row *row, Problems *problems)
{
    Wanted wanted = {.n = 0};
    Str field = row_field_name(row, names->nodes);
    if (value_is_null(row->values[names->nodes])) {
        return NULL;
    }
    if (!read_wanted(tx_arena(tx), row_text(row, names->nodes), &wanted)) {
        problems_add(problems, field, "Give a list of names or addresses of nodes.");
        return NULL;
    }
    for (size_t k = 0; k < ARRAY_N(kinds); k++) {
        TRY(write_kind(tx, relation_of(names, tx_model(tx), k), &kinds[k], row->key, &wanted));
    }
    for (size_t i = 0; i < wanted.n; i++) {
        if (!wanted.found[i]) {
            problems_add(problems, field, "A node of the list does not exist.");
        }
    }
    return NULL;
}
