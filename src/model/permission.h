#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* The rights of model/permissions.json. Their ids are permanent, they are keys of
 * configuration/permission. */

/* An index into Model.permissions; PERMISSION_NONE where none is needed. */
typedef uint8_t Permission;
#define PERMISSION_NONE UINT8_MAX

/* A bit each in a PermissionSet. */
#define PERMISSIONS_MAX 64

typedef struct PermissionInfo {
    int64_t id;
    Str codename;
    Str name;
    Str help;
} PermissionInfo;

/* Rights that somebody holds, by index. */
typedef uint64_t PermissionSet;

static inline bool permission_set_has(PermissionSet set, Permission permission)
{
    return permission == PERMISSION_NONE || ((set >> permission) & 1) != 0;
}
