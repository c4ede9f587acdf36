#pragma once

#include <stdlib.h>

#include "store/script.h"
#include "test.h"

/* What the tests of jobs share: a store of the real model, and a reader of it. */

static inline void check(const Err *e)
{
    if (e != NULL) {
        fail_msg("%s (%s) at %s", e->text, e->detail != NULL ? e->detail : "", e->where);
    }
}

typedef struct JobsFixture {
    Script *script;
    Reader *reader;
} JobsFixture;

static inline JobsFixture jobs_fixture_new(void)
{
    JobsFixture f = {.script = script_new()};
    check(reader_new(f.script->arena, f.script->store, &f.reader));
    return f;
}

/* Looks whether the store is whole first. */
static inline void jobs_fixture_end(Script *script, Reader *reader)
{
    (void)reader_free(reader);
    assert_string_equal(script_check(script), "");
    (void)script_free(script);
}
