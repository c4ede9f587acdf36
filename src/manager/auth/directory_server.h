#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Where a directory is: from what `authentication.ldap_server` says to a connected socket.
 *
 *   dc1.example.com, 192.0.2.1, [2001:db8::1]     the usual ports
 *   dc1.example.com:1389                          this port only
 *   example.com                                   the servers that its SRV records name, if any
 *
 * DNS isn't trusted: a server that SRV records name outside of the domain isn't used, since the
 * certificate would then be checked for a name that somebody else chose. */

#define DIRECTORY_SERVERS_MAX ((size_t)8)

typedef struct DirectoryServer {
    Str host;      /* a name, or an address without brackets */
    uint16_t port; /* > 0 */
    bool ldaps;    /* TLS from the first byte; else StartTLS */
} DirectoryServer;

/* Takes the text apart: *ret_port is 0 where it names none. False if it has no such form; the host
 * isn't looked at. */
bool directory_server_parse(Str text, Str *ret_host, uint16_t *ret_port);

/* What SRV records of the domain say, as "host:port host:port". Pure. Errors: ERR_INVALID (they
 * name servers, but none within the domain). */
CHECKED Err *directory_server_of_records(Arena *a, Str records, Str domain, bool global_catalog,
                                         DirectoryServer ret_servers[DIRECTORY_SERVERS_MAX],
                                         size_t *ret_n);

/* Where to try, in this order: each host by StartTLS, then by LDAPS. Asks DNS for SRV records,
 * which takes as long as the system's resolver. Errors: ERR_INVALID (no such form; SRV records lead
 * elsewhere). */
CHECKED Err *directory_server_find(Arena *a, Str text, bool global_catalog,
                                   DirectoryServer ret_servers[DIRECTORY_SERVERS_MAX],
                                   size_t *ret_n);

/* Waits for poll() events of a socket. 0, or an errno: ETIMEDOUT at the deadline. */
int directory_server_wait(int fd, short events, int64_t deadline_us);

/* A connected socket, close-on-exec and not blocking; the caller's to close. Each address of the
 * host gets its share of the time. deadline_us: monotonic. Errors: ERR_IO. */
CHECKED Err *directory_server_dial(Arena *a, const DirectoryServer *server, int64_t deadline_us,
                                   int *ret_fd);
