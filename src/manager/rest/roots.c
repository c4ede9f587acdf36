/* Listings of resources and commands, and schemas; made anew for each request, since the default of
 * a creation time is the time of asking. */
#include "manager/rest/roots.h"

#include "base/datetime.h"
#include "base/json_write.h"
#include "manager/rest/context.h"
#include "manager/rest/parameters.h"
#include "model/schema.h"

/* All schemas together are far below. */
static const size_t listing_max = (size_t)64 << 20;

static void put_member(Buf *out, const Resource *resource, bool full, bool *first)
{
    json_put_comma(out, first);
    json_put_name(out, resource->name);
    buf_put_lit(out, "{\"list_endpoint\": ");
    json_put_string(out, resource->path);
    buf_put_lit(out, ", \"schema\": ");
    if (full) {
        schema_put(out, resource, datetime_now_us());
    } else {
        buf_put_char(out, '"');
        buf_put_str(out, resource->path);
        buf_put_lit(out, "schema/\"");
    }
    buf_put_char(out, '}');
}

/* Nested resources have no address without a parent, so they aren't listed. */
static bool belongs(const Resource *resource, const Route *route)
{
    return resource->family == route->family && resource->parent == NULL &&
           (route->family != FAMILY_COMMAND ||
            str_equal(route_command_group(resource), route->group));
}

void roots_answer_family(const Rest *r, RestRequest *request)
{
    const bool full = str_equal(
        parameter_last(request->parameters, request->n_parameters, STR("fullschema")), STR("true"));
    Buf *body = buf_new(listing_max);
    bool first = true;
    buf_put_char(body, '{');
    for (size_t i = 0; i < r->model->n_resources; i++) {
        if (belongs(&r->model->resources[i], &request->route)) {
            put_member(body, &r->model->resources[i], full, &first);
        }
    }
    buf_put_char(body, '}');
    answer_json(&request->answer, 200, body);
}

static void put_command_root(Buf *out, Str group, bool *first)
{
    json_put_comma(out, first);
    json_put_name(out, group);
    buf_printf(out,
               "{\"list_endpoint\": \"/api/admin/command/v1/%.*s/\", "
               "\"schema\": \"/api/admin/command/v1/%.*s/\"}",
               STR_ARG(group), STR_ARG(group));
}

void roots_answer_commands(const Rest *r, RestRequest *request)
{
    Buf *body = buf_new(listing_max);
    bool first = true;
    Str last = STR_NONE;
    buf_put_char(body, '{');
    for (size_t i = 0; i < r->model->n_resources; i++) {
        const Resource *resource = &r->model->resources[i];
        if (resource->family == FAMILY_COMMAND && !str_equal(route_command_group(resource), last)) {
            last = route_command_group(resource);
            put_command_root(body, last, &first);
        }
    }
    buf_put_char(body, '}');
    answer_json(&request->answer, 200, body);
}

void roots_answer_schema(RestRequest *request)
{
    Buf *body = buf_new(listing_max);
    schema_put(body, request->route.resource, datetime_now_us());
    answer_json(&request->answer, 200, body);
}
