/* What Content-Type and ?format= mean. Accept isn't looked at: all that is sent here is JSON, and
 * who asks for something else gets it, too, as from the original (wire 1.5). */
#include "manager/rest/media_type.h"

/* Without parameters. */
static Str essence(Str type)
{
    return str_trim(str_cut(&type, ';'));
}

static bool is_type(Str type, Str name)
{
    return str_equal_ignoring_case(essence(type), name);
}

/* One Java client sends the header twice, and what stands between may join the two by a comma. */
static bool all_json(Str types)
{
    while (types.len > 0) {
        if (!is_type(str_cut(&types, ','), STR("application/json"))) {
            return false;
        }
    }
    return true;
}

bool body_takes_files(const Resource *r)
{
    for (size_t i = 0; i < r->n_fields; i++) {
        if (r->fields[i].type == FIELD_FILE) {
            return true;
        }
    }
    return false;
}

/* The pieces of an upgrade may come as they are (wire 12.4). */
static bool takes_raw(const RestRequest *request)
{
    const Resource *r = request->route.resource;
    return request->route.kind == ROUTE_COMMAND && r->parent != NULL && body_takes_files(r);
}

/* Official examples send JSON to the configuration without any type, and forms to commands, so
 * either is taken there; a form sent to the configuration is a client's mistake. */
BodyType body_type_of(const RestRequest *request)
{
    const Resource *r = request->route.resource;
    const bool command = r->family == FAMILY_COMMAND;
    const Str type = str_trim(request_header(request, STR("content-type")));
    if (type.len == 0 || request->bodyless) {
        return command ? BODY_JSON_OR_FORM : BODY_JSON;
    }
    if (all_json(type)) {
        return BODY_JSON;
    }
    if (is_type(type, STR("application/x-www-form-urlencoded"))) {
        return command ? BODY_FORM : BODY_REFUSED;
    }
    if (is_type(type, STR("multipart/form-data"))) {
        return command || body_takes_files(r) ? BODY_MULTIPART : BODY_REFUSED;
    }
    return takes_raw(request) && is_type(type, STR("application/octet-stream")) ? BODY_RAW
                                                                                : BODY_REFUSED;
}

Str body_types_text(const RestRequest *request)
{
    const Resource *r = request->route.resource;
    const bool files = body_takes_files(r);
    if (r->family != FAMILY_COMMAND) {
        return files ? STR("application/json or multipart/form-data") : STR("application/json");
    }
    return takes_raw(request) ? STR("application/json, application/x-www-form-urlencoded, "
                                    "multipart/form-data or application/octet-stream")
                              : STR("application/json, application/x-www-form-urlencoded or "
                                    "multipart/form-data");
}

bool answer_format_available(const RestRequest *request)
{
    Str format = STR_NONE;
    for (size_t i = 0; i < request->n_parameters; i++) {
        if (str_equal(request->parameters[i].name, STR("format"))) {
            format = request->parameters[i].value;
        }
    }
    return !str_equal(format, STR("xml")) && !str_equal(format, STR("yaml")) &&
           !str_equal(format, STR("plist"));
}
