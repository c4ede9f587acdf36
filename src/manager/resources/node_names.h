#pragma once

#include "manager/rest/answer.h"
#include "store/writer.h"

/* A list of the nodes (management_vm and worker_vm) that name a row: never stored, a view of their
 * relation, which a list written to it sets. The API shows it at certificates and SSH keys, though
 * it is the nodes that name these; and from two resources at once, so that no `inverse` of the
 * model can say it. */
typedef struct NodeNames {
    uint16_t nodes;            /* the list, a computed field of the row */
    uint16_t of_management_vm; /* the relation of each kind of node that leads to the row: */
    uint16_t of_worker_vm;     /* to-one or links */
    bool as_addresses;         /* shown as URIs, else as host names with their domain */
} NodeNames;

/* For ResourceHooks.compute: up to four queries, however many rows. */
CHECKED Err *node_names_compute(const NodeNames *names, Reader *reader, Arena *a, Row *rows[],
                                size_t n);

/* For ResourceHooks.also_changes. */
enum { NODE_NAMES_RESOURCES_N = 2 };
extern const uint16_t node_names_resources[NODE_NAMES_RESOURCES_N];

/* For ResourceHooks.after_write: nodes may be given by URI, name, host name with or without domain.
 * Nodes that aren't in the list let go of the row; null changes nothing. Cost: all nodes are read,
 * those that change are written. */
CHECKED Err *node_names_write(const NodeNames *names, Tx *tx, const Row *row, Problems *problems);
