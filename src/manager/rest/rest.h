#pragma once

#include "manager/rest/commands.h"
#include "manager/rest/hooks.h"
#include "manager/rest/request.h"
#include "store/writer.h"

/* One request in, one answer out, by the model; no sockets, no threads of its own.
 *
 * The server leads a request through the stages below and each says where to go on. Their order is
 * that of wire 1.4, and clients see it: what is no address is a 404 also to somebody who isn't
 * logged in, and a 403 comes before a word about the body.
 *
 *   rest_route()       loop     head of the request: which resource, which method
 *   (login)                     by the server: fills request->principal
 *   rest_authorize()            where the login was verified: rights, and whether the body is worth
 *                               being read
 *   (body)                      by the server: fills request->body or body_fd
 *   rest_work()        loop     query and body, typed; on a pool thread where the body is large
 *   then one of
 *     rest_read()      loop, reader pool
 *     rest_prepare()   slow or password pool, and from there mostly to
 *     rest_write()     writer thread of the file, perhaps repeated; then rest_written() there
 *   rest_release()              when the answer was sent, or the client went away before
 *
 * Rest itself is immutable after rest_new() but for the cache of rendered objects, which has its
 * own locks: every stage may run on any thread, one stage of a request at a time. Whoever hands a
 * request on to another thread must not touch it any more. */

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

/* Path, method override, OPTIONS, 405, 501: everything before login. Needs method, path, query and
 * headers. ANSWERED or GO_ON. Never blocks. */
RestNext rest_route(const Rest *r, RestRequest *request);

/* Rights, query and type of the body, after login, before the body is read, so that nobody makes
 * the server take gigabytes that it will refuse. ANSWERED or GO_ON. Never blocks. */
RestNext rest_authorize(const Rest *r, RestRequest *request);

/* Most bytes of body that the request may have (wire 1.8): 16 MiB, 64 MiB for a list that is
 * patched or put, 8 GiB where it holds a file. Valid after rest_route(). */
size_t rest_body_limit(const Rest *r, const RestRequest *request);

/* Parses query and body, and answers at once what needs no row or is in the cache.
 *
 *   large_here   also a body that belongs on the pool: true there, false on a loop, where the
 *                answer is then PARSE_POOL, and nothing was done yet */
RestNext rest_work(const Rest *r, RestRequest *request, bool large_here);

/* Fills the answer, also of a write whose body has faults; opens and ends the reader's snapshot
 * itself. */
void rest_read(const Rest *r, RestRequest *request, Reader *reader);

/* What is slow and needs no transaction: keys, hashes, packages, commands. ANSWERED or WRITE. */
RestNext rest_prepare(const Rest *r, RestRequest *request, Reader *reader);

/* Whether rest_prepare() hashes passwords: valid where it comes next. */
bool rest_prepares_passwords(const RestRequest *request);

/* For the WriteRequest: whose writer is asked, and how many objects it is going to write, by which
 * that writer sizes its groups. Valid where WRITE comes next. */
StoreFile rest_write_file(const RestRequest *request);
size_t rest_write_n_objects(const RestRequest *request);

/* Inside WriteRequest.run; may be run again from the start (store/writer.h), so it changes nothing
 * of what was parsed. Errors: whatever rolls this request back, and no other. */
CHECKED Err *rest_write(const Rest *r, RestRequest *request, Tx *tx);

/* After the commit, or after the failure e: fills the answer. ANSWERED; or PREPARE again, with
 * nothing stored, when a row was changed by others between rest_prepare() and rest_write(): at most
 * three times, then the answer is 503. */
RestNext rest_written(const Rest *r, RestRequest *request, const Err *e, int64_t seq);

/* Gives back what the request holds beyond its arena, answer included: last of all, also where it
 * was dropped between two stages. */
void rest_release(RestRequest *request);
