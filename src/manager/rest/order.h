#pragma once

#include "base/err.h"
#include "base/percent.h"
#include "store/query.h"

/* In which order a list comes (wire 5). It must be total and stable: clients fetch pages in
 * parallel and expect each object once. So the store breaks ties by the key, which needn't be asked
 * for. */

/* Without order_by: by key; status and history whose keys aren't numbers by their first time.
 *
 * set: rights of the asker; an order through a relation needs the right to view it. Errors:
 * ERR_INVALID, ERR_FORBIDDEN. */
CHECKED Err *orders_parse(Arena *a, const Resource *r, PermissionSet set,
                          const FormPair parameters[], size_t n, const Order **ret_orders,
                          size_t *ret_n);
