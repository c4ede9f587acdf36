#pragma once

#include "store/writer.h"

/* Live rows that follow the configuration: status/worker_vm has a row for each configured one.
 *
 * Each noun's file fills a Mirror. Once, at the start, all rows are made; from then on the change
 * log says which may differ, so the work is proportional to the change. What nodes report of a row
 * stays as it is: only the fields in `followed` are written again. */

#define MIRROR_NONE UINT16_MAX

typedef struct Mirror {
    uint16_t source;     /* RES_… of configuration/ whose rows are followed */
    uint16_t target;     /* RES_STATUS_…, whose rows have the same keys */
    uint16_t statistics; /* the nested resource of which each row has one; MIRROR_NONE: none */
    uint16_t via;        /* a to-one of the source whose target shows in the row, by Field.index;
                            MIRROR_NONE: none */
    int64_t fixed_key;   /* not 0: there is one row, with this key, whatever sources there are */
    const uint16_t *followed; /* fields of the target, by Field.index */
    size_t n_followed;
    /* Fills a row that has the defaults of its fields. source: NULL with a fixed key. */
    Err *(*fill)(Reader *reader, Arena *a, const Row *source, Row *row, int64_t now_us);
} Mirror;

/* worker_vm.c, management_vm.c, system_location.c, licensing.c */
extern const Mirror mirror_worker_vm;
extern const Mirror mirror_management_vm;
extern const Mirror mirror_system_location;
extern const Mirror mirror_licensing;

/* The job: those four. */
typedef struct Mirrors {
    Store *store;
    Reader *reader; /* borrowed */
    int64_t seq;    /* the change that was taken last */
    bool made;
} Mirrors;

/* How often: a look at a number in memory unless something has changed. */
#define MIRRORS_PERIOD_US (INT64_C(200) * 1000)

/* context: a Mirrors. */
CHECKED Err *mirrors_run(void *context, Arena *a, int64_t now_us);
