#pragma once

/* What an event of epoll is about: the first member of whatever is watched. */

typedef enum HttpWatchKind {
    HTTP_WATCH_WAKE,
    HTTP_WATCH_LISTENER,
    HTTP_WATCH_CONNECTION
} HttpWatchKind;

typedef struct HttpWatch {
    HttpWatchKind kind;
} HttpWatch;
