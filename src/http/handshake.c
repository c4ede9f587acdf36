/* A handshake of a server and a client in memory, to see whether credentials can be used. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "http/credentials.h"
#include "http/tls.h"

#define FLIGHTS_MAX 20
#define BYTES_MAX ((size_t)4 * 1024 * 1024)

/* One end; what it sends lies in the other's `in`. */
typedef struct End End;
struct End {
    gnutls_session_t session;
    Buf in;
    End *other;
    bool is_done;
};

static ssize_t push(gnutls_transport_ptr_t context, const void *data, size_t size)
{
    const End *end = context;
    buf_put(&end->other->in, data, size);
    return (ssize_t)size;
}

static ssize_t pull(gnutls_transport_ptr_t context, void *data, size_t size)
{
    End *end = context;
    const size_t n = MIN(size, end->in.len);
    if (n == 0) {
        gnutls_transport_set_errno(end->session, EAGAIN);
        return -1;
    }
    memcpy(data, end->in.data, n);
    buf_consume(&end->in, n);
    return (ssize_t)n;
}

static void join(End *end, End *other)
{
    end->other = other;
    gnutls_transport_set_ptr(end->session, end);
    gnutls_transport_set_push_function(end->session, push);
    gnutls_transport_set_pull_function(end->session, pull);
}

/* Goes on as far as it can; a result below 0 ends it. */
static int step(End *end)
{
    if (end->is_done) {
        return 0;
    }
    const int result = gnutls_handshake(end->session);
    end->is_done = result == 0;
    return result < 0 && gnutls_error_is_fatal(result) == 0 ? 0 : result;
}

static int shake_hands(End *server, End *client)
{
    int result = 0;
    for (int i = 0; i < FLIGHTS_MAX && result == 0 && !(server->is_done && client->is_done); i++) {
        result = step(client);
        if (result == 0) {
            result = step(server);
        }
    }
    return result != 0 ? result : server->is_done && client->is_done ? 0 : GNUTLS_E_TIMEDOUT;
}

/* A client that takes any certificate: whom it trusts is its own business. */
static int try_with(const HttpTls *tls, HttpCredentials *credentials,
                    gnutls_certificate_credentials_t trust)
{
    End server = {.session = http_tls_session_new(tls, credentials)};
    End client = {.session = NULL};
    int result =
        server.session == NULL
            ? GNUTLS_E_MEMORY_ERROR
            : gnutls_init(&client.session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (result == 0) {
        buf_init(&server.in, BYTES_MAX);
        buf_init(&client.in, BYTES_MAX);
        join(&server, &client);
        join(&client, &server);
        result = gnutls_priority_set(client.session, tls->priority);
        result = result == 0 ? gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, trust)
                             : result;
        result = result == 0 ? shake_hands(&server, &client) : result;
        gnutls_deinit(client.session);
        buf_deinit(&server.in);
        buf_deinit(&client.in);
    }
    if (server.session != NULL) {
        gnutls_deinit(server.session);
    }
    return result;
}

Err *http_credentials_try(Arena *a, HttpCredentials *credentials)
{
    HttpTls tls;
    gnutls_certificate_credentials_t trust;
    MUST(!http_credentials_ask_client(credentials)); /* there is no client's certificate here */
    TRY(http_tls_init(a, &tls));
    MUST(gnutls_certificate_allocate_credentials(&trust) == 0);
    const int result = try_with(&tls, credentials, trust);
    gnutls_certificate_free_credentials(trust);
    http_tls_deinit(&tls);
    return result == 0 ? NULL
                       : err(a, ERR_INVALID, "No client could connect with this certificate: %s",
                             gnutls_strerror(result));
}
