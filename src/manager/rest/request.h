#pragma once

#include "base/percent.h"
#include "manager/auth/principal.h"
#include "manager/rest/answer.h"
#include "model/model.h"
#include "store/store.h"

/* One request of the API on its way through rest/; see rest.h for the stages. It lives in the arena
 * of its HTTP request; texts are borrowed from there. */

typedef enum RouteKind {
    ROUTE_NONE,
    ROUTE_FAMILY_ROOT,   /* …/configuration/v1/, …/command/v1/conference/ */
    ROUTE_COMMAND_ROOTS, /* …/command/v1/ */
    ROUTE_SCHEMA_INDEX,  /* …/admin/schema/ */
    ROUTE_LIST,
    ROUTE_SCHEMA,
    ROUTE_SET,
    ROUTE_DETAIL,
    ROUTE_COMMAND,
} RouteKind;

typedef struct Route {
    RouteKind kind;
    Family family;            /* all but SCHEMA_INDEX */
    const Resource *resource; /* LIST, SCHEMA, SET, DETAIL, COMMAND */
    Str group;                /* FAMILY_ROOT of commands: "conference" */
    Str parent_id;            /* nested resources: decoded */
    Str id;                   /* DETAIL: decoded; SET: the raw list of keys */
    bool download;            /* DETAIL: the file that belongs to the object */
} Route;

typedef struct RestRequest {
    Arena *arena;
    /* Filled by the server before rest_route(). */
    Str method; /* upper case; may be replaced by X-HTTP-Method-Override */
    Str path;   /* raw, without the query */
    Str query;  /* raw, without the question mark */
    Str request_id;
    /* Value of a header by its lower-case name; STR_NONE if it wasn't sent. Of several the server
     * joins those that are lists by commas (http/request.h). */
    Str (*header)(void *context, Str name);
    void *header_context;
    Principal principal; /* after login */
    bool bodyless;       /* no body was announced: its type means nothing */
    Str body;            /* whole, before rest_work() */
    int body_fd;         /* instead of `body`, for large multipart bodies; -1: none */
    void *body_mapping;  /* of body_fd, while `body` points there; else NULL */

    /* Filled on the way. */
    Route route;
    unsigned method_bit;  /* METHOD_…; 0 for HEAD and OPTIONS treated as such */
    bool head;            /* answer without the body */
    FormPair *parameters; /* of the query, decoded; after rest_authorize() */
    size_t n_parameters;
    void *work; /* what the reading or writing code keeps between the stages: ListWork, ObjectWork,
                   SetWork, Write or CommandWork, by method and route */
    RestAnswer answer;
} RestRequest;

/* The value of a header by its lower-case name; STR_NONE if it wasn't sent. */
static inline Str request_header(const RestRequest *request, Str name)
{
    return request->header(request->header_context, name);
}
