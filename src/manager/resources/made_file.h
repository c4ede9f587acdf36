#pragma once

#include "manager/rest/answer.h"

/* Answers with a file that the server made, under that name; a link isn't followed. Opens it, and
 * the answer takes the descriptor over, so that the file may lose its name meanwhile. Any thread.
 * ERR_NOT_FOUND if it isn't there. */
CHECKED Err *made_file_answer(Arena *a, const char *path, Str name, RestAnswer *answer);
