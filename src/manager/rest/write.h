#pragma once

#include "manager/rest/rest.h"

/* What changes things: POST, PUT, PATCH and DELETE of one object or a list, and commands; the
 * stages of rest.h for such requests.
 *
 * There is one writer thread a file of the store, so each stage before it takes as much from it as
 * it can: write_parse() reads and types the whole body, write_prepare() hashes and unpacks; the
 * writer does what needs state: merging, references, uniqueness, If-Match.
 *
 * Everything kept between the stages lies in the request's arena, behind request->work. Faults of
 * the body are collected and answered together (wire 7): a form that shows one mistake after the
 * other is a nuisance. That is why a body with faults isn't answered at once, but first looked at
 * for values that others have (write_refuse()). */

/* Bodies larger than this, in bytes, are parsed on a pool thread: a loop has other clients, and
 * parses this much in less than a millisecond. */
#define WRITE_PARSE_HERE_BYTES 65536

/* A body may hold so many objects, nested ones not counted; also the most rows that a transaction
 * may touch, and ten times what clients must be able to send (wire 8.3). */
#define WRITE_OBJECTS_MAX 100000

/* ANSWERED (faults, or nothing to write), PARSE_POOL, READ_POOL (for write_refuse()), PREPARE or
 * WRITE. */
RestNext write_parse(const Rest *r, RestRequest *request, bool large_here);

/* Answers a body with faults, after a look at what else is wrong with it. */
void write_refuse(RestRequest *request, Reader *reader);

/* Hashes, files, the hooks' `prepare`; opens and ends the reader's snapshot itself. ANSWERED or
 * WRITE. */
RestNext write_prepare(const Rest *r, RestRequest *request, Reader *reader);

/* Whether write_prepare() hashes passwords. */
bool write_prepares_passwords(const RestRequest *request);

StoreFile write_file(const RestRequest *request);

/* Objects that the request writes, children included. */
size_t write_n_objects(const RestRequest *request);

/* Inside WriteRequest.run: may be run again, leaves the parsed input as it is. An ERR_INVALID may
 * stand for problems kept in the request's work. */
CHECKED Err *write_run(const Rest *r, RestRequest *request, Tx *tx);

/* Fills the answer, also after a failure `e`. ANSWERED, or PREPARE as rest_written() says. Quick,
 * never calls the store. */
RestNext write_finish(const Rest *r, RestRequest *request, const Err *e, int64_t seq);
