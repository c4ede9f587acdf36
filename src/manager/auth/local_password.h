#pragma once

#include "store/store.h"

/* The way back in for who may write the data folder: rostrad passwd.
 *
 * Sets the password of a local administrator, enables the account, and sees to it that it is of
 * use: passwords are taken again (authentication.api_oauth2_disable_basic), and local accounts are
 * among those that may sign in (authentication.source, to which LOCAL is added).
 *
 * *ret_note: what was changed of the settings, a line in `a` for who asked; empty if nothing.
 *
 * Waits for the commit: not on a loop or writer thread. Errors: ERR_INVALID (not a valid name or
 * password, or nobody has the name), ERR_IO. */
CHECKED Err *local_password_set(Store *store, Arena *a, Str user, Str password, Str *ret_note);
