/* Dials, then puts a layer with a deadline and TLS upon the socket.
 *
 * libldap with GnuTLS repeats a handshake's read at once for as long as there is nothing to read,
 * for ever: so the layer waits, and fails a read when time is up. */
#include "manager/auth/directory_connection.h"

#include <errno.h>
#include <openldap.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/datetime.h"
#include "base/file.h"

#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"
#define SYSTEM_AUTHORITIES_MAX ((size_t)8 * 1024 * 1024)
#define LEAST_LEFT_US INT64_C(1000)
#define FAREWELL_US (DATETIME_SECOND_US / 2)
#define MESSAGE_MAX ((ber_len_t)4 * 1024 * 1024) /* that the directory may send */
#define REASONS_MAX ((size_t)2048)
#define DIAGNOSIS_MAX 200

struct DirectoryConnection {
    LDAP *ldap;
    int fd; /* closed by ldap, once it has it */
    int64_t deadline_us;
    Sockbuf_IO layer; /* functions of the layer; here since libldap wants to be able to change it */
};

/* --- the layer --- */

static bool wait_for(const DirectoryConnection *c, short events)
{
    errno = directory_server_wait(c->fd, events, c->deadline_us);
    return errno == 0;
}

static int layer_set_up(Sockbuf_IO_Desc *layer, void *connection)
{
    layer->sbiod_pvt = connection;
    return 0;
}

static int layer_remove(Sockbuf_IO_Desc *layer)
{
    layer->sbiod_pvt = NULL;
    return 0;
}

static int layer_control(Sockbuf_IO_Desc *layer, int option, void *value)
{
    return LBER_SBIOD_CTRL_NEXT(layer, option, value);
}

static ber_slen_t layer_read(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    return wait_for(layer->sbiod_pvt, POLLIN) ? LBER_SBIOD_READ_NEXT(layer, bytes, size) : -1;
}

static ber_slen_t layer_write(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    return wait_for(layer->sbiod_pvt, POLLOUT) ? LBER_SBIOD_WRITE_NEXT(layer, bytes, size) : -1;
}

static int layer_close(Sockbuf_IO_Desc *layer)
{
    (void)layer; /* the socket's own layer does it */
    return 0;
}

static bool add_layer(DirectoryConnection *c)
{
    Sockbuf *sockbuf = NULL;
    c->layer = (Sockbuf_IO){
        .sbi_setup = layer_set_up,
        .sbi_remove = layer_remove,
        .sbi_ctrl = layer_control,
        .sbi_read = layer_read,
        .sbi_write = layer_write,
        .sbi_close = layer_close,
    };
    ber_len_t most = MESSAGE_MAX;
    return ldap_get_option(c->ldap, LDAP_OPT_SOCKBUF, &sockbuf) == LDAP_OPT_SUCCESS &&
           ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most) == 1 &&
           ber_sockbuf_add_io(sockbuf, &c->layer, LBER_SBIOD_LEVEL_TRANSPORT - 1, c) == 0;
}

/* --- the handle --- */

static bool set_option(DirectoryConnection *c, int option, const void *value)
{
    return ldap_set_option(c->ldap, option, value) == LDAP_OPT_SUCCESS;
}

static bool set_number(DirectoryConnection *c, int option, int number)
{
    return set_option(c, option, &number);
}

static struct timeval time_left(const DirectoryConnection *c)
{
    const int64_t left_us = MAX(c->deadline_us - datetime_monotonic_us(), LEAST_LEFT_US);
    return (struct timeval){.tv_sec = left_us / DATETIME_SECOND_US,
                            .tv_usec = left_us % DATETIME_SECOND_US};
}

static bool set_options(DirectoryConnection *c, const char *authorities_path)
{
    const struct timeval left = time_left(c);
    return set_number(c, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3) &&
           set_number(c, LDAP_OPT_DEREF, LDAP_DEREF_NEVER) &&
           set_option(c, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) &&
           set_option(c, LDAP_OPT_TIMEOUT, &left) &&
           set_option(c, LDAP_OPT_NETWORK_TIMEOUT, &left) &&
           set_number(c, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_HARD) &&
           set_option(c, LDAP_OPT_X_TLS_CACERTFILE, authorities_path) &&
           set_number(c, LDAP_OPT_X_TLS_NEWCTX, 0); /* what they say is of use from here on */
}

/* libldap reads authorities of one file only: the system's and our own in a file in memory. */
static Err *write_authorities(Arena *a, Str own_pem, int *ret_fd)
{
    Str system_pem = STR("");
    if (file_exists(SYSTEM_AUTHORITIES)) {
        TRY(file_read(a, SYSTEM_AUTHORITIES, SYSTEM_AUTHORITIES_MAX, &system_pem));
    }
    const Str pem = str_format(a, "%.*s\n%.*s\n", STR_ARG(system_pem), STR_ARG(own_pem));
    const int fd = memfd_create("authorities", MFD_CLOEXEC);
    if (fd < 0 || write(fd, pem.ptr, pem.len) != (ssize_t)pem.len) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return err(a, ERR_IO, "The trusted authorities cannot be put together.");
    }
    *ret_fd = fd;
    return NULL;
}

/* Nobody is trusted if the file can't be read. */
static Err *set_up(DirectoryConnection *c, Arena *a, Str authorities_pem)
{
    int fd = -1;
    TRY(write_authorities(a, authorities_pem, &fd));
    const Str path = str_format(a, "/proc/self/fd/%d", fd);
    const bool fine = set_options(c, path.ptr);
    (void)close(fd);
    return fine ? NULL : err(a, ERR_IO, "The connection cannot be set up.");
}

/* --- connecting --- */

Err *directory_connection_error(DirectoryConnection *c, Arena *a, const char *what, int code)
{
    char *diagnosis = NULL;
    const bool late = datetime_monotonic_us() >= c->deadline_us;
    const char *text = late ? "Timed out" : ldap_err2string(code);
    Err *e = err(a, ERR_IO, "%s: %s", what, text);
    if (ldap_get_option(c->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnosis) == LDAP_OPT_SUCCESS &&
        diagnosis != NULL && diagnosis[0] != '\0') {
        e = err(a, ERR_IO, "%s: %s (%.*s)", what, text, DIAGNOSIS_MAX, diagnosis);
    }
    ldap_memfree(diagnosis); /* takes NULL */
    return e;
}

/* Versions that are broken are refused as long as nothing was said. To leave them out beforehand,
 * by LDAP_OPT_X_TLS_CIPHER_SUITE, costs 8 KiB for ever each time: libldap loses them. */
static bool is_version_fine(DirectoryConnection *c)
{
    char *version = NULL;
    if (ldap_get_option(c->ldap, LDAP_OPT_X_TLS_VERSION, &version) != LDAP_OPT_SUCCESS) {
        return false;
    }
    const Str name = str_from(version);
    const bool fine = str_equal(name, STR("TLS1.2")) || str_equal(name, STR("TLS1.3"));
    ldap_memfree(version); /* takes NULL */
    return fine;
}

/* Of a certificate that it refuses, libldap doesn't say why. */
static Err *tls_error(DirectoryConnection *c, Arena *a, Str host, int code)
{
    const char *localhost = str_equal_ignoring_case(host, STR("localhost"))
                                ? " (libldap takes localhost for this machine's own name)"
                                : "";
    Err *e = directory_connection_error(c, a, "TLS", code);
    if (str_find_str(str_from(e->text), STR("unknown error code")) == SIZE_MAX) {
        return e;
    }
    return err(a, ERR_IO,
               "TLS: The certificate is refused: it must be for this name%s, be valid now and be "
               "signed by an authority that the system or ca_certificate has",
               localhost);
}

static Err *start_tls(DirectoryConnection *c, Arena *a, const DirectoryServer *server)
{
    const int code =
        server->ldaps ? ldap_install_tls(c->ldap) : ldap_start_tls_s(c->ldap, NULL, NULL);
    if (code != LDAP_SUCCESS) {
        return tls_error(c, a, server->host, code);
    }
    return is_version_fine(c) ? NULL : err(a, ERR_IO, "TLS: a version below 1.2");
}

/* The handle takes over the socket. The name in the URL is the one that the certificate must have.
 */
static Err *make_handle(DirectoryConnection *c, Arena *a, Str host)
{
    const bool is_v6 = str_find(host, ':', 0) != SIZE_MAX;
    const Str url = str_format(a, is_v6 ? "ldap://[%.*s]" : "ldap://%.*s", STR_ARG(host));
    const int code = ldap_init_fd(c->fd, LDAP_PROTO_TCP, url.ptr, &c->ldap);
    if (code == LDAP_SUCCESS) {
        return NULL;
    }
    (void)close(c->fd);
    c->ldap = NULL;
    return err(a, ERR_IO, "%s", ldap_err2string(code));
}

/* try_until_us: until then it must be there. */
static Err *connect_to(Arena *a, const DirectoryTarget *target, const DirectoryServer *server,
                       int64_t try_until_us, int64_t deadline_us, DirectoryConnection **ret)
{
    int fd = -1;
    TRY(directory_server_dial(a, server, try_until_us, &fd));
    CLEANUP(directory_connection_free) DirectoryConnection *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    c->fd = fd;
    c->deadline_us = try_until_us;
    TRY(make_handle(c, a, server->host));
    if (!add_layer(c)) {
        return err(a, ERR_IO, "The connection cannot be set up.");
    }
    TRY(set_up(c, a, target->authorities_pem));
    TRY(start_tls(c, a, server));
    c->deadline_us = deadline_us;
    *ret = c;
    c = NULL;
    return NULL;
}

static void put_reason(Buf *reasons, const DirectoryServer *server, const Err *e)
{
    buf_printf(reasons, "%s%s://%.*s:%u: %s", reasons->len > 0 ? "; " : "",
               server->ldaps ? "ldaps" : "ldap", STR_ARG(server->host), (unsigned)server->port,
               e->text);
}

Err *directory_connect(Arena *a, const DirectoryTarget *target, int64_t deadline_us,
                       DirectoryConnection **ret_connection)
{
    DirectoryServer servers[DIRECTORY_SERVERS_MAX];
    size_t n = 0;
    CLEANUP(buf_free) Buf *reasons = buf_new(REASONS_MAX);
    TRY(directory_server_find(a, target->server, target->global_catalog, servers, &n));
    for (size_t i = 0; i < n; i++) {
        const int64_t now_us = datetime_monotonic_us();
        if (now_us >= deadline_us) { /* finding the name took it all */
            return err(a, ERR_IO, "%.*s%sTimed out", STR_ARG(buf_str(reasons)),
                       reasons->len > 0 ? "; " : "");
        }
        const int64_t share_us = (deadline_us - now_us) / (int64_t)(n - i);
        const Err *e =
            connect_to(a, target, &servers[i], now_us + share_us, deadline_us, ret_connection);
        if (e == NULL) {
            return NULL;
        }
        put_reason(reasons, &servers[i], e);
    }
    return err(a, ERR_IO, "%.*s", STR_ARG(buf_str(reasons)));
}

LDAP *directory_connection_ldap(DirectoryConnection *c)
{
    const struct timeval left = time_left(c);
    MUST(set_option(c, LDAP_OPT_TIMEOUT, &left));
    return c->ldap;
}

DirectoryConnection *directory_connection_free(DirectoryConnection *c)
{
    if (c != NULL) {
        c->deadline_us = MIN(c->deadline_us, datetime_monotonic_us() + FAREWELL_US);
        if (c->ldap != NULL) {
            (void)ldap_unbind_ext_s(c->ldap, NULL, NULL); /* there is nobody to tell */
        }
        free(c);
    }
    return NULL;
}
