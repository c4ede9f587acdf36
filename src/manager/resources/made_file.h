#pragma once

#include "manager/rest/answer.h"

/* Answers with a file that the server made, under that name. ERR_NOT_FOUND if it isn't there. */
CHECKED Err *made_file_answer(Arena *a, const char *path, Str name, RestAnswer *answer);
