#pragma once

#include "manager/rest/render_plan.h"
#include "store/reader.h"

/* What a page of rows shows of other rows, loaded for all of them together: one statement a
 * relation. */

/* By one relation; filled as the relation is and as the asker may view it: exactly one member is
 * set, or none for a to-one that is shown as an address, which the row holds itself. All in `a`. */
typedef struct Loaded {
    const Row **to_one; /* by row; NULL: none */
    Related *keys;      /* by row: of to-many fields shown as URIs, or counted */
    RelatedRows *rows;  /* by row: of to-many fields shown as objects */
} Loaded;

/* ret_loaded[plan->n_loads]. Needs an open snapshot. Errors: those of the reader. */
CHECKED Err *render_load(const RenderPlan *plan, Reader *reader, Arena *a, const Row *const rows[],
                         size_t n, PermissionSet set, Loaded ret_loaded[]);
