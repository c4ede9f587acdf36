#pragma once

/* Something to do on a loop's thread. Embedded in the caller's own struct, which stays until `run`
 * was called; `run` may free it. */
typedef struct HttpTask HttpTask;
struct HttpTask {
    void (*run)(HttpTask *task, void *loop_context);
    HttpTask *next; /* of http/ */
};
