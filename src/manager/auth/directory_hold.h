#pragma once

#include "store/store.h"

/* A directory that hangs is taken for unreachable for some seconds, so that not everybody who wants
 * to sign in waits for it as long again. Until the settings of authentication change, or it answers
 * somebody who had already begun. Any thread. */

#define DIRECTORY_HOLD_US (INT64_C(5) * 1000000)

/* What failed earlier than this didn't hang: who asks next learns as quickly. */
#define DIRECTORY_HANGS_US (INT64_C(5) * 1000000)

typedef struct DirectoryHold DirectoryHold;

DirectoryHold *directory_hold_new(const Store *store);
DirectoryHold *directory_hold_free(DirectoryHold *h);
DEFINE_CLEANUP(DirectoryHold, directory_hold_free);

/* Whether it isn't to be asked now. now_us: monotonic. */
bool directory_hold_is_on(DirectoryHold *h, int64_t now_us);

/* It failed, having been asked at begun_us by the settings as of `seq`. True: the first to see that
 * it hangs. */
bool directory_hold_failed(DirectoryHold *h, int64_t begun_us, int64_t now_us, int64_t seq);

/* It answered. */
void directory_hold_answered(DirectoryHold *h);
