#pragma once

#include "base/str.h"
#include "model/permission.h"

/* Who asks, and what they may do. The name belongs to the request's arena. */
typedef struct Principal {
    Str name;
    PermissionSet permissions;
} Principal;
