/* The index of all schemas: a page for people, unless a program asks. */
#include "manager/rest/schema_index.h"

#include "base/json_write.h"
#include "manager/rest/context.h"
#include "manager/rest/parameters.h"

static const size_t index_max = (size_t)16 << 20;

/* "configuration", "command/conference": what the listing of a root holds. */
static Str root_of(Arena *a, const Resource *r)
{
    if (r->family != FAMILY_COMMAND) {
        return family_name(r->family);
    }
    return str_format(a, "command/%.*s", STR_ARG(route_command_group(r)));
}

static bool is_listed(const Resource *r)
{
    return r->family <= FAMILY_COMMAND && r->parent == NULL;
}

/* The resources are in order of family and file, so each root's lie together. */
static void put_roots(Buf *out, Arena *a, const Model *model, Family family, bool *first)
{
    Str root = STR_NONE;
    for (size_t i = 0; i < model->n_resources; i++) {
        const Resource *r = &model->resources[i];
        if (!is_listed(r) || r->family != family) {
            continue;
        }
        const Str own = root_of(a, r);
        if (!str_equal(own, root)) {
            buf_put_str(out, root.len > 0 ? STR("}, ") : *first ? STR("") : STR(", "));
            json_put_name(out, own);
            buf_put_char(out, '{');
            root = own;
            *first = false;
        } else {
            buf_put_lit(out, ", ");
        }
        json_put_name(out, r->name);
        buf_printf(out, "{\"list_endpoint\": \"%.*s\", \"schema\": \"%.*sschema/\"}",
                   STR_ARG(r->path), STR_ARG(r->path));
    }
    if (root.len > 0) {
        buf_put_char(out, '}');
    }
}

static void answer_in_json(const Rest *r, RestRequest *request)
{
    /* By name, as members are written. */
    static const Family families[] = {FAMILY_COMMAND, FAMILY_CONFIGURATION, FAMILY_HISTORY,
                                      FAMILY_STATUS};
    Buf *body = buf_new(index_max);
    bool first = true;
    buf_put_char(body, '{');
    for (size_t i = 0; i < ARRAY_N(families); i++) {
        put_roots(body, request->arena, r->model, families[i], &first);
    }
    buf_put_char(body, '}');
    answer_json(&request->answer, 200, body);
}

static void put_heading(Buf *out, const Resource *r, Str *root, Arena *a)
{
    const Str own = root_of(a, r);
    if (!str_equal(own, *root)) {
        buf_put_str(out, root->len > 0 ? STR("</dl>\n") : STR(""));
        buf_put_lit(out, "<h2>");
        answer_put_escaped(out, own);
        buf_put_lit(out, "</h2>\n<dl>\n");
        *root = own;
    }
}

/* Who acts on it. Of status and history the question doesn't arise. */
static void put_effect(Buf *out, const Resource *r)
{
    static const char *const texts[] = {
        [EFFECT_NONE] = "Kept for clients only: nothing acts on it.",
        [EFFECT_MANAGER] = "Acted on by the Management Node.",
        [EFFECT_NODE] = "Acted on by the Conferencing Nodes.",
        [EFFECT_LATER] = "Planned: nothing acts on it yet.",
    };
    if (r->family == FAMILY_CONFIGURATION || r->family == FAMILY_COMMAND) {
        buf_printf(out, " <em>%s</em>", texts[r->effect]);
        if (r->effect_note.len > 0) {
            buf_put_char(out, ' ');
            answer_put_escaped(out, r->effect_note);
        }
    }
}

static void answer_as_page(const Rest *r, RestRequest *request)
{
    Buf *body = buf_new(index_max);
    Str root = STR_NONE;
    buf_put_lit(body, "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
                      "<title>Schemas</title></head>\n<body>\n<h1>Schemas of the API</h1>\n");
    for (size_t i = 0; i < r->model->n_resources; i++) {
        const Resource *resource = &r->model->resources[i];
        if (is_listed(resource)) {
            put_heading(body, resource, &root, request->arena);
            buf_put_lit(body, "<dt><a href=\"");
            buf_put_str(body, resource->path);
            buf_put_lit(body, "schema/\">");
            answer_put_escaped(body, resource->name);
            buf_put_lit(body, "</a></dt><dd>");
            answer_put_escaped(body, resource->help);
            put_effect(body, resource);
            buf_put_lit(body, "</dd>\n");
        }
    }
    buf_put_lit(body, "</dl>\n</body>\n</html>\n");
    answer_html(&request->answer, 200, body);
}

/* A browser names text/html in Accept, programs don't; the rest of the API answers both in JSON. */
void schema_index_answer(const Rest *r, RestRequest *request)
{
    const Str format = parameter_last(request->parameters, request->n_parameters, STR("format"));
    const Str accept = request_header(request, STR("accept"));
    if (str_equal(format, STR("json")) ||
        (str_find_str(accept, STR("application/json")) != SIZE_MAX &&
         str_find_str(accept, STR("text/html")) == SIZE_MAX)) {
        answer_in_json(r, request);
    } else {
        answer_as_page(r, request);
    }
}
