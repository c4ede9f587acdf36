#pragma once

#include "manager/rest/hooks.h"

/* All resources that do something beyond being stored: a file each in this folder, one line each in
 * resources.c. */
extern const ResourceHooks *const resources_hooks[];
extern const size_t resources_n_hooks;
