#pragma once

#include "base/buf.h"
#include "store/store.h"

/* The numbers of this process and its store at one moment, as a JSON object: for snapshots whose
 * reader asks why a server is slow, large or stuck. Numbers and names of our own files only: no
 * addresses, no users, no paths. What the system doesn't tell is null. Any thread; `a` is for
 * scratch. */
void metrics_put(Buf *out, Arena *a, const Store *s);
