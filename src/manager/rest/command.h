#pragma once

#include "manager/rest/body.h"
#include "manager/rest/rest.h"

/* The stages of a command (wire 12), between the body and what carries it out (commands.h). A
 * command is a resource of the model without rows: its fields are the arguments, so that input.h
 * reads them. It has no stage on a writer thread; one that writes asks the store itself, and waits.
 */

/* Reads and checks the arguments by the model. PREPARE, with request->work filled, or ANSWERED with
 * what is wrong. */
RestNext command_parse(const Rest *r, RestRequest *request, const Body *body);

/* Carries it out, on a thread that may wait; fills the answer. */
void command_run(const Rest *r, RestRequest *request, Reader *reader);
