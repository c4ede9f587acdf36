#pragma once

/* The model in the binary, for tests of what is done by it. */

#include "model/model.h"

typedef struct ModelFixture {
    Arena *arena;
    Model *model;
} ModelFixture;

static inline int model_fixture_set_up(void **state)
{
    ModelFixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new(64 << 20);
    const Err *e = model_load(f->arena, model_embedded_files, model_n_embedded_files, &f->model);
    if (e != NULL) {
        print_error("%s\n", e->text);
    }
    *state = f;
    return e != NULL;
}

static inline int model_fixture_tear_down(void **state)
{
    ModelFixture *f = *state;
    f->model = model_free(f->model);
    f->arena = arena_free(f->arena);
    free(f);
    return 0;
}

static inline const Resource *model_fixture_resource(const ModelFixture *f, Family family,
                                                     const char *file)
{
    const Resource *r = model_resource(f->model, family, str_from(file));
    assert_non_null(r);
    return r;
}
