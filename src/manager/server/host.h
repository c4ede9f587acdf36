#pragma once

#include "base/arena.h"
#include "base/str.h"

/* What this machine is called and where it is. Nothing here fails: there is a default for
 * everything. */

#define HOST_ADDRESSES_MAX 32

typedef struct Host {
    Str name;     /* as the system has it, at most 253 characters; "localhost" if it has none */
    Str hostname; /* first label */
    Str domain;   /* the rest; "localdomain" if there is none */
    Str address;  /* IPv4 address towards the default gateway; 127.0.0.1 without */
    Str netmask;  /* of that address */
    Str gateway;
    Str addresses[HOST_ADDRESSES_MAX]; /* all of this machine, IPv4 and IPv6, without link-local
                                          ones */
    size_t n_addresses;
} Host;

void host_read(Arena *a, Host *ret_host);
