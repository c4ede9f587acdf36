#pragma once

#include "manager/server/host.h"
#include "store/store.h"

/* What a new store gets from the machine it is made on: names, addresses, a certificate and the
 * first password. The model says which values these are ({"computed": what}); the store asks for
 * each while it makes its first rows.
 *
 * The first password is never logged. Unless it was given, or could be printed on a terminal, it
 * waits in DIR/initial-password until it is changed (first_password.h). Main thread, but for
 * setup_forget_password(), which any may call. */

/* While a store is made, or restored from a backup that lacks what the model has now. */
typedef struct Setup {
    const char *data;     /* DIR */
    const char *password; /* of the first administrator, from ROSTRA_ADMIN_PASSWORD; NULL: one is
                             generated */
    Str generated;        /* the generated one, in `arena`; to be told by setup_tell_password() */
    Arena *arena;         /* owns what is kept here; freed by setup_deinit() */
    Str certificate;      /* made once for both seeds that ask for it */
    Str private_key;
    const Host *host; /* read when the first seed asks for it */
} Setup;

void setup_init(Setup *s, const char *data);
void setup_deinit(Setup *s);

/* For StoreOptions.compute_seed; context: a Setup. */
CHECKED Err *setup_compute_seed(void *context, Arena *a, const Seed *seed, const SeedValue *value,
                                Value *ret_value);

/* After the store was made: prints a generated password if stdout is a terminal, else names its
 * file DIR/initial-password (0600) in the log. */
void setup_tell_password(const Setup *s, Arena *a);

/* Names the file in the log: also at a later start, while it is there. */
void setup_tell_password_file(const char *data, Arena *a);

/* A self-signed certificate for this machine: localhost, its host name and addresses. */
CHECKED Err *setup_make_certificate(Arena *a, Str *ret_certificate, Str *ret_key);

/* Whether there is a DIR/initial-password. */
bool setup_has_password(const char *data);

/* Removes DIR/initial-password, which a changed password made useless. */
void setup_forget_password(const char *data);
