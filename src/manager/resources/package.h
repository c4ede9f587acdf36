#pragma once

#include "manager/rest/answer.h"
#include "model/field.h"

/* ZIP archives that clients upload (wire 9.5): themes and brandings. They are kept as they come and
 * unpacked by nodes and browsers, so whatever could harm these is refused here, as a fault of the
 * field:
 *
 * - what is no archive, is cut or changed, or says two things about itself;
 * - more than the limits below, counted by what really comes out;
 * - names that lead out of the folder they are unpacked in, repeat, or can't be shown;
 * - links, devices, and what is encrypted or packed in a way that not everybody can unpack.
 *
 * Any thread. Slow: everything is unpacked once, into nothing. */

#define PACKAGE_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define PACKAGE_ENTRIES_MAX 10000
#define PACKAGE_DIRECTORY_BYTES_MAX ((size_t)4 * 1024 * 1024) /* of the list of entries */
#define PACKAGE_NAME_BYTES_MAX 512

/* In all; and from so much on, so many times the archive. Silence packs well, but a thousand times,
 * the most that the method can do, is a bomb. */
#define PACKAGE_UNPACKED_BYTES_MAX ((uint64_t)512 * 1024 * 1024)
#define PACKAGE_RATIO_FROM_BYTES ((uint64_t)16 * 1024 * 1024)
#define PACKAGE_RATIO_MAX 200

/* For ResourceHooks.check_file. content: borrowed. */
CHECKED Err *package_check(Arena *a, const Field *field, Str content, Problems *problems);
