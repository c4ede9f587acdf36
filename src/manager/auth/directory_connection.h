#pragma once

#include <ldap.h>

#include "manager/auth/directory_server.h"

/* A connection to a directory: under TLS and verified before anything is said, and over at its
 * deadline whatever the other end does. Confined to one thread.
 *
 * The deadline holds for each byte of the connection, handshake included, where libldap's own
 * timeouts don't reach: it sits between libldap and the socket. */

typedef struct DirectoryConnection DirectoryConnection;

typedef struct DirectoryTarget {
    Str server;          /* see directory_server.h */
    bool global_catalog; /* ports of Active Directory's global catalog */
    Str authorities_pem; /* who may have signed its certificate, besides whom the system trusts;
                            may be empty */
} DirectoryTarget;

/* Tries the servers in turn, each with its share of the time. The handle follows no referrals and
 * takes nothing from ldap.conf. deadline_us: monotonic. Errors: ERR_IO and ERR_INVALID, which say
 * what each server did. */
CHECKED Err *directory_connect(Arena *a, const DirectoryTarget *target, int64_t deadline_us,
                               DirectoryConnection **ret_connection);
DirectoryConnection *directory_connection_free(DirectoryConnection *c);
DEFINE_CLEANUP(DirectoryConnection, directory_connection_free);

/* For one request: its answer is waited for till the deadline. Belongs to the connection. */
LDAP *directory_connection_ldap(DirectoryConnection *c);

/* What went wrong, in the words of libldap and of the server. */
Err *directory_connection_error(DirectoryConnection *c, Arena *a, const char *what, int code);
