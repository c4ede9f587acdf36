#pragma once

/* Requests made of a fuzzer's bytes: names of resources and fields come from the model, values from
 * small pools, so that requests of one input meet each other's rows. Every byte string gives some
 * request; missing bytes count as 0, which chooses what is short. */

#include <stdint.h>

#include "base/buf.h"
#include "model/model.h"

#define GRAMMAR_HEADERS_MAX 5
#define GRAMMAR_KNOWN_MAX 24

typedef struct Grammar {
    const uint8_t *data;
    size_t size;
    size_t at;
    Arena *arena; /* of the input */
    const Model *model;
    const Resource *focus;        /* what most requests of the input are about */
    Str known[GRAMMAR_KNOWN_MAX]; /* URIs of objects that were made, a ring */
    size_t n_known;               /* in all */
    Str etag;                     /* of the last answer that had one */
} Grammar;

typedef struct GrammarRequest {
    const char *method;
    Str path;
    Str query;
    const char *headers[2 * GRAMMAR_HEADERS_MAX + 1]; /* names and values by turns, then NULL */
    Str body;
    const Resource *resource; /* what it is about */
} GrammarRequest;

/* Chooses what the input is about. */
void grammar_begin(Grammar *g, Arena *a, const Model *model, const uint8_t *data, size_t size);

/* False when the bytes are used up. */
bool grammar_next(Grammar *g, GrammarRequest *ret_request);

/* An object was made. */
void grammar_know(Grammar *g, Str uri);
