/* When backups by schedule are due, and what happens then. */
#include "test.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/file.h"
#include "manager/transfer/autobackup.h"
#include "manager/transfer/upload.h"
#include "manager_rest/rest_fixture.h"
#include "store/files.h"

#define AUTOBACKUP "/api/admin/configuration/v1/autobackup/1/"
#define HOUR_US (3600 * DATETIME_SECOND_US)

static int64_t time_of(const char *text)
{
    int64_t time_us = 0;
    assert_true(datetime_parse(str_from(text), &time_us));
    return time_us;
}

static void test_due(void **state)
{
    (void)state;
    static const struct {
        const char *now;
        int64_t start_hour, interval_hours;
        const char *due;
    } cases[] = {
        {"2026-11-25T12:00:00", 1, 24, "2026-11-25T01:00:00"},
        {"2026-11-25T01:00:00", 1, 24, "2026-11-25T01:00:00"},
        {"2026-11-25T00:59:59.999999", 1, 24, "2026-11-24T01:00:00"},
        {"2026-11-25T12:30:00", 0, 1, "2026-11-25T12:00:00"},
        {"2026-11-25T12:30:00", 1, 6, "2026-11-25T07:00:00"},
        {"2026-11-25T00:30:00", 1, 7, "2026-11-24T22:00:00"}, /* 1, 8, 15, 22, then 1 again */
        {"2026-11-25T01:30:00", 1, 7, "2026-11-25T01:00:00"},
        {"2026-11-25T22:59:59", 23, 24, "2026-11-24T23:00:00"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const int64_t due_us =
            autobackup_due_us(time_of(cases[i].now), cases[i].start_hour, cases[i].interval_hours);
        if (due_us != time_of(cases[i].due)) {
            fail_msg("case %zu", i);
        }
    }
}

static void test_schemes(void **state)
{
    (void)state;
    assert_true(upload_takes(STR("ftp://h/")));
    assert_true(upload_takes(STR("FTPS://h")));
    assert_true(upload_takes(STR("https://h/x")));
    assert_false(upload_takes(STR("file:///etc/passwd")));
    assert_false(upload_takes(STR("gopher://h")));
    assert_false(upload_takes(STR("sftp://h"))); /* nobody would look whose server it is */
    assert_false(upload_takes(STR("")));
}

typedef struct Case {
    RestFixture *rest;
    Arena *job_arena;
    Autobackup job;
    BackupSender sender;
} Case;

static int set_up(void **state)
{
    Case *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->rest = rest_fixture_new(0, NULL, 0);
    c->job_arena = arena_new(64 << 20);
    c->job = (Autobackup){.store = c->rest->store,
                          .reader = c->rest->reader,
                          .folder = backup_folder_new(c->rest->store, c->rest->folder),
                          .sender = &c->sender};
    backup_sender_init(&c->sender, c->rest->store);
    c->sender.reader = c->rest->reader;
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    Case *c = *state;
    c->job.folder = backup_folder_free(c->job.folder);
    c->job_arena = arena_free(c->job_arena);
    backup_sender_deinit(&c->sender);
    rest_fixture_free(c->rest);
    free(c);
    return 0;
}

static size_t n_backups(Case *c)
{
    size_t n = 0;
    DIR *folder = opendir(files_backup_folder(c->rest->store, c->rest->arena));
    for (struct dirent *e = NULL; folder != NULL && (e = readdir(folder)) != NULL;) {
        n += str_starts_with(str_from(e->d_name), STR("rostra_autobackup_"));
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return n;
}

static const Err *run_at(Case *c, const char *text)
{
    arena_reset(c->job_arena);
    return autobackup_run(&c->job, c->job_arena, time_of(text));
}

static const Err *send(Case *c)
{
    arena_reset(c->job_arena);
    return backup_sender_run(&c->sender, c->job_arena, 0);
}

static void configure(Case *c, const char *body)
{
    (void)rest_fixture_text(c->rest, "PATCH", AUTOBACKUP, body, 202);
}

#define ON "{\"autobackup_enabled\": true, \"autobackup_passphrase\": \"p\"}"

/* Switching it on makes none; the next time of the schedule does, once. */
static void test_schedule(void **state)
{
    Case *c = *state;
    assert_null(run_at(c, "2026-11-25T12:00:00"));
    configure(c, ON);
    assert_null(run_at(c, "2026-11-25T12:01:00"));
    assert_null(run_at(c, "2026-11-26T00:59:00"));
    assert_int_equal(n_backups(c), 0);
    assert_null(run_at(c, "2026-11-26T01:00:10"));
    assert_null(run_at(c, "2026-11-26T01:01:00"));
    assert_int_equal(n_backups(c), 1);
    configure(c, "{\"autobackup_enabled\": false}");
    assert_null(run_at(c, "2026-11-27T01:01:00"));
    assert_int_equal(n_backups(c), 1);
    assert_non_null(strstr(rest_fixture_get(c->rest, "/api/admin/configuration/v1/system_backup/"),
                           "\"type\": \"auto\""));
}

/* So many are kept. */
static void test_kept(void **state)
{
    Case *c = *state;
    configure(c, ON);
    configure(c, "{\"autobackup_interval\": 1}");
    assert_null(run_at(c, "2026-11-25T00:30:00"));
    for (int hour = 1; hour <= AUTOBACKUP_KEPT + 2; hour++) {
        char text[32];
        (void)snprintf(text, sizeof text, "2026-11-25T%02d:00:10", hour);
        assert_null(run_at(c, text));
        assert_int_equal(n_backups(c), MIN(hour, AUTOBACKUP_KEPT));
    }
}

/* Backups whose names are of a time to come, made while the clock was ahead, go before the new
 * ones.
 */
static void test_kept_after_the_clock_was_ahead(void **state)
{
    Case *c = *state;
    Str names[3];
    const char *folder = files_backup_folder(c->rest->store, c->rest->arena);
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        rest_fixture_check(backup_folder_make(c->job.folder, c->rest->arena, STR("p"),
                                              BACKUP_AUTOMATIC, &names[i]));
    }
    const char *ahead[2];
    for (size_t i = 0; i < ARRAY_N(ahead); i++) {
        ahead[i] =
            str_format(c->rest->arena, "%s/rostra_autobackup_2%zu00-01-01.rostrabak", folder, i + 2)
                .ptr;
        const char *old = files_backup_path(c->rest->store, c->rest->arena, names[i]);
        assert_int_equal(rename(old, ahead[i]), 0);
    }
    rest_fixture_check(backup_folder_run(c->job.folder, c->job_arena, 0));
    rest_fixture_check(backup_folder_prune(c->job.folder, c->job_arena, 2));
    assert_false(file_exists(ahead[0]));
    assert_true(file_exists(ahead[1]));
    assert_true(file_exists(files_backup_path(c->rest->store, c->rest->arena, names[2])));
    assert_null(strstr(rest_fixture_get(c->rest, "/api/admin/configuration/v1/system_backup/"),
                       "2200-01-01"));
    rest_fixture_check(backup_folder_prune(c->job.folder, c->job_arena, 1));
    assert_false(file_exists(ahead[1]));
    assert_int_equal(n_backups(c), 1);
}

/* Seen: a backup made while the clock was a year ahead was the last one until a restart. */
static void test_clock_was_ahead(void **state)
{
    Case *c = *state;
    configure(c, ON);
    assert_null(run_at(c, "2026-11-25T12:00:00"));
    assert_null(run_at(c, "2027-11-25T12:00:00"));
    assert_int_equal(n_backups(c), 1);
    assert_null(run_at(c, "2026-11-25T12:01:00"));
    assert_null(run_at(c, "2026-11-25T12:01:20"));
    assert_int_equal(n_backups(c), 2);
    assert_null(run_at(c, "2026-11-26T01:00:10"));
    assert_int_equal(n_backups(c), 3);
}

/* One that a server that didn't run has missed is made at once. */
static void test_missed(void **state)
{
    Case *c = *state;
    configure(c, ON);
    assert_null(run_at(c, "2001-01-01T00:30:00"));
    assert_null(run_at(c, "2001-01-01T01:00:10"));
    assert_int_equal(n_backups(c), 1);
    c->job.looked = false; /* another start, in the far future of the file */
    c->job.enabled = false;
    c->job.done_us = 0;
    assert_null(run_at(c, "2200-01-01T12:00:00"));
    assert_int_equal(n_backups(c), 2);
}

/* A failed upload is told, tried again later, and leaves the backup. */
static void test_failed_upload(void **state)
{
    Case *c = *state;
    configure(c, ON);
    configure(c, "{\"autobackup_upload_url\": \"ftp://127.0.0.1:1/x\"}");
    assert_null(run_at(c, "2026-11-25T00:30:00"));
    assert_null(run_at(c, "2026-11-25T01:00:10"));
    const Err *e = send(c);
    assert_true(e != NULL && e->kind == ERR_IO && strstr(e->text, "upload failed") != NULL);
    assert_int_equal(n_backups(c), 1);
    assert_non_null(strstr(rest_fixture_get(c->rest, "/api/admin/status/v1/alarm/"),
                           "autobackup_upload_failed"));
    assert_null(run_at(c, "2026-11-25T01:00:30")); /* making goes its own way */
    assert_non_null(send(c));
    assert_int_equal(n_backups(c), 1);
    configure(c, "{\"autobackup_upload_url\": \"\"}");
    assert_null(send(c));
    assert_null(strstr(rest_fixture_get(c->rest, "/api/admin/status/v1/alarm/"),
                       "autobackup_upload_failed"));
}

static bool is_marked(Case *c)
{
    bool marked = false;
    DIR *folder = opendir(files_backup_folder(c->rest->store, c->rest->arena));
    assert_non_null(folder);
    for (struct dirent *e = NULL; (e = readdir(folder)) != NULL;) {
        if (str_starts_with(str_from(e->d_name), STR(".unsent-"))) {
            assert_false(marked); /* never two */
            marked = true;
        }
    }
    (void)closedir(folder);
    return marked;
}

static void restart_sender(Case *c)
{
    backup_sender_deinit(&c->sender);
    backup_sender_init(&c->sender, c->rest->store);
    c->sender.reader = c->rest->reader;
    backup_sender_load(&c->sender, c->job_arena);
}

/* Seen: what wasn't sent yet was forgotten at a restart. */
static void test_unsent_outlasts_a_restart(void **state)
{
    Case *c = *state;
    restart_sender(c); /* there is no folder yet */
    configure(c, ON);
    configure(c, "{\"autobackup_upload_url\": \"ftp://127.0.0.1:1/x\"}");
    assert_null(run_at(c, "2026-11-25T00:30:00"));
    assert_null(run_at(c, "2026-11-25T01:00:10"));
    restart_sender(c);
    assert_non_null(send(c));
    assert_null(run_at(c, "2026-11-26T01:00:10"));
    assert_true(is_marked(c));
    rest_fixture_check(backup_folder_run(c->job.folder, c->job_arena, 0));
    restart_sender(c);
    const Err *e = send(c);
    assert_true(e != NULL && strstr(e->text, "upload failed") != NULL);
    assert_true(is_marked(c));
    configure(c, "{\"autobackup_upload_url\": \"\"}");
    assert_null(send(c));
    assert_false(is_marked(c));
    restart_sender(c);
    assert_string_equal(c->sender.unsent, "");
}

/* After a stop between two steps: the newest counts, and one whose backup is gone is dropped. */
static void test_several_marks(void **state)
{
    Case *c = *state;
    configure(c, ON);
    configure(c, "{\"autobackup_upload_url\": \"ftp://127.0.0.1:1/x\"}");
    const char *folder = files_backup_folder(c->rest->store, c->rest->arena);
    rest_fixture_check(file_make_folder(c->rest->arena, folder, 0700));
    static const char *const names[] = {"b", "c", "a"};
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        rest_fixture_check(file_write(
            c->rest->arena, str_format(c->rest->arena, "%s/.unsent-%s", folder, names[i]).ptr, 0600,
            STR("")));
    }
    restart_sender(c);
    assert_string_equal(c->sender.unsent, "c");
    assert_true(is_marked(c));
    assert_null(send(c));
    assert_false(is_marked(c));
}

/* --- a disk that fails --- */

static size_t n_entries(Case *c)
{
    size_t n = 0;
    DIR *folder = opendir(files_backup_folder(c->rest->store, c->rest->arena));
    assert_non_null(folder);
    for (struct dirent *e = NULL; (e = readdir(folder)) != NULL;) {
        n += e->d_name[0] != '.' || str_starts_with(str_from(e->d_name), STR(".part-"));
    }
    (void)closedir(folder);
    return n;
}

/* No folder can be made: it is told why, and the backup is made as soon as one can. */
static void test_folder_cannot_be_written(void **state)
{
    Case *c = *state;
    const char *folder = files_backup_folder(c->rest->store, c->rest->arena);
    configure(c, ON);
    assert_null(run_at(c, "2026-11-25T00:30:00"));
    rest_fixture_check(file_write(c->rest->arena, folder, 0600, STR("in its way")));
    for (int i = 0; i < 2; i++) { /* it stays due */
        const Err *e = run_at(c, "2026-11-25T01:00:10");
        assert_true(e != NULL && e->kind == ERR_IO && strstr(e->text, "backups") != NULL);
    }
    assert_int_equal(unlink(folder), 0);
    assert_null(run_at(c, "2026-11-25T01:10:10"));
    assert_int_equal(n_backups(c), 1);
}

/* As if the disk were full: nothing half made is left, and nothing old is lost for it. */
static void test_full_disk(void **state)
{
    Case *c = *state;
    struct rlimit before;
    configure(c, ON);
    assert_null(run_at(c, "2026-11-24T00:30:00"));
    assert_null(run_at(c, "2026-11-24T01:00:10"));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {.rlim_cur = 300000, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const Err *e = run_at(c, "2026-11-25T01:00:10");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_true(e != NULL && e->kind == ERR_IO);
    assert_int_equal(n_entries(c), 1);
    assert_null(run_at(c, "2026-11-25T01:10:10"));
    assert_int_equal(n_entries(c), 2);
}

/* Its object goes with it, and what was to be sent is no failure. */
static void test_file_vanishes(void **state)
{
    Case *c = *state;
    configure(c, ON);
    configure(c, "{\"autobackup_upload_url\": \"ftp://127.0.0.1:1/x\"}");
    assert_null(run_at(c, "2026-11-25T00:30:00"));
    assert_null(run_at(c, "2026-11-25T01:00:10"));
    const Str name = str_dup(c->rest->arena, str_from(c->sender.unsent));
    assert_int_equal(unlink(files_backup_path(c->rest->store, c->rest->arena, name)), 0);
    rest_fixture_check(backup_folder_run(c->job.folder, c->job_arena, 0));
    assert_null(
        strstr(rest_fixture_get(c->rest, "/api/admin/configuration/v1/system_backup/"), name.ptr));
    assert_null(send(c));
    assert_false(is_marked(c));
    assert_null(run_at(c, "2026-11-26T01:00:10"));
    assert_int_equal(n_backups(c), 1);
}

/* What can't be read now is owed all the same: as if there were no descriptors left. */
static void test_unreadable_is_still_owed(void **state)
{
    Case *c = *state;
    configure(c, ON);
    configure(c, "{\"autobackup_upload_url\": \"ftp://127.0.0.1:1/x\"}");
    assert_null(run_at(c, "2026-11-25T00:30:00"));
    assert_null(run_at(c, "2026-11-25T01:00:10"));
    const char *path =
        files_backup_path(c->rest->store, c->rest->arena, str_from(c->sender.unsent));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    const Err *e = send(c);
    assert_true(e != NULL && e->kind == ERR_IO && strstr(e->text, "cannot be read") != NULL);
    assert_true(is_marked(c));
    assert_true(c->sender.unsent[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_schemes),
        cmocka_unit_test_setup_teardown(test_schedule, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept_after_the_clock_was_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock_was_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed_upload, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unsent_outlasts_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_marks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_folder_cannot_be_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file_vanishes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unreadable_is_still_owed, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
