#pragma once

/* Small models for the tests: two rights, one resource that other files are added to. */
#include "model/model.h"

#define SMALL_PERMISSIONS                                                                          \
    "[{\"id\": 1, \"codename\": \"is_admin\", \"name\": \"Admin\", \"help\": \"All.\"},"           \
    " {\"id\": 2, \"codename\": \"use_api\", \"name\": \"API\", \"help\": \"Any use.\"},"          \
    " {\"id\": 3, \"codename\": \"view_x\", \"name\": \"View\", \"help\": \"Reading.\"},"          \
    " {\"id\": 4, \"codename\": \"change_x\", \"name\": \"Change\", \"help\": \"Writing.\"}]"
#define SMALL_VERSION "{\"number\": 1, \"shape\": \"-\"}"

/* The keys of configuration/NAME that always are the same. */
#define SMALL_HEAD(name)                                                                           \
    "\"resource\": \"" name "\", \"path\": \"/api/admin/configuration/v1/" name "/\","             \
    "\"label\": \"Thing\", \"help\": \"A thing.\", \"permission\": \"x\", \"effect\": \"none\","   \
    "\"list_methods\": [\"GET\", \"POST\", \"DELETE\"],"                                           \
    "\"detail_methods\": [\"GET\", \"PATCH\", \"DELETE\"], \"singleton\": false"
#define SMALL_ID "\"id\": {\"type\": \"integer\", \"readonly\": true, \"help\": \"The key.\"}"
#define SMALL_URI                                                                                  \
    "\"resource_uri\": {\"type\": \"string\", \"readonly\": true, \"help\": \"The address.\"}"

/* A resource with these fields besides `id`, and perhaps further keys: , "seeds": … */
#define SMALL_RESOURCE(name, fields, keys)                                                         \
    "{" SMALL_HEAD(name) ", \"fields\": {" SMALL_ID fields "}" keys "}"

enum { SMALL_MAX = 8 };

/* Loads permissions and version as above unless given, and these files: name, text, …, NULL. */
Err *small_load(Arena *errors, const char *const files[], Model **ret_model);

/* The same, which must succeed. */
Model *small_model(Arena *errors, const char *const files[]);
