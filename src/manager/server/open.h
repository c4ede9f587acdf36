#pragma once

#include "manager/server/options.h"
#include "model/model.h"
#include "store/store.h"

/* Model and store of a data folder, as every command but --help needs them. */
typedef struct Opened {
    Model *model;
    Store *store;
} Opened;

/* serve and init make the store if there is none, with the first password told (see setup.h); for
 * all other commands that is an error. Gives up the rights of root first (see privileges.h): what
 * root made, the server couldn't open. Errors as of store_open(). */
CHECKED Err *opened_open(Arena *a, const Options *options, Opened *ret_opened);

/* Takes a half opened one, which only opened_open() itself has. Nobody may use the store any more.
 */
void opened_close(Opened *o);
