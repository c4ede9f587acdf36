#pragma once

#include "store/reader.h"
#include "store/store.h"

/* The file with the first password (see setup.h) while a server runs: it goes away soon after that
 * password is changed through the API. Main thread only. */

typedef struct FirstPassword {
    const char *data; /* DIR; borrowed */
    Arena *arena;     /* of the hash */
    Str hash;         /* of the password in the file; NONE until it is first read */
    int64_t seq;      /* the state that was last looked at; 0: none yet */
    bool gone;        /* nothing is left to be done */
} FirstPassword;

void first_password_init(FirstPassword *p, const char *data);
void first_password_deinit(FirstPassword *p);

/* To be called from time to time, first before requests are served; cheap unless the administrator
 * changed. a: for errors and the row; the caller's to reset. Errors: of the reader. */
CHECKED Err *first_password_watch(FirstPassword *p, Arena *a, Store *store, Reader *reader);
