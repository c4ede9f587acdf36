#pragma once

#include "base/thread.h"
#include "http/limits.h"

/* Room on the disk for bodies that go to unlinked temporary files: a budget for all of them and one
 * for each owner, and so much of the disk stays free that whatever else lies there (the store) can
 * go on. Room is reserved before it is written: what is announced at once, else in steps. Any
 * thread. */

/* A body's part in it; lies in its exchange, and all zero is none. */
typedef struct HttpSpooled HttpSpooled;
struct HttpSpooled {
    HttpSpooled *next; /* this and all below: under the spool's lock */
    bool active;
    uint64_t owner;
    uint64_t reserved_bytes;
    uint64_t written_bytes;
};

typedef struct HttpSpool {
    char *folder; /* owned */
    size_t bodies_max;
    uint64_t bytes_max, bytes_per_owner_max, free_bytes;
    Mutex lock;
    HttpSpooled *first; /* under lock; borrowed */
} HttpSpool;

typedef enum HttpRoom {
    HTTP_ROOM_RESERVED,
    HTTP_ROOM_NEVER, /* larger than the budget itself */
    HTTP_ROOM_NOT_NOW
} HttpRoom;

void http_spool_init(HttpSpool *s, const char *folder, const HttpLimits *limits);

/* All bodies have left. */
void http_spool_deinit(HttpSpool *s);

/* owner: as in HttpRequest.spool_owner. announced_bytes: 0 if the length isn't known. */
CHECKED HttpRoom http_spool_enter(HttpSpool *s, HttpSpooled *body, uint64_t owner,
                                  uint64_t announced_bytes);

/* So many bytes of it were written by now. */
CHECKED HttpRoom http_spool_grow(HttpSpool *s, HttpSpooled *body, uint64_t written_bytes);

/* Does nothing for one that isn't in it. */
void http_spool_leave(HttpSpool *s, HttpSpooled *body);
