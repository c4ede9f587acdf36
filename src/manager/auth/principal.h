#pragma once

#include "base/str.h"
#include "model/permission.h"

/* Who asks, and what they may do, as it was when the request was let in: a right that is taken away
 * while a request waits for the writer still holds for it. */
typedef struct Principal {
    Str name; /* of the administrator, or "oauth2:" and the client's; in the request's arena. Goes
                 into the change log */
    PermissionSet permissions; /* out of the roles; is_admin is one of them */
} Principal;
