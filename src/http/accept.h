#pragma once

#include "http/listener.h"
#include "http/loop.h"

/* New connections: whichever loop is awake takes them and gives each to the loop with the fewest.
 * On the loop's thread, but for http_accept_watch().
 *
 * At a limit a client is taken and closed at once, so that it learns of it instead of waiting in
 * the kernel's queue. That needs a descriptor: when there are none left, the loop gives up one that
 * it keeps for this. When not even that helps, it stops watching the listeners (they would be ready
 * again and again) and tries anew at each tick. */

/* Watches the server's listeners. Before the loop's thread runs. Errors: ERR_IO. */
CHECKED Err *http_accept_watch(Arena *a, HttpLoop *loop);

/* Never again, or until http_accept_resume(). */
void http_accept_unwatch(HttpLoop *loop);

/* A listener is ready. */
void http_accept(HttpLoop *loop, HttpListener *listener);

/* Tries again after there were no descriptors. */
void http_accept_resume(HttpLoop *loop);
