#pragma once

#include "manager/auth/directory.h"
#include "manager/auth/grant.h"

/* Between the directory and the store: the settings by which it is asked, and what a user of it may
 * do by the groups he is in. Inside a snapshot of the reader. */

#define DIRECTORY_AUTHORITIES_MAX 1000 /* that are trusted */
#define DIRECTORY_MAPPINGS_MAX 10000   /* of each kind that count */

/* Errors: ERR_IO (the password can't be opened, too). */
CHECKED Err *directory_account_settings(const Store *store, Reader *reader, Arena *a,
                                        DirectorySettings *ret_settings);

/* Adds to an empty grant: "ldap:NAME" with the rights of all roles that `ldap_role`, or
 * `role_mapping` for LDAP, give to one of the groups. Who has none may do nothing. groups[n]:
 * comparable names (directory_name.h). It is void as soon as any mapping, local account or one of
 * these roles changes, or the settings of authentication. Errors: ERR_IO. */
CHECKED Err *directory_account_grant(Reader *reader, Arena *a, Str name, const Str groups[],
                                     size_t n, Grant *grant);
