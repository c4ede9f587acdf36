#pragma once

#include "manager/rest/request.h"

/* Which resource and which kind of address a path means (wire 1.1, 1.3), by the model. Immutable
 * after router_new(), shared by all threads. */

typedef struct Router Router;

Router *router_new(const Model *model);
Router *router_free(Router *r);
DEFINE_CLEANUP(Router, router_free);

/* path: raw, without the query; runs of `/` count as one. *ret_slash: whether it ends in one.
 * Whether an object is there, or a resource has files to be downloaded, is not known here. False,
 * and nothing filled, for a path that leads nowhere. */
bool router_match(const Router *r, Arena *a, Str path, Route *ret_route, bool *ret_slash);

/* METHOD_… or'ed that schemas and Allow list for an address of this kind. */
unsigned route_methods(const Route *route);

/* Those that are taken besides, but not listed. */
unsigned route_also_accepts(const Route *route);

/* "GET,POST,…" in the order of schemas. */
Str route_method_list(Arena *a, unsigned methods);

/* The group of a command: "conference" of conference/lock. */
Str route_command_group(const Resource *command);
