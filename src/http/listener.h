#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"
#include "http/credentials.h"
#include "http/watch.h"

/* A listening socket, watched by all loops. */

typedef struct HttpListener {
    HttpWatch watch;
    int fd;
    uint16_t port;
    Mutex lock;
    HttpCredentials *credentials; /* owned share; under lock */
} HttpListener;

/* text: "ADDR:PORT". Takes a share of the credentials. Errors: ERR_INVALID, ERR_IO. */
CHECKED Err *http_listener_open(HttpListener *l, Arena *a, Str text, HttpCredentials *credentials);

/* Takes over a socket that listens; on failure, too. Errors: ERR_IO. */
CHECKED Err *http_listener_adopt(HttpListener *l, Arena *a, int fd, HttpCredentials *credentials);
void http_listener_deinit(HttpListener *l);

void http_listener_set_credentials(HttpListener *l, HttpCredentials *credentials);

/* A share. Any thread. */
HttpCredentials *http_listener_credentials(HttpListener *l);
