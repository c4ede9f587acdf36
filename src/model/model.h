#pragma once

#include "base/err.h"
#include "model/permission.h"
#include "model/resource.h"

/* The data model of the API: reads the model files once, checks that they hold together and answers
 * questions about resources. Immutable after model_load(), shared by all threads.
 *
 * The files are embedded in the binary (embedded_files.c, generated); the tests load others. */

typedef struct ModelFile {
    const char *name; /* "configuration/conference.json", "permissions.json" */
    Str content;
} ModelFile;

typedef struct Model {
    Arena *arena; /* owns all of it, the struct included */
    const Resource *resources;
    size_t n_resources;
    const PermissionInfo *permissions;
    size_t n_permissions;
    Permission is_admin, use_api;
    int64_t version;  /* of version.json */
    Str version_hash; /* the shape that this number stands for, by version.json */
    Str shape_hash;   /* over all that decides how rows look; hex SHA-256. The build sees to it that
                         both are the same */
} Model;

/* files: borrowed as long as the model lives. Errors: ERR_INVALID whose text begins with
 * "FILE: FIELD: "; see "What a build refuses" in
 * model/README.md. */
CHECKED Err *model_load(Arena *errors, const ModelFile files[], size_t n_files, Model **ret_model);
Model *model_free(Model *m);
DEFINE_CLEANUP(Model, model_free);

/* A changed shape under an old number would open old stores as if nothing had happened. Errors:
 * ERR_INVALID, which says what to do. */
CHECKED Err *model_check_version(Arena *errors, const Model *m);

/* The files in the binary. */
extern const ModelFile model_embedded_files[];
extern const size_t model_n_embedded_files;

/* By family and file name ("conference", "participant.media_stream"); NULL if there is none. */
const Resource *model_resource(const Model *m, Family family, Str file);

/* PERMISSION_NONE if there is none of that codename. */
Permission model_permission(const Model *m, Str codename);

/* Constants RES_… and FLD_…_… of model/model_ids.h, generated from the same files: positions in
 * Model.resources and Resource.fields. */
static inline const Resource *model_at(const Model *m, uint16_t resource_id)
{
    return &m->resources[resource_id];
}
