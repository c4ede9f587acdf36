/* From a path to a resource. Paths are short and the words before the resource few, so the only
 * table is that of resources; nested ones and commands are few enough to be searched. */
#include "manager/rest/route.h"

#include "base/hash_table.h"
#include "base/percent.h"
#include "base/utf8.h"

/* api, admin, family, v1, resource, id, nested, schema: longer paths lead nowhere. */
enum { SEGMENTS_MAX = 8 };

typedef struct RouteEntry {
    HashNode node;
    const Resource *resource;
} RouteEntry;

struct Router {
    Arena *arena; /* owns the entries */
    const Model *model;
    HashTable table; /* resources with an address of their own, by family and name */
};

typedef struct Segments {
    Str raw[SEGMENTS_MAX];
    Str decoded[SEGMENTS_MAX];
    size_t n;
} Segments;

/* Paths that a known client uses for commands that lie elsewhere (wire 12.4). */
static const struct CommandAlias {
    Str path; /* after …/command/v1/ */
    Str file;
} command_aliases[] = {
    {STR_INIT("backup/create"), STR_INIT("platform.backup_create")},
    {STR_INIT("backup/restore"), STR_INIT("platform.backup_restore")},
    {STR_INIT("certificates/import"), STR_INIT("platform.certificates_import")},
    {STR_INIT("snapshot"), STR_INIT("platform.snapshot")},
    {STR_INIT("platform/take_snapshot"), STR_INIT("platform.snapshot")},
    {STR_INIT("software/bundle"), STR_INIT("platform.software_bundle")},
    {STR_INIT("upgrade"), STR_INIT("platform.upgrade")},
    {STR_INIT("cloudnode/start"), STR_INIT("platform.start_cloudnode")},
    {STR_INIT("sync"), STR_INIT("conference.sync")},
    {STR_INIT("conference/send_email"), STR_INIT("conference.send_conference_email")},
    {STR_INIT("device/send_email"), STR_INIT("conference.send_device_email")},
};

static uint64_t hash_of(Family family, Str name)
{
    return str_hash(name) + (uint64_t)family;
}

Router *router_new(const Model *model)
{
    Arena *arena = arena_new(SIZE_MAX);
    Router *r = ARENA_NEW(arena, Router);
    r->arena = arena;
    r->model = model;
    hash_table_init(&r->table);
    for (size_t i = 0; i < model->n_resources; i++) {
        const Resource *resource = &model->resources[i];
        if (resource->family <= FAMILY_HISTORY && resource->parent == NULL) {
            RouteEntry *entry = ARENA_NEW(arena, RouteEntry);
            entry->resource = resource;
            hash_table_insert(&r->table, &entry->node, hash_of(resource->family, resource->name));
        }
    }
    return r;
}

Router *router_free(Router *r)
{
    if (r != NULL) {
        hash_table_deinit(&r->table);
        (void)arena_free(r->arena); /* holds r itself; always NULL */
    }
    return NULL;
}

static const Resource *find_resource(const Router *r, Family family, Str name)
{
    HashNode *node = hash_table_first(&r->table, hash_of(family, name));
    for (; node != NULL; node = hash_table_next_same(node)) {
        const Resource *resource = CONTAINER_OF(node, RouteEntry, node)->resource;
        if (resource->family == family && str_equal(resource->name, name)) {
            return resource;
        }
    }
    return NULL;
}

static const Resource *find_nested(const Router *r, const Resource *parent, Str name)
{
    for (size_t i = 0; i < r->model->n_resources; i++) {
        const Resource *resource = &r->model->resources[i];
        if (resource->parent == parent && str_equal(resource->name, name)) {
            return resource;
        }
    }
    return NULL;
}

/* "." and ".." must not lead upwards, and a NUL would end a text early somewhere behind (wire 1.3).
 */
static bool is_sound(Str segment)
{
    return !str_equal(segment, STR(".")) && !str_equal(segment, STR("..")) &&
           str_find(segment, '\0', 0) == SIZE_MAX && utf8_valid(segment);
}

/* Splits first, decodes once afterwards: an encoded slash is part of an id. */
static bool split(Arena *a, Str path, Segments *ret_segments)
{
    Segments s = {.n = 0};
    while (path.len > 0) {
        const Str raw = str_cut(&path, '/');
        if (raw.len == 0) {
            continue;
        }
        const Str decoded = percent_decode(a, raw, false);
        if (s.n == SEGMENTS_MAX || !is_sound(decoded)) {
            return false;
        }
        s.raw[s.n] = raw;
        s.decoded[s.n++] = decoded;
    }
    *ret_segments = s;
    return true;
}

Str route_command_group(const Resource *command)
{
    Str rest = command->file;
    return str_cut(&rest, '.');
}

static const Resource *find_command(const Router *r, const Str parts[], size_t n)
{
    const Str first = parts[0];
    const Str second = n > 1 ? parts[1] : STR_NONE;
    for (size_t i = 0; i < ARRAY_N(command_aliases); i++) {
        Str rest = command_aliases[i].path;
        if (str_equal(str_cut(&rest, '/'), first) && str_equal(rest, second)) {
            return model_resource(r->model, FAMILY_COMMAND, command_aliases[i].file);
        }
    }
    for (size_t i = 0; i < r->model->n_resources; i++) {
        const Resource *command = &r->model->resources[i];
        if (command->family == FAMILY_COMMAND && str_equal(command->name, second) &&
            str_equal(route_command_group(command), first)) {
            return command;
        }
    }
    return NULL;
}

static bool is_command_group(const Router *r, Str name)
{
    for (size_t i = 0; i < r->model->n_resources; i++) {
        const Resource *command = &r->model->resources[i];
        if (command->family == FAMILY_COMMAND && str_equal(route_command_group(command), name)) {
            return true;
        }
    }
    return false;
}

/* parts: what follows …/command/v1/; n ≥ 1. The longer name first: "conference/sync" is a command
 * of a group, "sync" an alias of it. */
static bool match_command(const Router *r, const Str parts[], size_t n, Route *ret_route)
{
    if (n == 1 && is_command_group(r, parts[0])) {
        *ret_route =
            (Route){.kind = ROUTE_FAMILY_ROOT, .family = FAMILY_COMMAND, .group = parts[0]};
        return true;
    }
    Route route = {.kind = ROUTE_COMMAND, .family = FAMILY_COMMAND};
    for (size_t len = MIN(n, 2); len > 0; len--) {
        route.resource = find_command(r, parts, len);
        if (route.resource == NULL) {
            continue;
        }
        if (n > len + 1) {
            return false;
        }
        if (n == len + 1) {
            route.kind = str_equal(parts[len], STR("schema")) ? ROUTE_SCHEMA : ROUTE_DETAIL;
            route.id = parts[len];
        }
        *ret_route = route;
        return true;
    }
    return false;
}

/* An action is a resource without rows: it can only be posted to. */
static bool is_action(const Resource *r)
{
    return !r->has_key && (r->list_methods & METHOD_GET) == 0;
}

static RouteKind list_kind(const Resource *r)
{
    return is_action(r) ? ROUTE_COMMAND : ROUTE_LIST;
}

/* parts: the resource's name and what follows; n ≥ 1. In the order of wire 1.1, so that an object
 * whose key is "schema" can't be had. */
static bool match_resource(const Router *r, Route route, const Segments *s, Route *ret_route)
{
    const Str *parts = &s->decoded[4];
    const size_t n = s->n - 4;
    route.resource = find_resource(r, route.family, parts[0]);
    if (route.resource == NULL) {
        return false;
    }
    if (n == 1) {
        route.kind = list_kind(route.resource);
    } else if (n == 2) {
        route.kind = str_equal(parts[1], STR("schema")) ? ROUTE_SCHEMA : ROUTE_DETAIL;
        route.id = parts[1];
    } else if (n == 3 && str_equal(parts[1], STR("set")) &&
               (route.resource->detail_methods & METHOD_GET) != 0) {
        route.kind = ROUTE_SET;
        route.id = s->raw[6];
    } else if (n == 3 && str_equal(parts[2], STR("download"))) {
        route.kind = ROUTE_DETAIL;
        route.id = parts[1];
        route.download = true;
    } else {
        route.resource = find_nested(r, route.resource, parts[2]);
        route.parent_id = parts[1];
        if (route.resource == NULL || (n == 4 && !str_equal(parts[3], STR("schema")))) {
            return false;
        }
        route.kind = n == 4 ? ROUTE_SCHEMA : list_kind(route.resource);
    }
    *ret_route = route;
    return true;
}

static bool family_from(Str name, Family *ret_family)
{
    for (Family family = FAMILY_CONFIGURATION; family <= FAMILY_COMMAND; family++) {
        if (str_equal(family_name(family), name)) {
            *ret_family = family;
            return true;
        }
    }
    return false;
}

static bool is_schema_index(const Segments *s)
{
    const bool api = s->n == 3 && str_equal(s->decoded[0], STR("api")) &&
                     str_equal(s->decoded[1], STR("admin")) &&
                     str_equal(s->decoded[2], STR("schema"));
    const bool page = s->n == 3 && str_equal(s->decoded[0], STR("admin")) &&
                      str_equal(s->decoded[1], STR("platform")) &&
                      str_equal(s->decoded[2], STR("schema"));
    return api || page;
}

/* What all paths of the API begin with. */
static bool match_family(const Segments *s, Family *ret_family)
{
    return s->n >= 4 && str_equal(s->decoded[0], STR("api")) &&
           str_equal(s->decoded[1], STR("admin")) && family_from(s->decoded[2], ret_family) &&
           str_equal(s->decoded[3], STR("v1"));
}

static bool match(const Router *r, const Segments *s, Route *ret_route)
{
    Route route = {.kind = ROUTE_FAMILY_ROOT};
    if (is_schema_index(s)) {
        *ret_route = (Route){.kind = ROUTE_SCHEMA_INDEX};
        return true;
    }
    if (!match_family(s, &route.family)) {
        return false;
    }
    if (s->n == 4) {
        route.kind = route.family == FAMILY_COMMAND ? ROUTE_COMMAND_ROOTS : ROUTE_FAMILY_ROOT;
        *ret_route = route;
        return true;
    }
    return route.family == FAMILY_COMMAND ? match_command(r, &s->decoded[4], s->n - 4, ret_route)
                                          : match_resource(r, route, s, ret_route);
}

bool router_match(const Router *r, Arena *a, Str path, Route *ret_route, bool *ret_slash)
{
    Segments s;
    if (!str_starts_with(path, STR("/")) || !split(a, path, &s) || !match(r, &s, ret_route)) {
        return false;
    }
    *ret_slash = str_ends_with(path, STR("/"));
    return true;
}

unsigned route_methods(const Route *route)
{
    switch (route->kind) {
    case ROUTE_LIST:
    case ROUTE_COMMAND:
        return route->resource->list_methods;
    case ROUTE_DETAIL:
        return route->download ? METHOD_GET
                               : route->resource->detail_methods |
                                     (route->resource->list_methods & METHOD_POST);
    case ROUTE_NONE:
        return 0;
    case ROUTE_FAMILY_ROOT:
    case ROUTE_COMMAND_ROOTS:
    case ROUTE_SCHEMA_INDEX:
    case ROUTE_SCHEMA:
    case ROUTE_SET:
        break;
    }
    return METHOD_GET;
}

unsigned route_also_accepts(const Route *route)
{
    return route->kind == ROUTE_DETAIL && !route->download ? route->resource->also_accepts : 0;
}

Str route_method_list(Arena *a, unsigned methods)
{
    static const Str names[] = {STR_INIT("GET"), STR_INIT("POST"), STR_INIT("PUT"),
                                STR_INIT("DELETE"), STR_INIT("PATCH")};
    CLEANUP(buf_free) Buf *out = buf_new(64);
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        if ((methods >> i & 1) != 0) {
            if (out->len > 0) {
                buf_put_char(out, ',');
            }
            buf_put_str(out, names[i]);
        }
    }
    return str_dup(a, buf_str(out));
}
