#pragma once

#include "store/row.h"

/* What it depends on that somebody is who he said when he signed in, as a text: another one as soon
 * as what began by it is to end for good, whatever is set back later. Made of the password's hash
 * and of counts that rise when an account is disabled, a source of accounts is given up, or another
 * directory is to be asked. Never shown. Lies in `a`. */

/* settings: authentication/1. */
Str account_stamp_local(Arena *a, const Row *settings, const Row *administrator);
Str account_stamp_directory(Arena *a, const Row *settings);

/* The counts, for who writes these rows: sets them in `new`. old: as it is stored. */
void account_stamp_administrator_written(const Row *old, Row *new);
void account_stamp_settings_written(const Row *old, Row *new);
