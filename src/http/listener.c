/* Opening sockets to listen on. */
#include "http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/address.h"

#define BACKLOG 1024

static Err *fail(Arena *a, const char *doing)
{
    return err(a, ERR_IO, "%s: %s.", doing, strerrordesc_np(errno));
}

static Err *find_port(Arena *a, int fd, uint16_t *ret_port)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        return fail(a, "The listening socket has no address");
    }
    struct sockaddr_in6 ipv6;
    struct sockaddr_in ipv4;
    memcpy(&ipv6, &address, sizeof ipv6);
    memcpy(&ipv4, &address, sizeof ipv4);
    *ret_port = ntohs(address.ss_family == AF_INET6 ? ipv6.sin6_port : ipv4.sin_port);
    return NULL;
}

/* What connections inherit, and what our loops need. */
static Err *set_up(Arena *a, HttpListener *l, int fd, HttpCredentials *credentials)
{
    const int on = 1;
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        return fail(a, "The listening socket can't be used");
    }
    uint16_t port = 0;
    TRY(find_port(a, fd, &port));
    *l = (HttpListener){.watch = {HTTP_WATCH_LISTENER},
                        .fd = fd,
                        .port = port,
                        .credentials = http_credentials_share(credentials)};
    mutex_init(&l->lock);
    return NULL;
}

Err *http_listener_adopt(HttpListener *l, Arena *a, int fd, HttpCredentials *credentials)
{
    Err *e = set_up(a, l, fd, credentials);
    if (e != NULL) {
        (void)close(fd); /* the failure at hand matters more */
    }
    return e;
}

static Err *bind_and_listen(Arena *a, int fd, Str text, const struct sockaddr_storage *address,
                            socklen_t len)
{
    const int on = 1;
    const int off = 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (address->ss_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)) {
        return fail(a, "The listening socket can't be used");
    }
    if (bind(fd, (const struct sockaddr *)address, len) != 0 || listen(fd, BACKLOG) != 0) {
        return err(a, errno == EADDRINUSE ? ERR_BUSY : ERR_IO, "Can't listen on %.*s: %s.",
                   STR_ARG(text), strerrordesc_np(errno));
    }
    return NULL;
}

Err *http_listener_open(HttpListener *l, Arena *a, Str text, HttpCredentials *credentials)
{
    struct sockaddr_storage address;
    socklen_t len = 0;
    TRY(http_address_parse_socket(a, text, &address, &len));
    const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fail(a, "There is no socket to listen on");
    }
    Err *e = bind_and_listen(a, fd, text, &address, len);
    if (e != NULL) {
        (void)close(fd); /* the failure at hand matters more */
        return e;
    }
    return http_listener_adopt(l, a, fd, credentials);
}

void http_listener_deinit(HttpListener *l)
{
    (void)close(l->fd); /* nothing can be lost */
    l->credentials = http_credentials_free(l->credentials);
    mutex_deinit(&l->lock);
}

void http_listener_set_credentials(HttpListener *l, HttpCredentials *credentials)
{
    mutex_lock(&l->lock);
    HttpCredentials *old = l->credentials;
    l->credentials = http_credentials_share(credentials);
    mutex_unlock(&l->lock);
    (void)http_credentials_free(old);
}

HttpCredentials *http_listener_credentials(HttpListener *l)
{
    mutex_lock(&l->lock);
    HttpCredentials *credentials = http_credentials_share(l->credentials);
    mutex_unlock(&l->lock);
    return credentials;
}
