#pragma once

#include "http/listener.h"
#include "http/loop.h"

/* New connections: whichever loop is awake takes them and gives each to the loop with the fewest.
 * On the loop's thread, but for http_accept_watch(). */

CHECKED Err *http_accept_watch(Arena *a, HttpLoop *loop);
void http_accept_unwatch(HttpLoop *loop);

/* A listener is ready. */
void http_accept(HttpLoop *loop, HttpListener *listener);

/* Tries again after there were no descriptors. */
void http_accept_resume(HttpLoop *loop);
