#pragma once

#include "base/err.h"
#include "base/json.h"

/* Reads one JSON object of a model file by the names of its members. The first fault is kept, later
 * calls then do nothing, and finish() also fails on a member that nobody asked for: a misspelt key
 * can't pass. */

/* A bit each in ModelReader.taken. */
enum { MODEL_MEMBERS_MAX = 64 };

typedef struct ModelReader {
    Arena *errors;
    Str file;  /* for the texts of faults */
    Str place; /* field or seed; empty: the resource itself */
    const Json *object;
    uint64_t taken; /* bit i: the i-th member was asked for */
    Err *error;     /* the first fault, in `errors`; NULL: none so far */
} ModelReader;

typedef enum ModelType {
    MODEL_TEXT = 1,
    MODEL_INTEGER = 2,
    MODEL_BOOLEAN = 4,
    MODEL_ARRAY = 8,
    MODEL_OBJECT = 16,
    MODEL_NULL = 32,
    MODEL_FLOAT = 64,
    MODEL_ANY = 128 - 1,
} ModelType;

/* object: must be one, else that is the first fault. */
void model_reader_init(ModelReader *r, Arena *errors, Str file, Str place, const Json *object);

/* The member of that name; NULL if it is absent or of another type than `types` (ModelType or'ed)
 * allows, which is a fault. */
const Json *model_reader_take(ModelReader *r, const char *name, unsigned types);
const Json *model_reader_need(ModelReader *r, const char *name, unsigned types);

/* The usual cases, with what an absent member gives. */
Str model_reader_text(ModelReader *r, const char *name);
Str model_reader_need_text(ModelReader *r, const char *name); /* not empty */
bool model_reader_boolean(ModelReader *r, const char *name, bool absent);
bool model_reader_integer(ModelReader *r, const char *name,
                          int64_t *ret_number); /* true: present */

/* Position of the text in names[n]; `absent` if there is none, a fault if it is no such name. */
int model_reader_choice(ModelReader *r, const char *name, const char *const names[], int n,
                        int absent);

/* Notes a fault about this place. */
void model_reader_fail(ModelReader *r, const char *format, ...) PRINTF_LIKE(2, 3);

CHECKED Err *model_reader_finish(ModelReader *r);

/* "FILE: PLACE: text". */
#define model_fault(errors, file, place, ...)                                                      \
    model_fault_at((errors), ERR_WHERE, (file), (place), __VA_ARGS__)
Err *model_fault_at(Arena *errors, const char *where, Str file, Str place, const char *format, ...)
    PRINTF_LIKE(5, 6);
