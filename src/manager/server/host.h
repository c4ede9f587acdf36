#pragma once

#include "base/arena.h"
#include "base/str.h"

/* What this machine is called and where it is: for the first values of a new store, and the names
 * in a certificate of its own. Nothing here fails: there is a default for everything. Texts in the
 * arena; nothing is kept up to date. */

#define HOST_ADDRESSES_MAX 32

typedef struct Host {
    Str name;     /* as the system has it, at most 253 characters; "localhost" if it has none */
    Str hostname; /* first label */
    Str domain;   /* the rest; "localdomain" if there is none */
    Str address;  /* IPv4 address towards the default gateway; 127.0.0.1 without */
    Str netmask;  /* of that address */
    Str gateway;  /* the default one; 127.0.0.1 without */
    Str addresses[HOST_ADDRESSES_MAX]; /* all of this machine, IPv4 and IPv6, without link-local
                                          ones */
    size_t n_addresses;
} Host;

void host_read(Arena *a, Host *ret_host);
