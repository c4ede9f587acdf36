#pragma once

#include "manager/rest/body.h"
#include "manager/rest/reference.h"

/* One object of a body, typed by its resource: which fields are present, their values, the objects
 * that relations name. Made once, before the writer is asked; never changed by it, but that
 * write_prepare() fills in what INPUT_SECRET and INPUT_FILE leave open. Lies in the request's arena
 * and borrows texts from the body; contents of files last as long as the body's mapping.
 *
 * "Given" means: a known, writable name with a value that doesn't mean "as if absent". A given
 * field with a fault has no InputField: its fault is noted, and the rest is looked at all the same.
 */

typedef enum InputKind {
    INPUT_VALUE,   /* value; also of a secret that is cleared */
    INPUT_NULL,    /* of a secret or a to-many: what it means depends on the method */
    INPUT_SECRET,  /* clear; value: sealed (hash: made by write_prepare(); input: none) */
    INPUT_MASK,    /* clear: the mask that must be the field's own */
    INPUT_FILE,    /* file; value: the stored description, made by write_prepare() */
    INPUT_TO_ONE,  /* members[0] */
    INPUT_TO_MANY, /* members[n] */
} InputKind;

typedef struct InputField {
    const Field *field;
    InputKind kind;
    Value value;
    Str clear;
    const Part *file;
    const Reference *members;
    size_t n_members;
} InputField;

struct Input {
    const Resource *resource;
    InputField *fields; /* those given, without faults, in the order given */
    size_t n_fields;
    uint64_t *given;  /* bits by Field.index: those given, also with a fault */
    Value id;         /* a key of its own choice; VALUE_NONE */
    bool wrong_id;    /* its id can't be a key */
    Value uri_key;    /* of its resource_uri; VALUE_NONE */
    bool foreign_uri; /* its resource_uri isn't one of this resource */
};

/* Types an object. Unknown names and read-only fields are ignored.
 *
 *   files     the body's file parts; NULL: none
 *   parent    of a child inside its parent: the to-one that leads there, which isn't read; else
 *             NULL */
CHECKED Err *input_read(const Typing *t, const Resource *r, const Json *object, const Body *files,
                        const Field *parent, Input **ret_input);

/* Whether a client may have a new object made under this key: an integer from 1 to 2^31-1, or a
 * UUID. Other texts are made by the server alone. */
bool input_may_choose_key(const Resource *r, Value key);

/* Whether it was given, also with a fault. */
bool input_gives(const Input *input, const Field *f);

/* The field as it was given; NULL if it wasn't, or has a fault. */
const InputField *input_field(const Input *input, const Field *f);

/* What a creation needs: notes every required field that isn't given, and a wrong id. `parent` as
 * above. */
void input_check_new(const Typing *t, const Input *input, const Field *parent);

/* Clear texts of secrets by Field.index, as hooks want them; STR_NONE: not given. */
const Str *input_clear_texts(Arena *a, const Input *input);

/* Objects that writing it touches, itself and the members of its to-many fields included. */
size_t input_n_objects(const Input *input);
