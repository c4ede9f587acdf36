#pragma once

#include "store/changelog.h"
#include "store/store_private.h"
#include "store/writer.h"

/* A store of the real model in a temporary folder, written to by short scripts.
 *
 * A script is one request; its operations are separated by ";":
 *     create RESOURCE [ID] FIELD=VALUE...     update RESOURCE ID FIELD=VALUE...
 *     delete RESOURCE ID                      link RESOURCE.FIELD ID [ID...]   (the whole set)
 *     touch RESOURCE ID                       fail TEXT
 * A value is a number for what is stored as one, "-" for null, text without blanks otherwise.
 * Fields that a creation doesn't name get their defaults. */

typedef struct Script {
    Arena *arena;
    Model *model;
    bool borrows_model;
    Store *store;   /* NULL while it is closed */
    Reader *reader; /* NULL until it is needed */
    char folder[48];
    char error[256]; /* "FIELD: TEXT" of the last request's failure */
    int64_t seq;     /* of its last change */
    WriteRequest request;
} Script;

Script *script_new(void);

/* A copy of a closed one as it lies in its folder, which is quicker; shares its model. */
Script *script_new_like(const Script *other);
Script *script_free(Script *s);

void script_close(Script *s);

/* Ends the store and opens it again. */
void script_reopen(Script *s);

/* What store_open() answers, without ending the test. */
const Err *script_open(Script *s);

const Resource *script_resource(const Script *s, const char *name);

/* Runs one; the text of its failure, "" if there was none. */
const char *script_run(Script *s, const char *script);

/* Runs one that must succeed. */
void script_do(Script *s, const char *script);

/* The changes since a number, a line each:
 *     create conference 5        update conference 5 {"name": "b"} {"name": "a"}
 *     delete conference 5        link automatic_participant.conference 1 5 */
const char *script_log(Script *s, int64_t after_seq);

/* A value as in scripts; "gone" without such a row. */
const char *script_value(Script *s, const char *resource, int64_t id, const char *field);

/* Whether a row has this value in a unique field. */
bool script_has(Script *s, const char *resource, const char *field, const char *value);

/* Version of a row; 0 without one. */
int64_t script_version(Script *s, const char *resource, int64_t id);

/* Rows by the kept count. script_count(): of a configuration resource. */
int64_t script_count(Script *s, const char *resource);
int64_t script_count_of(Script *s, const Resource *resource);

/* What store_check() reports. */
const char *script_check(Script *s);

/* A statement of its own, for damage. */
void script_sql(Script *s, StoreFile file, const char *sql);
