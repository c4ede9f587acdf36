/* Sealed records: every cut, every change, every wrong passphrase is noticed. */
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "manager/transfer/backup_stream.h"

#define PASSPHRASE STR("correct horse")
#define KEY_TEXT STR("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")

typedef struct Case {
    Arena *arena;
    FILE *file;
} Case;

static int set_up(void **state)
{
    Case *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->arena = arena_new(64 << 20);
    c->file = tmpfile();
    assert_non_null(c->file);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    Case *c = *state;
    c->arena = arena_free(c->arena);
    assert_int_equal(fclose(c->file), 0);
    free(c);
    return 0;
}

static void succeed(const Err *e)
{
    if (e != NULL) {
        fail_msg("%s at %s", e->text, e->where);
    }
}

/* A key that is cheap to derive: what is tested here isn't argon2id. */
static const BackupHeader cheap = {.kind = BACKUP_AUTOMATIC,
                                   .operations = 1,
                                   .memory_kib = 8,
                                   .created_us = 1700000000000000,
                                   .model = 7,
                                   .version = "1.2.3"};

static Str content_of(Case *c)
{
    const long size = ftell(c->file);
    char *text = arena_alloc(c->arena, (size_t)size + 1);
    rewind(c->file);
    assert_int_equal(fread(text, 1, (size_t)size, c->file), size);
    return (Str){text, (size_t)size};
}

static Str write_backup(Case *c, const BackupHeader *header)
{
    BackupWriter *w = NULL;
    const int fd = fileno(c->file);
    succeed(backup_writer_new(c->arena, fd, PASSPHRASE, header, &w));
    succeed(backup_writer_put(w, c->arena, BACKUP_RECORD_KEY, KEY_TEXT));
    succeed(backup_writer_put(w, c->arena, BACKUP_RECORD_FILE, STR("12345678name")));
    succeed(backup_writer_put(w, c->arena, BACKUP_RECORD_DATA, STR("some data")));
    succeed(backup_writer_put(w, c->arena, BACKUP_RECORD_END, STR("")));
    assert_int_equal(lseek(fd, 0, SEEK_END), backup_writer_size(w));
    assert_int_equal(backup_writer_hash(w, c->arena).len, 64);
    w = backup_writer_free(w);
    assert_int_equal(fseek(c->file, 0, SEEK_END), 0);
    return content_of(c);
}

/* Reads to the end; how many records there were besides the key. */
static const Err *read_all(Case *c, Str text, Str passphrase, int64_t newest, size_t *ret_n)
{
    CLEANUP(backup_reader_free) BackupReader *r = NULL;
    BackupRecord record = {BACKUP_RECORD_KEY, STR_NONE};
    *ret_n = 0;
    TRY(backup_reader_new(c->arena, backup_source_text(&text), passphrase, newest, &r));
    assert_true(str_equal(backup_reader_key(r), KEY_TEXT));
    while (record.type != BACKUP_RECORD_END) {
        TRY(backup_reader_next(r, c->arena, &record));
        ++*ret_n;
    }
    return NULL;
}

static void test_round_trip(void **state)
{
    Case *c = *state;
    Str text = write_backup(c, &cheap);
    CLEANUP(backup_reader_free) BackupReader *r = NULL;
    succeed(backup_reader_new(c->arena, backup_source_text(&text), PASSPHRASE, 7, &r));
    assert_int_equal(backup_reader_header(r)->kind, BACKUP_AUTOMATIC);
    assert_int_equal(backup_reader_header(r)->created_us, cheap.created_us);
    assert_string_equal(backup_reader_header(r)->version, "1.2.3");
    static const struct {
        BackupRecordType type;
        const char *content;
    } expected[] = {{BACKUP_RECORD_FILE, "12345678name"},
                    {BACKUP_RECORD_DATA, "some data"},
                    {BACKUP_RECORD_END, ""}};
    for (size_t i = 0; i < ARRAY_N(expected); i++) {
        BackupRecord record;
        succeed(backup_reader_next(r, c->arena, &record));
        assert_int_equal(record.type, expected[i].type);
        assert_true(str_equal(record.content, str_from(expected[i].content)));
    }
}

static void test_nothing_in_clear(void **state)
{
    Str text = write_backup(*state, &cheap);
    assert_int_equal(str_find_str(text, STR("some data")), SIZE_MAX);
    assert_int_equal(str_find_str(text, STR("name")), SIZE_MAX);
    assert_int_equal(str_find_str(text, str_slice(KEY_TEXT, 0, 16)), SIZE_MAX);
}

static void test_fd(void **state)
{
    Case *c = *state;
    (void)write_backup(c, &cheap);
    int fd = fileno(c->file);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    CLEANUP(backup_reader_free) BackupReader *r = NULL;
    succeed(backup_reader_new(c->arena, backup_source_fd(&fd), PASSPHRASE, 7, &r));
    assert_true(str_equal(backup_reader_key(r), KEY_TEXT));
}

static void test_cuts(void **state)
{
    Case *c = *state;
    const Str text = write_backup(c, &cheap);
    size_t n = 0;
    assert_null(read_all(c, text, PASSPHRASE, 7, &n));
    assert_int_equal(n, 3);
    for (size_t len = 0; len < text.len; len++) {
        assert_non_null(read_all(c, str_slice(text, 0, len), PASSPHRASE, 7, &n));
    }
    char *more = arena_alloc(c->arena, text.len + 1);
    memcpy(more, text.ptr, text.len);
    assert_non_null(read_all(c, (Str){more, text.len + 1}, PASSPHRASE, 7, &n));
}

static void test_changes(void **state)
{
    Case *c = *state;
    const Str text = write_backup(c, &cheap);
    for (size_t i = 0; i < text.len; i++) {
        if (i >= 20 && i < 28) {
            continue; /* costs of the key: they would take minutes */
        }
        char *copy = arena_alloc(c->arena, text.len);
        size_t n = 0;
        memcpy(copy, text.ptr, text.len);
        copy[i] = (char)(copy[i] ^ 1);
        const Err *e = read_all(c, (Str){copy, text.len}, PASSPHRASE, INT64_MAX, &n);
        assert_true(e != NULL && (e->kind == ERR_INVALID || e->kind == ERR_FORBIDDEN));
    }
}

/* Two records in the other order. */
static void test_moved(void **state)
{
    Case *c = *state;
    const Str text = write_backup(c, &cheap);
    const size_t first = BACKUP_HEADER_BYTES + 4 + 1 + 64 + 17;
    const size_t second = first + 4 + 1 + 12 + 17;
    const size_t third = second + 4 + 1 + 9 + 17;
    const Str parts[] = {str_slice(text, 0, first), str_slice(text, second, third),
                         str_slice(text, first, second), str_slice(text, third, text.len)};
    char *moved = arena_alloc(c->arena, text.len);
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_N(parts); i++) {
        memcpy(moved + at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    size_t n = 0;
    assert_int_equal(at, text.len);
    const Err *e = read_all(c, (Str){moved, at}, PASSPHRASE, 7, &n);
    assert_true(e != NULL && e->kind == ERR_INVALID);
}

static void test_refusals(void **state)
{
    Case *c = *state;
    const Str text = write_backup(c, &cheap);
    size_t n = 0;
    const Err *e = read_all(c, text, STR("wrong"), 7, &n);
    assert_true(e != NULL && e->kind == ERR_FORBIDDEN);
    e = read_all(c, text, STR(""), 7, &n);
    assert_true(e != NULL && e->kind == ERR_FORBIDDEN);
    e = read_all(c, text, PASSPHRASE, 6, &n);
    assert_true(e != NULL && e->kind == ERR_INVALID && strstr(e->text, "newer") != NULL);
    e = read_all(c, STR("PK\3\4 and so on"), PASSPHRASE, 7, &n);
    assert_true(e != NULL && e->kind == ERR_INVALID);
}

/* A file can't make us take any amount of memory or time. */
static void test_costs(void **state)
{
    Case *c = *state;
    BackupHeader header = cheap;
    unsigned char bytes[BACKUP_HEADER_BYTES];
    BackupHeader read = {.model = 0};
    header.memory_kib = 2 * BACKUP_MEMORY_KIB;
    backup_header_put(&header, bytes);
    assert_null(backup_header_read(c->arena, bytes, &read));
    assert_int_equal(read.memory_kib, header.memory_kib);
    header.memory_kib++;
    backup_header_put(&header, bytes);
    assert_non_null(backup_header_read(c->arena, bytes, &read));
    header = cheap;
    header.operations = 2 * BACKUP_OPERATIONS + 1;
    backup_header_put(&header, bytes);
    assert_non_null(backup_header_read(c->arena, bytes, &read));
}

/* What it costs in use. */
static void test_real_costs(void **state)
{
    Case *c = *state;
    BackupHeader header = cheap;
    header.operations = 0;
    header.memory_kib = 0;
    const Str text = write_backup(c, &header);
    size_t n = 0;
    assert_null(read_all(c, text, PASSPHRASE, 7, &n));
    assert_int_equal(text.ptr[20], BACKUP_OPERATIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_in_clear, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cuts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_costs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_real_costs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
