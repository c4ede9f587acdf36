#pragma once

#include "store/store_private.h"

/* What the tests of the store share: a model of a few resources that has every kind of relation,
 * and a store of it in a temporary folder, made without seeds and writers. Model files and rows are
 * written as JSON with ' for ". */

typedef struct Fixture {
    Arena *arena;
    Model *model;
    Store store; /* only what reading needs */
    char folder[64];
} Fixture;

/* configuration/{room, alias, participant, theme, tag}, status/{call, call.stream, call.load},
 * history/meeting. */
extern const ModelFile fixture_files[];
extern const size_t fixture_n_files;

/* Loads model files; version.json is added with that number. */
Model *fixture_model(Arena *a, const ModelFile files[], size_t n, int64_t number);

Fixture *fixture_new(void);
Fixture *fixture_free(Fixture *f);

/* A folder of its own under /tmp, and its removal with all that is in it. */
void fixture_make_folder(char folder[64]);
void fixture_remove_folder(const char *folder);

/* "room" is configuration/room. */
const Resource *fixture_resource(const Fixture *f, const char *name);

/* Inserts a row: {'id': 1, 'name': 'Alpha', 'tags': ['a']}; '_parent' of a nested one. */
void fixture_add(Fixture *f, const char *resource, const char *text);

/* An expression such as "aliases__alias__icontains=x" or "id__in=1,2"; ret->regex must be freed
 * with fixture_filter_free(). */
void fixture_filter(const Fixture *f, const Resource *r, const char *text, Filter *ret);
void fixture_filter_free(Filter *filter);

/* "-name" or "theme__name". */
Order fixture_order(const Fixture *f, const Resource *r, const char *text);

/* "1,2,3" */
Str fixture_join(Arena *a, const Value keys[], size_t n);

/* Fails the test with the error's text. */
void fixture_ok(const Err *e);
