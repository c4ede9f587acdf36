#pragma once

#include "manager/rest/commands.h"
#include "manager/rest/hooks.h"
#include "manager/rest/request.h"
#include "store/writer.h"

/* One request in, one answer out, by the model; no sockets, no threads of its own.
 *
 * The server leads a request through the stages below (the order of wire 1.4) and each says where
 * to go on. Rest itself is immutable after rest_new() but for the cache of rendered objects, which
 * has its own locks: every stage may run on any thread, one stage of a request at a time. */

typedef struct Rest Rest;

typedef struct RestOptions {
    bool absolute_location; /* Location with scheme and host */
    size_t cache_bytes;     /* of rendered objects; 0: no cache */
    const ResourceHooks *const *hooks;
    size_t n_hooks;
    const CommandEntry *const *commands; /* tables, each ended by an entry without run() */
    size_t n_commands;
    void *command_context; /* handed to commands: what they need beyond the store */
} RestOptions;

typedef enum RestNext {
    REST_ANSWERED,   /* request->answer is complete */
    REST_GO_ON,      /* to the next stage, on this thread */
    REST_READ,       /* rest_read() with a reader, on this thread: it is quick */
    REST_READ_POOL,  /* rest_read() on a pool thread; also to see what else is wrong with a body */
    REST_PARSE_POOL, /* rest_work() again on a pool thread, since the body is large */
    REST_PREPARE,    /* rest_prepare() on the slow pool */
    REST_WRITE,      /* rest_write() in a write request on the file of rest_write_file(), then
                        rest_written() */
} RestNext;

/* The store, and the tables in options, must outlive it. */
Rest *rest_new(Store *store, const RestOptions *options);
Rest *rest_free(Rest *r);
DEFINE_CLEANUP(Rest, rest_free);

/* Path, method override, OPTIONS, 405, 501: everything before login. ANSWERED or GO_ON. */
RestNext rest_route(const Rest *r, RestRequest *request);

/* Rights, query and type of the body, after login, before the body is read. ANSWERED or GO_ON. */
RestNext rest_authorize(const Rest *r, RestRequest *request);

/* Most bytes of body that the request may have (wire 1.8); valid after rest_route(). */
size_t rest_body_limit(const Rest *r, const RestRequest *request);

/* Parses query and body. large_here: also a body that belongs on the pool. */
RestNext rest_work(const Rest *r, RestRequest *request, bool large_here);

/* Fills the answer, also of a write whose body has faults; opens and ends the reader's snapshot
 * itself. */
void rest_read(const Rest *r, RestRequest *request, Reader *reader);

/* What is slow and needs no transaction: keys, hashes, packages, commands. ANSWERED or WRITE. */
RestNext rest_prepare(const Rest *r, RestRequest *request, Reader *reader);

/* Whether rest_prepare() hashes passwords: valid where it comes next. */
bool rest_prepares_passwords(const RestRequest *request);

StoreFile rest_write_file(const RestRequest *request);
size_t rest_write_n_objects(const RestRequest *request);

/* Inside WriteRequest.run; may be run again. */
CHECKED Err *rest_write(const Rest *r, RestRequest *request, Tx *tx);

/* After the commit, or after the failure e: fills the answer. ANSWERED; or PREPARE again, with
 * nothing stored, when a row was changed by others between rest_prepare() and rest_write(): at most
 * three times, then the answer is 503. */
RestNext rest_written(const Rest *r, RestRequest *request, const Err *e, int64_t seq);

/* Gives back what the request holds beyond its arena, answer included: last of all, also where it
 * was dropped between two stages. */
void rest_release(RestRequest *request);
