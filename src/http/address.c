/* Addresses as text and as bytes. IPv4 is handled as mapped IPv6, so that there is one kind. */
#include "http/address.h"

#include <arpa/inet.h>
#include <string.h>

#define CLIENT_BYTES 8 /* of an IPv6 address: its /64 */

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_mapped(const HttpAddress *address)
{
    return memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

HttpAddress http_address_client(const HttpAddress *address)
{
    HttpAddress client = *address;
    if (!is_mapped(address)) {
        memset(client.bytes + CLIENT_BYTES, 0, sizeof client.bytes - CLIENT_BYTES);
    }
    return client;
}

static HttpAddress map(const void *ipv4)
{
    HttpAddress address;
    memcpy(address.bytes, mapped_prefix, sizeof mapped_prefix);
    memcpy(address.bytes + sizeof mapped_prefix, ipv4, 4);
    return address;
}

bool http_address_parse(Str text, HttpAddress *ret_address)
{
    char copy[HTTP_ADDRESS_TEXT_SIZE];
    if (text.len == 0 || text.len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    struct in_addr ipv4;
    if (inet_pton(AF_INET, copy, &ipv4) == 1) {
        *ret_address = map(&ipv4);
        return true;
    }
    return inet_pton(AF_INET6, copy, ret_address->bytes) == 1;
}

Str http_address_write(const HttpAddress *address, char out[HTTP_ADDRESS_TEXT_SIZE])
{
    const char *text =
        is_mapped(address)
            ? inet_ntop(AF_INET, address->bytes + sizeof mapped_prefix, out, HTTP_ADDRESS_TEXT_SIZE)
            : inet_ntop(AF_INET6, address->bytes, out, HTTP_ADDRESS_TEXT_SIZE);
    MUST(text != NULL);
    return str_from(text);
}

HttpAddress http_address_of(const struct sockaddr_storage *socket_address)
{
    HttpAddress address = {{0}};
    if (socket_address->ss_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, socket_address, sizeof ipv4);
        address = map(&ipv4.sin_addr);
    } else if (socket_address->ss_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, socket_address, sizeof ipv6);
        memcpy(address.bytes, &ipv6.sin6_addr, sizeof address.bytes);
    }
    return address;
}

Err *http_network_parse(Arena *a, Str text, HttpNetwork *ret_network)
{
    Str rest = text;
    const Str address = str_cut(&rest, '/');
    HttpNetwork network = {.n_bits = 128};
    if (!http_address_parse(address, &network.address)) {
        return err(a, ERR_INVALID, "\"%.*s\" is no address or network.", STR_ARG(text));
    }
    const int64_t width = is_mapped(&network.address) ? 32 : 128;
    int64_t n_bits = width;
    if (rest.ptr != NULL && (!str_to_int64(rest, &n_bits) || n_bits < 0 || n_bits > width)) {
        return err(a, ERR_INVALID, "\"%.*s\" is no address or network.", STR_ARG(text));
    }
    network.n_bits = (unsigned)(n_bits + 128 - width);
    *ret_network = network;
    return NULL;
}

static bool network_holds(const HttpNetwork *network, const HttpAddress *address)
{
    const unsigned n_bytes = network->n_bits / 8;
    const unsigned n_rest = network->n_bits % 8;
    if (memcmp(network->address.bytes, address->bytes, n_bytes) != 0) {
        return false;
    }
    return n_rest == 0 ||
           ((network->address.bytes[n_bytes] ^ address->bytes[n_bytes]) >> (8 - n_rest)) == 0;
}

bool http_networks_hold(const HttpNetwork networks[], size_t n, const HttpAddress *address)
{
    for (size_t i = 0; i < n; i++) {
        if (network_holds(&networks[i], address)) {
            return true;
        }
    }
    return false;
}

/* An element of X-Forwarded-For: some proxies add the port. */
static bool parse_with_port(Str text, HttpAddress *ret_address)
{
    if (text.len > 0 && text.ptr[0] == '[') {
        return http_address_parse(str_slice(text, 1, str_find(text, ']', 0)), ret_address);
    }
    const size_t colon = str_find(text, ':', 0);
    if (colon != SIZE_MAX && str_find(text, ':', colon + 1) == SIZE_MAX) {
        return http_address_parse(str_slice(text, 0, colon), ret_address);
    }
    return http_address_parse(text, ret_address);
}

static Str cut_last(Str *rest)
{
    size_t comma = SIZE_MAX;
    for (size_t i = rest->len; i > 0 && comma == SIZE_MAX; i--) {
        comma = rest->ptr[i - 1] == ',' ? i - 1 : SIZE_MAX;
    }
    const Str last = comma == SIZE_MAX ? *rest : str_slice(*rest, comma + 1, rest->len);
    *rest = comma == SIZE_MAX ? STR_NONE : str_slice(*rest, 0, comma);
    return str_trim(last);
}

bool http_address_forwarded(Str list, const HttpNetwork networks[], size_t n,
                            HttpAddress *ret_address)
{
    HttpAddress address;
    do {
        if (!parse_with_port(cut_last(&list), &address)) {
            return false;
        }
    } while (list.ptr != NULL && http_networks_hold(networks, n, &address));
    *ret_address = address;
    return true;
}

static bool split_port(Str text, Str *ret_host, int64_t *ret_port)
{
    size_t colon = SIZE_MAX;
    for (size_t i = str_find(text, ':', 0); i != SIZE_MAX; i = str_find(text, ':', i + 1)) {
        colon = i;
    }
    if (colon == SIZE_MAX || !str_to_int64(str_slice(text, colon + 1, text.len), ret_port)) {
        return false;
    }
    *ret_host = str_slice(text, 0, colon);
    return *ret_port >= 0 && *ret_port <= UINT16_MAX;
}

Err *http_address_parse_socket(Arena *a, Str text, struct sockaddr_storage *ret_address,
                               socklen_t *ret_len)
{
    Str host = STR_NONE;
    int64_t port = 0;
    HttpAddress address;
    bool good = split_port(text, &host, &port);
    const bool bracketed = str_starts_with(host, STR("[")) && str_ends_with(host, STR("]"));
    if (bracketed) {
        host = str_slice(host, 1, host.len - 1);
    }
    good = good && http_address_parse(host, &address);
    if (!good || bracketed != (str_find(host, ':', 0) != SIZE_MAX)) {
        return err(a, ERR_INVALID,
                   "\"%.*s\" is no address to listen on; write ADDR:PORT or [ADDR]:PORT.",
                   STR_ARG(text));
    }
    memset(ret_address, 0, sizeof *ret_address);
    if (!bracketed) {
        struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        memcpy(&ipv4.sin_addr, address.bytes + sizeof mapped_prefix, sizeof ipv4.sin_addr);
        memcpy(ret_address, &ipv4, sizeof ipv4);
        *ret_len = sizeof ipv4;
        return NULL;
    }
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    memcpy(&ipv6.sin6_addr, address.bytes, sizeof ipv6.sin6_addr);
    memcpy(ret_address, &ipv6, sizeof ipv6);
    *ret_len = sizeof ipv6;
    return NULL;
}
