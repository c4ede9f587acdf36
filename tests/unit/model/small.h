#pragma once

/* Small models for the tests. In their texts ' stands for ". */
#include "model/model.h"

#define SMALL_PERMISSIONS                                                                          \
    "[{'id': 1, 'codename': 'is_admin', 'name': 'Admin', 'help': 'All.'},"                         \
    " {'id': 2, 'codename': 'use_api', 'name': 'API', 'help': 'Any use.'},"                        \
    " {'id': 3, 'codename': 'view_x', 'name': 'View', 'help': 'Reading.'},"                        \
    " {'id': 4, 'codename': 'change_x', 'name': 'Change', 'help': 'Writing.'}]"
#define SMALL_VERSION "{'number': 1, 'shape': '-'}"

/* The keys of configuration/NAME.json that are always the same; the open object. */
#define SMALL_HEAD(name)                                                                           \
    "{'resource': '" name "', 'path': '/api/admin/configuration/v1/" name "/', 'label': 'Thing',"  \
    " 'help': 'A thing.', 'permission': 'x', 'effect': 'none', 'singleton': false,"                \
    " 'list_methods': ['GET', 'POST', 'DELETE'], 'detail_methods': ['GET', 'PATCH', 'DELETE']"

#define SMALL_ID "'id': {'type': 'integer', 'readonly': true, 'help': 'The key.'}"
#define SMALL_FIELD(name, keys) ", '" name "': {'help': 'Why.', " keys "}"

/* A resource with these fields besides `id`, and further keys: ", 'seeds': …". */
#define SMALL_RESOURCE(name, fields, keys)                                                         \
    SMALL_HEAD(name) ", 'fields': {" SMALL_ID fields "}" keys "}"

/* An object of embedded/. */
#define SMALL_PART(fields)                                                                         \
    "{'resource': 'part', 'label': 'Part', 'help': 'A part.', 'list_methods': [],"                 \
    " 'detail_methods': [], 'singleton': false, 'fields': {" fields "}}"

enum { SMALL_MAX = 8 };

/* Loads these files: name, text, …, NULL; and permissions and version as above unless given. The
 * texts lie in the same arena as errors. */
Err *small_load(Arena *errors, const char *const files[], Model **ret_model);

/* The same, which must succeed. */
Model *small_model(Arena *errors, const char *const files[]);
