#pragma once

#include "base/str.h"

/* What a resource can be; model/README.md defines each word. */

typedef enum Family {
    FAMILY_CONFIGURATION,
    FAMILY_STATUS,
    FAMILY_HISTORY,
    FAMILY_COMMAND,
    FAMILY_EMBEDDED,
    FAMILY_RESPONSES,
    FAMILY_AUTH,
    FAMILY_N
} Family;

/* "configuration", … */
Str family_name(Family family);

/* HTTP methods as bits, in the order in which schemas list them. */
typedef enum Method {
    METHOD_GET = 1,
    METHOD_POST = 2,
    METHOD_PUT = 4,
    METHOD_DELETE = 8,
    METHOD_PATCH = 16
} Method;

typedef enum KeyType { KEY_INTEGER, KEY_TEXT, KEY_UUID } KeyType;

/* Which Conferencing Nodes its rows go to. */
typedef enum Replicate { REPLICATE_NOWHERE, REPLICATE_ALL, REPLICATE_OWN } Replicate;
