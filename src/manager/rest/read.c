/* What reads: which file answers what, and the snapshot that they have in common. */
#include "manager/rest/read.h"

#include "manager/rest/context.h"
#include "manager/rest/read_list.h"
#include "manager/rest/read_object.h"
#include "manager/rest/roots.h"
#include "manager/rest/schema_index.h"
#include "store/reader.h"

RestNext read_parse(const Rest *r, RestRequest *request)
{
    switch (request->route.kind) {
    case ROUTE_LIST:
        return read_list_parse(r, request);
    case ROUTE_SET:
        return read_set_parse(r, request);
    case ROUTE_DETAIL:
        return read_object_parse(r, request);
    case ROUTE_FAMILY_ROOT:
        roots_answer_family(r, request);
        break;
    case ROUTE_COMMAND_ROOTS:
        roots_answer_commands(r, request);
        break;
    case ROUTE_SCHEMA_INDEX:
        schema_index_answer(r, request);
        break;
    case ROUTE_SCHEMA:
        roots_answer_schema(request);
        break;
    case ROUTE_NONE:
    case ROUTE_COMMAND:
        MUST(false); /* rest_route() lets no GET of these through */
    }
    return REST_ANSWERED;
}

static Err *run(const Rest *r, RestRequest *request, Reader *reader, int64_t seq)
{
    switch (request->route.kind) {
    case ROUTE_SET:
        return read_set_run(r, request, reader, seq);
    case ROUTE_DETAIL:
        return read_object_run(r, request, reader, seq);
    default:
        return read_list_run(r, request, reader, seq);
    }
}

void read_run(const Rest *r, RestRequest *request, Reader *reader)
{
    const Resource *resource = request->route.resource;
    /* Taken first: whatever changes from here on makes what is kept outdated. */
    const int64_t seq = store_seq(r->store, store_file_of(resource));
    int64_t seen = 0;
    Err *e = reader_begin(reader, request->arena, &seen);
    if (e == NULL) {
        e = run(r, request, reader, seq);
        reader_end(reader);
    }
    if (e != NULL) {
        answer_failure(&request->answer, request->arena, resource->name, e);
    }
}
