#pragma once

#include "manager/rest/body.h"
#include "manager/rest/rest.h"

/* Commands (wire 12): arguments are read and checked by the model, then the command is answered.
 * What needs a live call or a part of the program that isn't there is refused, never accepted for
 * nothing. Fills the answer. */
void command_answer(const Rest *r, RestRequest *request, const Body *body);
