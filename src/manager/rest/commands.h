#pragma once

#include "base/json.h"
#include "manager/auth/principal.h"
#include "manager/rest/answer.h"
#include "manager/rest/multipart.h"
#include "store/reader.h"

/* What carries commands out (wire 12). Each file of manager/command/ fills a table of these; rest/
 * is handed all of them and finds them by command. Before run() the arguments were read and checked
 * by the model, as a body of the configuration is; a command without an entry is refused honestly,
 * with a 400, since clients take a 2xx for "done". */

typedef struct CommandEntry CommandEntry;

/* One call of a command. Everything but the files lives in the request's arena. */
typedef struct CommandCall {
    Arena *arena;
    Store *store;
    Reader *reader; /* of the thread; no snapshot is open */
    const CommandEntry *entry;
    const Row *arguments;     /* typed; what wasn't given has its default */
    const Str *clear;         /* clear texts of secrets by Field.index; STR_NONE: not given */
    const Part *const *files; /* by Field.index; NULL: not given. Gone after run() */
    const Principal *principal;
    void *context;      /* RestOptions.command_context: the server's */
    Problems *problems; /* what is wrong with arguments: run() may add to it */
    RestAnswer *answer; /* empty */
} CommandCall;

struct CommandEntry {
    uint16_t command; /* RES_COMMAND_… */
    uint16_t subject; /* FLD_…: the argument that says what it is about; for run() alone */
    /* Puts other spellings that clients use into those of the model, before arguments are read; may
     * change the members of `body`. NULL: there are none. */
    void (*spell)(Arena *a, Json *body);
    /* On the slow pool. Success without an answer filled means 202 with data null. Errors:
     * ERR_INVALID becomes the failure of wire 12.2, others as for any request. */
    Err *(*run)(CommandCall *call);
};

/* 202 {"data": …, "status": "success"}; data: JSON, taken over; NULL: null. */
void command_answer_success(RestAnswer *answer, Buf *data);

/* 202 with the address of an object that tells how far it is (wire 12.4). */
void command_answer_request(RestAnswer *answer, Str uri);

/* Notes a problem of the argument `field` (FLD_…). */
void command_problem(const CommandCall *call, uint16_t field, Str text);
