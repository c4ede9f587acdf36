/* Which jobs there are, and what each is given. A table has one thread, which does one job at a
 * time: so a job belongs where its neighbours can wait for as long as it takes. */
#include "manager/server/schedule.h"

#include <stdlib.h>

#include "base/datetime.h"
#include "manager/auth/access_token.h"
#include "manager/auth/session_store.h"
#include "manager/jobs/certificates.h"
#include "manager/jobs/files.h"
#include "manager/jobs/jobs.h"
#include "manager/jobs/management_vm.h"
#include "manager/jobs/memory.h"
#include "manager/jobs/mirror.h"
#include "manager/jobs/retention.h"
#include "manager/transfer/autobackup.h"

struct Schedule {
    Store *store;
    Reader *live_reader; /* of the first start, then of the live jobs' thread */
    Mirrors mirrors;
    Jobs *live;
    Reader *upkeep_reader; /* of the upkeep jobs' thread */
    Retention retention;
    FilesUpkeep files;
    AccessTokenCleaning tokens;
    SessionsUpkeep sessions;
    CertificateAlarms certificates;
    MemoryUpkeep memory;
    Jobs *upkeep;
    Reader *backups_reader; /* of the backups' thread */
    Autobackup autobackup;
    Jobs *backups;
    BackupSender sender;
    Reader *sender_reader; /* of the uploads' thread */
    Jobs *uploads;
};

static Err *start_live(Schedule *s, Arena *a)
{
    TRY(reader_new(a, s->store, &s->live_reader));
    TRY(reader_connect(s->live_reader, a));
    s->mirrors = (Mirrors){.store = s->store, .reader = s->live_reader};
    TRY(mirrors_run(&s->mirrors, a, datetime_now_us()));
    const Job table[] = {
        {"live rows", MIRRORS_PERIOD_US, mirrors_run, &s->mirrors, 0},
        {"management_vm", MANAGEMENT_VM_PERIOD_US, management_vm_run, s->store, 0},
    };
    return jobs_new(a, "live", table, ARRAY_N(table), &s->live);
}

static Err *start_upkeep(Schedule *s, Arena *a, Sessions *sessions)
{
    TRY(reader_new(a, s->store, &s->upkeep_reader));
    TRY(reader_connect(s->upkeep_reader, a));
    s->retention =
        (Retention){.store = s->store, .reader = s->upkeep_reader, .limits = &retention_limits};
    s->tokens = (AccessTokenCleaning){
        .store = s->store, .reader = s->upkeep_reader, .steady_us = ACCESS_TOKEN_STEADY_US};
    s->sessions =
        (SessionsUpkeep){.sessions = sessions, .store = s->store, .reader = s->upkeep_reader};
    s->files =
        (FilesUpkeep){.store = s->store, .reader = s->upkeep_reader, .steady_us = FILES_STEADY_US};
    s->certificates = (CertificateAlarms){.store = s->store, .reader = s->upkeep_reader};
    const Job table[] = {
        {"expired tokens", ACCESS_TOKEN_CLEANING_PERIOD_US, access_token_clean, &s->tokens, 0},
        {"sessions", SESSIONS_UPKEEP_PERIOD_US, sessions_upkeep, &s->sessions, 0},
        {"validity of certificates", CERTIFICATES_PERIOD_US, certificates_run, &s->certificates, 0},
        {"unused files", FILES_PERIOD_US, files_upkeep_run, &s->files, 0},
        {"free memory", MEMORY_PERIOD_US, memory_run, &s->memory, 0},
        {"retention of history", RETENTION_PERIOD_US, retention_run, &s->retention, 0},
    };
    return jobs_new(a, "upkeep", table, ARRAY_N(table), &s->upkeep);
}

static Err *start_backups(Schedule *s, Arena *a, BackupFolder *folder)
{
    TRY(reader_new(a, s->store, &s->backups_reader));
    s->autobackup = (Autobackup){
        .store = s->store, .reader = s->backups_reader, .folder = folder, .sender = &s->sender};
    const Job table[] = {
        {"backups", BACKUP_FOLDER_PERIOD_US, backup_folder_run, folder, 0},
        {"autobackup", AUTOBACKUP_PERIOD_US, autobackup_run, &s->autobackup, AUTOBACKUP_RETRY_US},
    };
    return jobs_new(a, "backups", table, ARRAY_N(table), &s->backups);
}

static Err *start_uploads(Schedule *s, Arena *a)
{
    TRY(reader_new(a, s->store, &s->sender_reader));
    s->sender.reader = s->sender_reader;
    backup_sender_load(&s->sender, a);
    const Job table[] = {
        {"upload of backups", BACKUP_SENDER_PERIOD_US, backup_sender_run, &s->sender,
         BACKUP_SENDER_RETRY_US},
    };
    return jobs_new(a, "uploads", table, ARRAY_N(table), &s->uploads);
}

Err *schedule_new(Arena *errors, Store *store, Sessions *sessions, BackupFolder *backups,
                  Schedule **ret_schedule)
{
    CLEANUP(schedule_free) Schedule *s = calloc(1, sizeof *s);
    MUST(s != NULL);
    s->store = store;
    backup_sender_init(&s->sender, store);
    TRY(start_live(s, errors));
    TRY(start_upkeep(s, errors, sessions));
    TRY(start_uploads(s, errors));
    TRY(start_backups(s, errors, backups));
    *ret_schedule = s;
    s = NULL;
    return NULL;
}

Schedule *schedule_free(Schedule *s)
{
    if (s == NULL) {
        return NULL;
    }
    backup_sender_end(&s->sender);
    s->upkeep = jobs_free(s->upkeep);
    s->upkeep_reader = reader_free(s->upkeep_reader);
    s->live = jobs_free(s->live);
    s->backups = jobs_free(s->backups);
    s->backups_reader = reader_free(s->backups_reader);
    s->uploads = jobs_free(s->uploads);
    s->sender_reader = reader_free(s->sender_reader);
    backup_sender_deinit(&s->sender);
    s->live_reader = reader_free(s->live_reader);
    free(s);
    return NULL;
}
