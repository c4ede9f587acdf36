#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/chunks.h"
#include "http/head.h"

/* The body of a request on its way in: where it goes, how much of it is there.
 *
 * Three places, chosen by its size and by the application: small announced ones stay in the input
 * buffer behind the head (no copy, no memory), spooled ones go to an unlinked file, all others to
 * memory that is wiped when it is given back, since bodies hold passwords. A chunked body never
 * stays in place, as it is decoded. Of an announced length that goes to memory the rest is received
 * straight into its place: http_body_direct(), http_body_reserve(), http_body_added(), in this
 * order. Confined to the loop. */

typedef struct HttpBody {
    bool chunked;
    bool in_place;     /* stays in the input buffer, behind the head */
    uint64_t left;     /* of an announced length */
    uint64_t n_bytes;  /* of content so far, ≤ limit */
    uint64_t limit;    /* more is refused with 413 */
    HttpChunks chunks; /* where in the coding it is, if chunked */
    Buf memory;        /* unless in place or spooled */
    int fd;            /* of a spooled body; else -1 */
} HttpBody;

void http_body_init(HttpBody *b);

/* Closes and frees. */
void http_body_deinit(HttpBody *b);

/* Starts with what the head announces. in_place_max: most bytes that may stay where they come in.
 */
void http_body_begin(HttpBody *b, const HttpHead *head, uint64_t limit, size_t in_place_max);

/* Sends it to an unlinked temporary file instead. False when there can't be one. */
bool http_body_spool(HttpBody *b, const char *folder);

/* Takes data[len] as it came in.
 *
 *   ret_used    bytes of it that belong to the body
 *   ret_status  of a refusal: 400, 413, 503 (no room to spool)
 */
HttpParse http_body_take(HttpBody *b, const char *data, size_t len, size_t *ret_used,
                         int *ret_status);

/* How many bytes may be received straight into http_body_reserve(), 0 if not. */
size_t http_body_direct(const HttpBody *b);
char *http_body_reserve(HttpBody *b, size_t size);
HttpParse http_body_added(HttpBody *b, size_t len);
