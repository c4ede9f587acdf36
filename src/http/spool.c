/* Room on the disk. */
#include "http/spool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/err.h"

/* Bodies of unknown length reserve so much at a time. */
#define STEP_BYTES (UINT64_C(16) * 1024 * 1024)

void http_spool_init(HttpSpool *s, const char *folder, const HttpLimits *limits)
{
    *s = (HttpSpool){
        .folder = strdup(folder),
        .bodies_max = limits->spooled_bodies,
        .bytes_max = limits->spool_bytes,
        .bytes_per_owner_max = limits->spool_bytes_per_owner,
        .free_bytes = limits->spool_free_bytes,
    };
    MUST(s->folder != NULL);
    mutex_init(&s->lock);
}

void http_spool_deinit(HttpSpool *s)
{
    MUST(s->first == NULL);
    mutex_deinit(&s->lock);
    free(s->folder);
}

/* What anybody but root may still write; 0 if that can't be told. */
static uint64_t free_on_disk(const HttpSpool *s)
{
    struct statvfs disk;
    return statvfs(s->folder, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}

/* disk_bytes: free, from before the lock was taken. */
static HttpRoom reserve_locked(const HttpSpool *s, HttpSpooled *body, uint64_t bytes,
                               uint64_t disk_bytes) REQUIRES(s->lock)
{
    uint64_t of_all = 0, of_owner = 0, unwritten = 0;
    for (const HttpSpooled *b = s->first; b != NULL; b = b->next) {
        of_all += b->reserved_bytes;
        of_owner += b->owner == body->owner ? b->reserved_bytes : 0;
        unwritten += b->reserved_bytes - b->written_bytes;
    }
    const uint64_t more = bytes - body->reserved_bytes;
    if (bytes > s->bytes_max || bytes > s->bytes_per_owner_max) {
        return HTTP_ROOM_NEVER;
    }
    if (of_all + more > s->bytes_max || of_owner + more > s->bytes_per_owner_max ||
        disk_bytes < s->free_bytes + unwritten + more) {
        return HTTP_ROOM_NOT_NOW;
    }
    body->reserved_bytes = bytes;
    return HTTP_ROOM_RESERVED;
}

static HttpRoom enter_locked(HttpSpool *s, HttpSpooled *body, uint64_t announced_bytes,
                             uint64_t disk_bytes) REQUIRES(s->lock)
{
    size_t n = 0;
    for (const HttpSpooled *b = s->first; b != NULL; b = b->next) {
        n++;
    }
    if (n >= s->bodies_max) {
        return HTTP_ROOM_NOT_NOW;
    }
    const HttpRoom room = reserve_locked(s, body, announced_bytes, disk_bytes);
    if (room == HTTP_ROOM_RESERVED) {
        body->active = true;
        body->next = s->first;
        s->first = body;
    }
    return room;
}

HttpRoom http_spool_enter(HttpSpool *s, HttpSpooled *body, uint64_t owner, uint64_t announced_bytes)
{
    const uint64_t disk_bytes = free_on_disk(s);
    *body = (HttpSpooled){.owner = owner};
    mutex_lock(&s->lock);
    const HttpRoom room = enter_locked(s, body, announced_bytes, disk_bytes);
    mutex_unlock(&s->lock);
    return room;
}

HttpRoom http_spool_grow(HttpSpool *s, HttpSpooled *body, uint64_t written_bytes)
{
    HttpRoom room = HTTP_ROOM_RESERVED;
    /* Only its own thread changes what it has reserved. */
    const bool more = written_bytes > body->reserved_bytes;
    const uint64_t disk_bytes = more ? free_on_disk(s) : 0;
    mutex_lock(&s->lock);
    if (more) {
        room = reserve_locked(s, body, written_bytes + STEP_BYTES, disk_bytes);
    }
    if (more && room != HTTP_ROOM_RESERVED) { /* the last step is a small one */
        room = reserve_locked(s, body, written_bytes, disk_bytes);
    }
    body->written_bytes = MIN(written_bytes, body->reserved_bytes);
    mutex_unlock(&s->lock);
    return room;
}

void http_spool_leave(HttpSpool *s, HttpSpooled *body)
{
    if (!body->active) {
        return;
    }
    mutex_lock(&s->lock);
    HttpSpooled **at = &s->first;
    while (*at != body) {
        at = &(*at)->next;
    }
    *at = body->next;
    mutex_unlock(&s->lock);
    *body = (HttpSpooled){.active = false};
}
