/* Whole backups and their restoring; what a file from elsewhere can't do. */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "manager/transfer/backup.h"
#include "manager/transfer/backup_names.h"
#include "manager/transfer/restore.h"
#include "manager_rest/rest_fixture.h"
#include "store/files.h"
#include "store/restore.h"

#define PASSPHRASE STR("p")
#define KEY_LITERAL "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KEY_TEXT STR(KEY_LITERAL)
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int set_up(void **state)
{
    *state = rest_fixture_new(0, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    rest_fixture_free(*state);
    return 0;
}

static const char *path_of(RestFixture *f, const char *name)
{
    return str_format(f->arena, "%s/%s", f->folder, name).ptr;
}

static void make_room(RestFixture *f, const char *name)
{
    Row *row = rest_fixture_row(f, FAMILY_CONFIGURATION, "conference");
    rest_fixture_set(row, "name", value_text(str_from(name)));
    rest_fixture_set(row, "service_type", value_text(STR("conference")));
    rest_fixture_insert(f, row);
}

static Str back_up(RestFixture *f)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    BackupMade made;
    rest_fixture_check(backup_write(f->store, f->arena, f->folder, fileno(file), PASSPHRASE,
                                    BACKUP_MANUAL, &made));
    char *text = arena_alloc(f->arena, (size_t)made.size_bytes + 1);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)made.size_bytes + 1, file), made.size_bytes);
    assert_int_equal(fclose(file), 0);
    return (Str){text, (size_t)made.size_bytes};
}

static const Err *restore(RestFixture *f, Str backup, Str passphrase)
{
    const StoreOptions options = {.folder = f->folder};
    return restore_run(f->arena, f->model, &options, backup_source_text(&backup), passphrase);
}

static void reopen(RestFixture *f)
{
    const StoreOptions options = {.folder = f->folder};
    const RestOptions rest = {.cache_bytes = 0};
    f->rest = rest_free(f->rest);
    f->reader = reader_free(f->reader);
    f->store = store_close(f->store);
    rest_fixture_check(store_open(f->arena, f->model, &options, &f->store));
    rest_fixture_check(reader_new(f->arena, f->store, &f->reader));
    f->rest = rest_new(f->store, &rest);
}

static bool has_room(RestFixture *f, const char *name)
{
    const char *text = rest_fixture_get(f, "/api/admin/configuration/v1/conference/");
    return strstr(text, str_format(f->arena, "\"name\": \"%s\"", name).ptr) != NULL;
}

static void test_there_and_back(void **state)
{
    RestFixture *f = *state;
    Str hash = STR_NONE;
    make_room(f, "kept");
    rest_fixture_check(files_put(f->store, f->arena, STR("of a client"), &hash));
    rest_fixture_check(file_write(f->arena, path_of(f, "ca.key"), 0600, STR("of the CA")));
    const Str backup = back_up(f);
    make_room(f, "later");
    assert_int_equal(unlink(files_path(f->store, f->arena, hash)), 0);
    rest_fixture_check(file_write(f->arena, path_of(f, "ca.key"), 0600, STR("another")));

    rest_fixture_check(restore(f, backup, PASSPHRASE));
    assert_true(has_room(f, "later")); /* until it is opened again */
    reopen(f);
    assert_true(has_room(f, "kept"));
    assert_false(has_room(f, "later"));
    Str content = STR_NONE;
    rest_fixture_check(file_read(f->arena, files_path(f->store, f->arena, hash), 100, &content));
    assert_true(str_equal(content, STR("of a client")));
    rest_fixture_check(file_read(f->arena, path_of(f, "ca.key"), 100, &content));
    assert_true(str_equal(content, STR("of the CA")));
}

static void create_room(RestFixture *f, const char *name, int status)
{
    const char *body =
        str_format(f->arena, "{\"name\": \"%s\", \"service_type\": \"conference\"}", name).ptr;
    (void)rest_fixture_text(f, "POST", "/api/admin/configuration/v1/conference/", body, status);
}

/* From the rename on nobody is told that something was stored which goes with the old store. */
static void test_store_in_use(void **state)
{
    RestFixture *f = *state;
    make_room(f, "kept");
    const Str backup = back_up(f);
    const StoreOptions options = {.folder = f->folder};
    RestoreGate gate;
    restore_gate_init(&gate, f->store, &options);
    Str cut = str_slice(backup, 0, backup.len - 1);
    const Err *e = restore_gate_run(&gate, f->arena, backup_source_text(&cut), PASSPHRASE);
    assert_true(e != NULL && e->kind == ERR_INVALID);
    /* A rename that fails: what is in its way isn't empty. */
    rest_fixture_check(file_make_folder(f->arena, path_of(f, "restore.ready"), 0700));
    rest_fixture_check(file_make_folder(f->arena, path_of(f, "restore.ready/x"), 0700));
    Str whole = backup;
    e = restore_gate_run(&gate, f->arena, backup_source_text(&whole), PASSPHRASE);
    assert_true(e != NULL && e->kind == ERR_IO);
    assert_int_equal(rmdir(path_of(f, "restore.ready/x")), 0);
    assert_int_equal(rmdir(path_of(f, "restore.ready")), 0);
    create_room(f, "replaced", 201);

    whole = backup;
    rest_fixture_check(restore_gate_run(&gate, f->arena, backup_source_text(&whole), PASSPHRASE));
    create_room(f, "refused", 503);
    assert_true(has_room(f, "replaced")); /* reading goes on */
    whole = backup;
    e = restore_gate_run(&gate, f->arena, backup_source_text(&whole), PASSPHRASE);
    assert_true(e != NULL && e->kind == ERR_BUSY);
    restore_gate_deinit(&gate);
    reopen(f);
    assert_true(has_room(f, "kept"));
    assert_false(has_room(f, "replaced"));
    create_room(f, "later", 201);
}

/* Whatever is wrong with it, nothing is touched, and nothing is left. */
static void test_refused_whole(void **state)
{
    RestFixture *f = *state;
    const Str backup = back_up(f);
    make_room(f, "later");
    const size_t cuts[] = {0, 10, BACKUP_HEADER_BYTES, 1000, backup.len / 2, backup.len - 1};
    for (size_t i = 0; i < ARRAY_N(cuts); i++) {
        const Err *e = restore(f, str_slice(backup, 0, cuts[i]), PASSPHRASE);
        assert_true(e != NULL && e->kind == ERR_INVALID);
    }
    char *changed = arena_alloc(f->arena, backup.len);
    memcpy(changed, backup.ptr, backup.len);
    changed[backup.len / 2] = (char)(changed[backup.len / 2] ^ 1);
    const Err *e = restore(f, (Str){changed, backup.len}, PASSPHRASE);
    assert_true(e != NULL && e->kind == ERR_INVALID);
    e = restore(f, backup, STR("q"));
    assert_true(e != NULL && e->kind == ERR_FORBIDDEN);
    assert_false(file_exists(path_of(f, "restore.new")));
    assert_false(file_exists(path_of(f, "restore.ready")));
    reopen(f);
    assert_true(has_room(f, "later"));
}

/* --- files that nobody but somebody else would write --- */

typedef struct Forged {
    BackupRecordType type;
    Str content;
} Forged;

static const Err *unpack(RestFixture *f, const Forged records[], size_t n)
{
    static const BackupHeader header = {.operations = 1, .memory_kib = 8, .version = "1"};
    FILE *file = tmpfile();
    assert_non_null(file);
    int fd = fileno(file);
    BackupWriter *w = NULL;
    rest_fixture_check(backup_writer_new(f->arena, fd, PASSPHRASE, &header, &w));
    rest_fixture_check(backup_writer_put(w, f->arena, BACKUP_RECORD_KEY, KEY_TEXT));
    for (size_t i = 0; i < n; i++) {
        rest_fixture_check(backup_writer_put(w, f->arena, records[i].type, records[i].content));
    }
    rest_fixture_check(backup_writer_put(w, f->arena, BACKUP_RECORD_END, STR("")));
    w = backup_writer_free(w);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    CLEANUP(backup_reader_free) BackupReader *r = NULL;
    rest_fixture_check(backup_reader_new(f->arena, backup_source_fd(&fd), PASSPHRASE, 0, &r));
    const char *staged = NULL;
    rest_fixture_check(store_restore_begin(f->arena, f->folder, &staged));
    const Err *e = restore_unpack(f->arena, staged, r);
    store_restore_drop(f->arena, f->folder);
    assert_int_equal(fclose(file), 0);
    return e;
}

#define SIZE(n) n "\0\0\0\0\0\0\0"
#define CONFIG                                                                                     \
    {                                                                                              \
        BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "config.db")                                       \
    }

static void test_forged(void **state)
{
    RestFixture *f = *state;
    static const Forged good[] = {CONFIG,
                                  {BACKUP_RECORD_FILE, STR_INIT(SIZE("\2") "files/" HASH)},
                                  {BACKUP_RECORD_DATA, STR_INIT("a")},
                                  {BACKUP_RECORD_DATA, STR_INIT("b")}};
    const Err *e = unpack(f, good, ARRAY_N(good));
    assert_null(e);
    static const Forged bad[][3] = {
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT(SIZE("\1") "../x.key")}},
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "../x.key")}},
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "keys/../../x.key")}},
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "keys/secret.key")}},
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "/etc/x.pem")}},
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "files/x")}},
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT("12345678")}},
        {CONFIG, {BACKUP_RECORD_FILE, STR_INIT("1")}},
        {CONFIG, CONFIG},
        {CONFIG, {BACKUP_RECORD_DATA, STR_INIT("a")}},
        {CONFIG, {BACKUP_RECORD_KEY, STR_INIT(KEY_LITERAL)}},
        {{BACKUP_RECORD_FILE, STR_INIT(SIZE("\2") "config.db")},
         {BACKUP_RECORD_DATA, STR_INIT("a")},
         {BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "history.db")}},
        {{BACKUP_RECORD_DATA, STR_INIT("a")}, CONFIG},
        {{BACKUP_RECORD_FILE, STR_INIT(SIZE("\0") "history.db")}},
    };
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        size_t n = 3;
        while (n > 0 && bad[i][n - 1].content.ptr == NULL) {
            n--;
        }
        e = unpack(f, bad[i], n);
        if (e == NULL || e->kind != ERR_INVALID) {
            fail_msg("case %zu", i);
        }
    }
}

/* A file that would leave too little of the disk to the store in use isn't begun. */
static void test_too_large(void **state)
{
    RestFixture *f = *state;
    static const Forged large[] = {CONFIG,
                                   {BACKUP_RECORD_FILE, STR_INIT("\0\0\0\0\0\0\0\x10"
                                                                 "files/" HASH)}};
    const Err *e = unpack(f, large, ARRAY_N(large));
    assert_true(e != NULL && e->kind == ERR_IO && strstr(e->text, "no room") != NULL);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        BackupFolder folder;
    } cases[] = {
        {"config.db", BACKUP_FOLDER_DATABASE},
        {"history.db", BACKUP_FOLDER_DATABASE},
        {"auth.db", BACKUP_FOLDER_NONE},
        {"files/" HASH, BACKUP_FOLDER_PLAIN},
        {"files/" HASH "0", BACKUP_FOLDER_NONE},
        {"keys/ca.key", BACKUP_FOLDER_PLAIN},
        {"keys/ca.pem", BACKUP_FOLDER_PLAIN},
        {"keys/management.pem", BACKUP_FOLDER_NONE},
        {"keys/secret.key", BACKUP_FOLDER_NONE},
        {"keys/a/b.key", BACKUP_FOLDER_NONE},
        {"keys/.key", BACKUP_FOLDER_NONE},
        {"keys/lock", BACKUP_FOLDER_NONE},
        {"", BACKUP_FOLDER_NONE},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        assert_int_equal(backup_name_folder(str_from(cases[i].name)), cases[i].folder);
    }
}

/* /dev/full takes nothing. */
static void test_full(void **state)
{
    RestFixture *f = *state;
    const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    BackupMade made;
    const Err *e =
        backup_write(f->store, f->arena, f->folder, fd, PASSPHRASE, BACKUP_MANUAL, &made);
    (void)close(fd);
    assert_true(e != NULL && e->kind == ERR_IO && strstr(e->text, "No space left") != NULL);
}

/* As if the disk were full: nothing half made is left, neither of a backup nor of a restoring. */
static void test_no_room(void **state)
{
    RestFixture *f = *state;
    const Str backup = back_up(f);
    make_room(f, "kept");
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {.rlim_cur = 300000, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    FILE *file = tmpfile();
    BackupMade made;
    const Err *unwritten =
        backup_write(f->store, f->arena, f->folder, fileno(file), PASSPHRASE, BACKUP_MANUAL, &made);
    const Err *unrestored = restore(f, backup, PASSPHRASE);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(fclose(file), 0);
    assert_true(unwritten != NULL && unwritten->kind == ERR_IO);
    assert_true(unrestored != NULL && unrestored->kind == ERR_IO);
    assert_false(file_exists(path_of(f, "restore.new")));
    assert_int_equal(rmdir(path_of(f, "backups")), 0); /* it is empty */
    reopen(f);
    assert_true(has_room(f, "kept"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_there_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_store_in_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_large, set_up, tear_down),
        cmocka_unit_test(test_names),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_room, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
