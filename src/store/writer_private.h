#pragma once

#include "store/store_private.h"
#include "store/versions.h"

/* What the writer shows to the rest of store/. */

const Versions *writer_versions(const Writer *w);
