#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/percent.h"

/* Which part of a list is asked for, and how the neighbouring parts are named (wire 3). */

#define PAGE_LIMIT_DEFAULT 20
#define PAGE_LIMIT_MAX 10000 /* documented; limit=0 asks for as much */

typedef struct Page {
    int64_t limit;  /* in force: 1 to PAGE_LIMIT_MAX */
    int64_t offset; /* ≥ 0 */
} Page;

/* From limit and offset; of repeated ones the last counts. Errors: ERR_INVALID (no integer, below
 * 0, more than 64 bits). */
CHECKED Err *page_parse(Arena *a, const FormPair parameters[], size_t n, Page *ret_page);

/* {"limit": …, "next": …, "offset": …, "previous": …, "total_count": …} path: of the list, encoded.
 */
void page_put_meta(Buf *out, Str path, const FormPair parameters[], size_t n, Page page,
                   int64_t total);
