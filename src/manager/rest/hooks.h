#pragma once

#include "manager/rest/answer.h"
#include "pki/limits.h"
#include "store/writer.h"

/* What a resource does beyond being stored. Each file of manager/resources/ fills one of these;
 * rest/ is handed all of them as a table and finds them by resource. Any function may be NULL.
 *
 *   check_file, prepare                    slow pool, no snapshot, before the writer is asked
 *   check, before_write, after_write       writer thread, inside the transaction, in this order
 *   before_delete                          the same, for each row that the request itself deletes
 *   render_created                         the same, at the end of a creation
 *   after_delete                           writer thread, after the commit
 *   compute, render_detail, _download      the reader's thread, inside its snapshot
 *
 * All but the last three lines may be called again for the same request, so they keep nothing and
 * touch nothing but what they are given. What is wrong with a body goes to `problems`, under the
 * name of its field, so that all of it is told together; an Err is for failures, and ends the
 * request. Memory: `a`, or tx_arena(). */

typedef struct ResourceHooks {
    Family family; /* FAMILY_CONFIGURATION unless said otherwise */
    Str resource;  /* "worker_vm" */

    /* Slow work on the merged row before the writer is asked: hashes, keys, PEM, packages. `old` is
     * NULL for a new row. `clear` holds the clear texts of secrets that the request gives, by
     * Field.index (STR_NONE: not given). May change values of `new`, and give it a row `beside` it:
     * for before_write, which gets the same. What takes rounds to open counts them off `rounds`:
     * all objects of a request have PKI_ROUNDS_MAX together. No snapshot is open meanwhile. */
    Err *(*prepare)(const Store *store, Arena *a, const Row *old, Row *new, const Str clear[],
                    PkiRounds *rounds, Problems *problems);

    /* Objects that a request may have, where `prepare` takes up to seconds for each; 0: as many as
     * write_prepare.c allows. More are refused with this number. */
    size_t prepare_most;

    /* Looks at a file that the request gives, on the slow pool, before it is kept: with faults it
     * never gets to the disk. `content` is borrowed. */
    Err *(*check_file)(Arena *a, const Field *field, Str content, Problems *problems);

    /* Rules across fields; pure. What the model can say of one field was checked before. */
    void (*check)(const Row *old, const Row *new, const Str clear[], Problems *problems);

    /* Rules that need state, and changes of other rows, inside the transaction. */
    Err *(*before_write)(Tx *tx, const Row *old, Row *new, Problems *problems);

    /* What can be said or done only when the row and its relations are written, still inside the
     * transaction. Writable computed fields hold, here as in the functions above, what the request
     * gives for them: NULL if nothing. */
    Err *(*after_write)(Tx *tx, const Row *old, const Row *new, Problems *problems);

    /* Resources (RES_…) whose rows after_write changes for a field that is a view of them: if it
     * does, whoever asks needs the rights to change these, too. */
    const uint16_t *also_changes;
    size_t n_also_changes;

    /* Refuses the deletion, or does what goes with it. */
    Err *(*before_delete)(Tx *tx, const Row *old, Problems *problems);

    /* Removes what belongs to a row outside of the store, once its deletion is on the disk: may be
     * left undone by a crash, is quick, can't fail. On the writer thread. */
    void (*after_delete)(const Store *store, Arena *a, Value key);

    /* Values of computed fields of n rows: writes into rows[i]->values. */
    Err *(*compute)(Reader *reader, Arena *a, Row *rows[], size_t n);

    /* The body of the 201 to a creation, instead of an empty one: at the end of the transaction,
     * so that a failure undoes it all. Fields without a column still hold what `prepare` made. */
    Err *(*render_created)(Tx *tx, Arena *a, const Row *row, RestAnswer *answer);

    /* The answer to GET of one object, instead of its JSON. */
    Err *(*render_detail)(const Store *store, Arena *a, const Row *row, RestAnswer *answer);

    /* The file that belongs to an object: GET …/<id>/download/, for administrators. ERR_NOT_FOUND
     * if there is none. */
    Err *(*render_download)(const Store *store, Arena *a, const Row *row, RestAnswer *answer);
} ResourceHooks;
