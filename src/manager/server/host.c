/* Asks the system: gethostname, getifaddrs, and /proc/net/route for the gateway. */
#include "manager/server/host.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HOST_NAME_MAX_BYTES 254

typedef struct DefaultRoute {
    char interface[IF_NAMESIZE];
    struct in_addr gateway;
    bool found;
} DefaultRoute;

static Str address_text(Arena *a, int family, const void *address)
{
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, address, text, sizeof text) != NULL ? str_dup(a, str_from(text))
                                                                 : STR_NONE;
}

/* Eight hexadecimal digits of a number that is in network byte order in memory; 0 is none. */
static bool read_gateway(Str hexadecimal, struct in_addr *ret_gateway)
{
    in_addr_t gateway = 0;
    size_t n = 0;
    unsigned char bytes[sizeof gateway];
    if (sodium_hex2bin(bytes, sizeof bytes, hexadecimal.ptr, hexadecimal.len, NULL, &n, NULL) !=
            0 ||
        n != sizeof bytes) {
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        gateway = gateway << 8 | bytes[i];
    }
    ret_gateway->s_addr = gateway;
    return gateway != 0;
}

/* The first route to 0.0.0.0 in /proc/net/route (proc(5)): hexadecimal numbers in network byte
 * order. */
static DefaultRoute read_default_route(void)
{
    DefaultRoute route = {.found = false};
    FILE *file = fopen("/proc/net/route", "re");
    if (file == NULL) {
        return route;
    }
    char line[256];
    while (!route.found && fgets(line, sizeof line, file) != NULL) {
        Str rest = str_from(line);
        const Str interface = str_cut(&rest, '\t');
        const Str destination = str_cut(&rest, '\t');
        const Str gateway = str_cut(&rest, '\t');
        if (str_equal(destination, STR("00000000")) && interface.len < IF_NAMESIZE &&
            read_gateway(gateway, &route.gateway)) {
            memcpy(route.interface, interface.ptr, interface.len);
            route.found = true;
        }
    }
    (void)fclose(file);
    return route;
}

static void take_ipv4(Arena *a, Host *host, const struct ifaddrs *entry, const DefaultRoute *route)
{
    const struct sockaddr_in *address = (const void *)entry->ifa_addr;
    const struct sockaddr_in *netmask = (const void *)entry->ifa_netmask;
    const Str text = address_text(a, AF_INET, &address->sin_addr);
    host->addresses[host->n_addresses++] = text;
    if (route->found && netmask != NULL && strcmp(entry->ifa_name, route->interface) == 0) {
        host->address = text;
        host->netmask = address_text(a, AF_INET, &netmask->sin_addr);
    }
}

static void take_ipv6(Arena *a, Host *host, const struct ifaddrs *entry)
{
    const struct sockaddr_in6 *address = (const void *)entry->ifa_addr;
    if (!IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr)) {
        host->addresses[host->n_addresses++] = address_text(a, AF_INET6, &address->sin6_addr);
    }
}

static void read_addresses(Arena *a, Host *host, const DefaultRoute *route)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0) {
        return;
    }
    for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next) {
        if (entry->ifa_addr == NULL || host->n_addresses == HOST_ADDRESSES_MAX) {
            continue;
        }
        if (entry->ifa_addr->sa_family == AF_INET) {
            take_ipv4(a, host, entry, route);
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            take_ipv6(a, host, entry);
        }
    }
    freeifaddrs(all);
}

static void read_name(Arena *a, Host *host)
{
    char name[HOST_NAME_MAX_BYTES] = "";
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') {
        (void)snprintf(name, sizeof name, "localhost");
    }
    host->name = str_dup(a, str_from(name));
    Str rest = host->name;
    host->hostname = str_cut(&rest, '.');
    host->domain = rest.len > 0 ? rest : STR("localdomain");
}

void host_read(Arena *a, Host *ret_host)
{
    *ret_host = (Host){
        .address = STR("127.0.0.1"), .netmask = STR("255.0.0.0"), .gateway = STR("127.0.0.1")};
    read_name(a, ret_host);
    const DefaultRoute route = read_default_route();
    read_addresses(a, ret_host, &route);
    if (route.found) {
        ret_host->gateway = address_text(a, AF_INET, &route.gateway);
    }
}
