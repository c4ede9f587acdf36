#pragma once

#include "manager/transfer/backup_folder.h"
#include "manager/transfer/snapshot.h"

/* Backups and snapshots that are made in the background, each with an object in
 * status/backup_request or status/snapshot_request that tells how far it is: initialising, running,
 * completed or failed. They are made one after the other by a thread. Objects and the files of
 * snapshots stay until the server ends, but for the oldest beyond REQUESTS_KEPT. Any thread. */

#define REQUESTS_KEPT 100
#define REQUESTS_WAITING_MAX 8

typedef struct Requests Requests;

/* What is borrowed must outlive it. Errors: ERR_IO. */
CHECKED Err *requests_new(Arena *errors, Store *store, BackupFolder *folder, Snapshots *snapshots,
                          Requests **ret_requests);

/* Waits for the one at hand; the others are given up. */
Requests *requests_free(Requests *r);
DEFINE_CLEANUP(Requests, requests_free);

/* What clients are told of a failure: its text, but of a disk or the like a plain sentence, for the
 * text may name files of the server; then it goes to the log. */
Str requests_failure_text(const Err *e);

/* Asks for one; *ret_uri: the address of its object, in `a`. Errors: ERR_BUSY (too many wait),
 * ERR_IO. */
CHECKED Err *requests_add_backup(Requests *r, Arena *a, Str passphrase, Str *ret_uri);
CHECKED Err *requests_add_snapshot(Requests *r, Arena *a, const SnapshotRange *range, Str *ret_uri);
