/* One name is waited for, on a thread that may take its time. */
#include "manager/transfer/backup_sender.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "manager/jobs/alarms.h"
#include "manager/transfer/autobackup_plan.h"
#include "store/files.h"

#define ALARM_TEXT_MAX 250
#define MARK_START ".unsent-"
#define MARK_MODE (S_IRUSR | S_IWUSR)
#define PATHS_BYTES ((size_t)64 * 1024)

void backup_sender_init(BackupSender *s, Store *store)
{
    *s = (BackupSender){.store = store};
    mutex_init(&s->lock);
}

void backup_sender_deinit(BackupSender *s)
{
    mutex_deinit(&s->lock);
}

/* --- what a restart is to know --- */

static const char *mark_path(const BackupSender *s, Arena *a, Str name)
{
    return files_backup_path(s->store, a, str_format(a, MARK_START "%.*s", STR_ARG(name)));
}

/* The backup is there all the same, and this server sends it. */
static void mark(const BackupSender *s, Arena *a, Str name)
{
    const Err *e = file_write(a, mark_path(s, a, name), MARK_MODE, STR(""));
    if (e != NULL) {
        log_warning("a restart would forget to send a backup file=%.*s reason=\"%s\"",
                    STR_ARG(name), e->text);
    }
}

/* One that stays names a backup that is sent once more, or is gone. */
static void unmark(const BackupSender *s, Arena *a, Str name)
{
    if (name.len > 0) {
        (void)unlink(mark_path(s, a, name)); /* as above */
    }
}

/* The name of the backup; empty: it is no mark. */
static Str marked_name(const struct dirent *entry)
{
    const Str name = str_from(entry->d_name);
    return str_starts_with(name, STR(MARK_START)) ? str_slice(name, strlen(MARK_START), name.len)
                                                  : STR("");
}

/* Of several, left by a stop, the newest counts: names sort by time. */
static void take_marked(BackupSender *s, Arena *a, Str name)
{
    const Str before = str_dup(a, str_from(s->unsent));
    if (strcmp(s->unsent, name.ptr) < 0 && name.len <= BACKUP_SENDER_NAME_MAX) {
        (void)snprintf(s->unsent, sizeof s->unsent, "%s", name.ptr);
        unmark(s, a, before);
    } else {
        unmark(s, a, name);
    }
}

void backup_sender_load(BackupSender *s, Arena *a)
{
    const char *path = files_backup_folder(s->store, a);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        if (errno != ENOENT) {
            log_warning("whether a backup is to be sent cannot be seen folder=%s reason=\"%s\"",
                        path, strerrordesc_np(errno));
        }
        return;
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    for (const struct dirent *entry = readdir(folder); entry != NULL;
         /* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
         entry = readdir(folder)) {
        const Str name = marked_name(entry);
        if (name.len > 0) {
            take_marked(s, a, name);
        }
    }
    (void)closedir(folder); /* only read */
}

/* --- what is to be sent --- */

void backup_sender_offer(BackupSender *s, Str name)
{
    MUST(name.len <= BACKUP_SENDER_NAME_MAX);
    CLEANUP(arena_free) Arena *a = arena_new(PATHS_BYTES);
    mark(s, a, name);
    mutex_lock(&s->lock);
    const Str before = str_dup(a, str_from(s->unsent));
    (void)snprintf(s->unsent, sizeof s->unsent, "%.*s", STR_ARG(name));
    mutex_unlock(&s->lock);
    if (!str_equal(before, name)) {
        unmark(s, a, before);
    }
}

/* Its name in the arena; empty: nothing. */
static Str look(BackupSender *s, Arena *a)
{
    mutex_lock(&s->lock);
    const Str name = s->ending ? STR("") : str_dup(a, str_from(s->unsent));
    mutex_unlock(&s->lock);
    return name;
}

/* Unless another one took its place, whose mark is another one, too. */
static void forget(BackupSender *s, Arena *a, Str name)
{
    unmark(s, a, name);
    mutex_lock(&s->lock);
    if (str_equal(str_from(s->unsent), name)) {
        s->unsent[0] = '\0';
    }
    mutex_unlock(&s->lock);
}

void backup_sender_end(BackupSender *s)
{
    mutex_lock(&s->lock);
    s->ending = true;
    mutex_unlock(&s->lock);
}

static bool is_ending(void *sender)
{
    BackupSender *s = sender;
    mutex_lock(&s->lock);
    const bool ending = s->ending;
    mutex_unlock(&s->lock);
    return ending;
}

/* --- sending --- */

static CHECKED Err *set_alarm(const BackupSender *s, Arena *a, const Err *failure)
{
    const Alarm alarm = {.level = STR("warning"),
                         .instance = STR("autobackup"),
                         .details = failure != NULL
                                        ? str_slice(str_from(failure->text), 0, ALARM_TEXT_MAX)
                                        : STR("")};
    return alarms_set(s->store, s->reader, a, STR("autobackup_upload_failed"), &alarm,
                      failure != NULL ? 1 : 0);
}

static CHECKED Err *send_open(BackupSender *s, Arena *a, const UploadTarget *target, int fd,
                              Str name)
{
    Err *e = upload_file(a, target, fd, name, is_ending, s);
    (void)close(fd); /* only read */
    return e;
}

/* One that is gone meanwhile needn't be sent; one that can't be read is still owed. */
static CHECKED Err *send_file(BackupSender *s, Arena *a, const UploadTarget *target, Str name,
                              bool *ret_sent)
{
    const char *path = files_backup_path(s->store, a, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        const int code = errno;
        return code == ENOENT
                   ? NULL
                   : err_detail(a, err(a, ERR_IO, "The backup to be sent cannot be read."),
                                "%s: %s", path, strerrordesc_np(code));
    }
    TRY(send_open(s, a, target, fd, name));
    *ret_sent = true;
    return NULL;
}

static CHECKED Err *send_backup(BackupSender *s, Arena *a, const UploadTarget *target, Str name)
{
    bool sent = false;
    Err *e = send_file(s, a, target, name, &sent);
    if (e != NULL && is_ending(s)) {
        return NULL; /* broken off: the server is not to blame */
    }
    TRY(set_alarm(s, a, e));
    if (e == NULL) {
        forget(s, a, name);
    }
    if (sent) {
        log_info("sent a backup file=%.*s", STR_ARG(name));
    }
    return e;
}

Err *backup_sender_run(void *sender, Arena *a, int64_t now_us)
{
    BackupSender *s = sender;
    (void)now_us;
    const Str name = look(s, a);
    if (name.len == 0) {
        return NULL;
    }
    AutobackupPlan plan = {.enabled = false};
    TRY(autobackup_plan_read(s->store, s->reader, a, &plan));
    if (plan.target.url.len == 0) { /* nobody waits for it any more */
        forget(s, a, name);
        return set_alarm(s, a, NULL);
    }
    return send_backup(s, a, &plan.target, name);
}
