/* Names, ports, SRV records, connecting. */
#include "manager/auth/directory_server.h"

#include <errno.h>
#include <ldap.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/datetime.h"
#include "http/address.h"

#define LDAP_PORT_PLAIN 389 /* StartTLS follows */
#define LDAP_PORT_TLS 636
#define CATALOG_PORT_PLAIN 3268
#define CATALOG_PORT_TLS 3269
#define ADDRESSES_MAX 8
#define MILLISECOND_US 1000

bool directory_server_parse(Str text, Str *ret_host, uint16_t *ret_port)
{
    HttpAddress address;
    Str rest = text;
    Str host = text;
    int64_t port = 0;
    if (str_starts_with(text, STR("["))) {
        rest = str_slice(text, 1, text.len);
        host = str_cut(&rest, ']');
        if (rest.ptr == NULL || !http_address_parse(host, &address) ||
            (rest.len > 0 && str_cut(&rest, ':').len > 0)) {
            return false;
        }
    } else if (!http_address_parse(text, &address)) {
        host = str_cut(&rest, ':');
    } else {
        rest = STR_NONE;
    }
    const bool named = rest.ptr != NULL && (rest.len > 0 || str_ends_with(text, STR(":")));
    if (host.len == 0 || (named && (!str_to_int64(rest, &port) || port < 1 || port > UINT16_MAX))) {
        return false;
    }
    *ret_host = host;
    *ret_port = (uint16_t)port;
    return true;
}

typedef struct Servers {
    DirectoryServer *list;
    size_t n;
} Servers;

/* A host by both ways. */
static void add_host(Servers *servers, Str host, uint16_t port_plain, uint16_t port_tls)
{
    if (servers->n + 2 <= DIRECTORY_SERVERS_MAX) {
        servers->list[servers->n++] = (DirectoryServer){host, port_plain, false};
        servers->list[servers->n++] = (DirectoryServer){host, port_tls, true};
    }
}

static bool is_within(Arena *a, Str host, Str domain)
{
    const Str low_host = str_lower_ascii(a, host);
    const Str low_domain = str_lower_ascii(a, domain);
    return str_equal(low_host, low_domain) ||
           str_ends_with(low_host, str_format(a, ".%.*s", STR_ARG(low_domain)));
}

/* One of "host:port host:port"; false if it is out of the domain. */
static bool add_named(Servers *servers, Arena *a, Str word, Str domain, bool global_catalog)
{
    Str host;
    uint16_t port = 0;
    if (!directory_server_parse(word, &host, &port) || !is_within(a, host, domain)) {
        return false;
    }
    if (global_catalog) {
        add_host(servers, host, CATALOG_PORT_PLAIN, CATALOG_PORT_TLS);
    } else if (port == 0 || port == LDAP_PORT_PLAIN) {
        add_host(servers, host, LDAP_PORT_PLAIN, LDAP_PORT_TLS);
    } else {
        add_host(servers, host, port, port);
    }
    return true;
}

Err *directory_server_of_records(Arena *a, Str records, Str domain, bool global_catalog,
                                 DirectoryServer ret_servers[DIRECTORY_SERVERS_MAX], size_t *ret_n)
{
    Servers servers = {.list = ret_servers};
    size_t n_outside = 0;
    while (records.len > 0) {
        const Str word = str_cut(&records, ' ');
        if (word.len > 0 && !add_named(&servers, a, word, domain, global_catalog)) {
            n_outside++;
        }
    }
    if (servers.n == 0 && n_outside > 0) {
        return err(a, ERR_INVALID, "The SRV records of the domain name no server within it.");
    }
    *ret_n = servers.n;
    return NULL;
}

/* As "host:port host:port", the best first; empty if there are none. */
static Str find_records(Arena *a, Str domain)
{
    char *hosts = NULL;
    Str records = STR("");
    if (ldap_domain2hostlist(str_to_cstr(a, domain), &hosts) == LDAP_SUCCESS && hosts != NULL) {
        records = str_dup(a, str_from(hosts));
    }
    ldap_memfree(hosts); /* takes NULL */
    return records;
}

Err *directory_server_find(Arena *a, Str text, bool global_catalog,
                           DirectoryServer ret_servers[DIRECTORY_SERVERS_MAX], size_t *ret_n)
{
    Servers servers = {.list = ret_servers};
    HttpAddress address;
    Str host;
    uint16_t port = 0;
    if (!directory_server_parse(text, &host, &port)) {
        return err(a, ERR_INVALID, "No directory server is set.");
    }
    if (port == 0 && !http_address_parse(host, &address)) {
        TRY(directory_server_of_records(a, find_records(a, host), host, global_catalog, ret_servers,
                                        &servers.n));
    }
    if (servers.n == 0 && port != 0) {
        add_host(&servers, host, port, port);
    } else if (servers.n == 0 && global_catalog) {
        add_host(&servers, host, CATALOG_PORT_PLAIN, CATALOG_PORT_TLS);
    } else if (servers.n == 0) {
        add_host(&servers, host, LDAP_PORT_PLAIN, LDAP_PORT_TLS);
    }
    *ret_n = servers.n;
    return NULL;
}

/* --- connecting --- */

int directory_server_wait(int fd, short events, int64_t deadline_us)
{
    struct pollfd polled = {.fd = fd, .events = events};
    int n = -1;
    do {
        const int64_t left_us = deadline_us - datetime_monotonic_us();
        n = left_us <= 0 ? 0 : poll(&polled, 1, (int)(left_us / MILLISECOND_US) + 1);
    } while (n < 0 && errno == EINTR);
    return n > 0 ? 0 : n == 0 ? ETIMEDOUT : errno;
}

/* 0, or the errno. */
static int wait_connected(int fd, int64_t deadline_us)
{
    int reason = directory_server_wait(fd, POLLOUT, deadline_us);
    socklen_t size = sizeof reason;
    if (reason == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size) != 0) {
        return errno;
    }
    return reason;
}

static int connect_to(const struct addrinfo *address, int64_t deadline_us, int *ret_fd)
{
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return errno;
    }
    int reason = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (reason == EINPROGRESS) {
        reason = wait_connected(fd, deadline_us);
    }
    if (reason != 0) {
        (void)close(fd);
        return reason;
    }
    *ret_fd = fd;
    return 0;
}

static int connect_to_any(const struct addrinfo *first, int64_t deadline_us, int *ret_fd)
{
    int n = 0;
    int reason = EADDRNOTAVAIL;
    for (const struct addrinfo *i = first; i != NULL && n < ADDRESSES_MAX; i = i->ai_next) {
        n++;
    }
    for (const struct addrinfo *i = first; n > 0 && reason != 0; i = i->ai_next, n--) {
        const int64_t now_us = datetime_monotonic_us();
        reason = connect_to(i, now_us + (deadline_us - now_us) / n, ret_fd);
    }
    return reason;
}

Err *directory_server_dial(Arena *a, const DirectoryServer *server, int64_t deadline_us,
                           int *ret_fd)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int fd = -1;
    const int failure =
        getaddrinfo(str_to_cstr(a, server->host), str_format(a, "%u", (unsigned)server->port).ptr,
                    &hints, &found);
    if (failure != 0) {
        return err(a, ERR_IO, "%s", gai_strerror(failure));
    }
    const int reason = connect_to_any(found, deadline_us, &fd);
    freeaddrinfo(found);
    if (reason != 0) {
        return err(a, ERR_IO, "%s", strerrordesc_np(reason));
    }
    *ret_fd = fd;
    return NULL;
}
