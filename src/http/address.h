#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

/* Addresses of clients: reading, writing, sets of networks, and who stands behind a proxy. */

/* An IPv6 address, or an IPv4 one mapped into it (::ffff:a.b.c.d). */
typedef struct HttpAddress {
    uint8_t bytes[16];
} HttpAddress;

#define HTTP_ADDRESS_TEXT_SIZE INET6_ADDRSTRLEN

/* Numeric, IPv4 or IPv6; false for anything else. */
bool http_address_parse(Str text, HttpAddress *ret_address);

/* Ended by NUL; mapped ones as IPv4. Returns the text. */
Str http_address_write(const HttpAddress *address, char out[HTTP_ADDRESS_TEXT_SIZE]);

/* The address without what one client may choose of it: whoever has one IPv6 address has the other
 * 2^64 of its network. */
HttpAddress http_address_client(const HttpAddress *address);

HttpAddress http_address_of(const struct sockaddr_storage *socket_address);

typedef struct HttpNetwork {
    HttpAddress address;
    unsigned n_bits; /* of the 128 */
} HttpNetwork;

/* "192.0.2.0/24", "2001:db8::/32", or one address. Errors: ERR_INVALID. */
CHECKED Err *http_network_parse(Arena *a, Str text, HttpNetwork *ret_network);

bool http_networks_hold(const HttpNetwork networks[], size_t n, const HttpAddress *address);

/* Last address of a list such as "203.0.113.7, 198.51.100.1:4711" that isn't in the networks, the
 * first one if all are; false when an address on the way isn't one. */
bool http_address_forwarded(Str list, const HttpNetwork networks[], size_t n,
                            HttpAddress *ret_address);

/* "ADDR:PORT" or "[ADDR]:PORT" for a socket. Errors: ERR_INVALID. */
CHECKED Err *http_address_parse_socket(Arena *a, Str text, struct sockaddr_storage *ret_address,
                                       socklen_t *ret_len);
