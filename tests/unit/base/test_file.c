#include "test.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "text.h"

typedef struct Place {
    Arena *arena;
    char folder[40];
} Place;

static int set_up(void **state)
{
    static Place place;
    place = (Place){.arena = arena_new((size_t)1 << 20), .folder = "/tmp/rostra-file-XXXXXX"};
    *state = &place;
    return mkdtemp(place.folder) == NULL;
}

static const char *path_of(const Place *p, const char *name)
{
    return str_format(p->arena, "%s/%s", p->folder, name).ptr;
}

/* Entries of the folder; with `removed` they go. */
static int count_entries(const Place *p, bool removed)
{
    int n = 0;
    DIR *folder = opendir(p->folder);
    assert_non_null(folder);
    for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            n++;
            assert_true(!removed || remove(path_of(p, e->d_name)) == 0);
        }
    }
    (void)closedir(folder);
    return n;
}

static int tear_down(void **state)
{
    Place *p = *state;
    (void)count_entries(p, true);
    p->arena = arena_free(p->arena);
    return rmdir(p->folder);
}

static void test_write_and_read(void **state)
{
    const Place *p = *state;
    const char *path = path_of(p, "x");
    assert_false(file_exists(path));
    static const char *const contents[] = {"first", "", "second"};
    const mode_t old_mask = umask(077);
    for (size_t i = 0; i < ARRAY_N(contents); i++) {
        assert_null(file_write(p->arena, path, 0640, str_from(contents[i])));
        Str content = STR_NONE;
        assert_null(file_read(p->arena, path, 100, &content));
        assert_text(content, contents[i]);
        assert_int_equal(content.ptr[content.len], '\0');
    }
    (void)umask(old_mask);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0640);
    assert_true(file_exists(path));
    assert_int_equal(count_entries(p, false), 1);
}

static void test_read_limits(void **state)
{
    const Place *p = *state;
    const char *path = path_of(p, "x");
    const size_t size = 200000;
    char *bytes = arena_alloc(p->arena, size);
    memset(bytes, 'b', size);
    assert_null(file_write(p->arena, path, 0600, (Str){bytes, size}));
    Str content = STR_NONE;
    assert_null(file_read(p->arena, path, size, &content));
    assert_true(str_equal(content, (Str){bytes, size}));
    const Str before = content;
    const Err *e = file_read(p->arena, path, size - 1, &content);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
    assert_ptr_equal(content.ptr, before.ptr);
    CLEANUP(arena_free) Arena *small = arena_new(1000);
    e = file_read(small, path, size, &content);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_LIMIT);
}

static void test_read_fails(void **state)
{
    const Place *p = *state;
    Str content = STR_NONE;
    const Err *e = file_read(p->arena, path_of(p, "none"), 10, &content);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
    assert_non_null(strstr(e->text, path_of(p, "none")));
    assert_non_null(strstr(e->text, "No such file or directory"));
    e = file_read(p->arena, p->folder, 10, &content);
    assert_non_null(e);
    assert_non_null(strstr(e->text, "Is a directory"));
}

static void test_failed_write_leaves_the_old(void **state)
{
    const Place *p = *state;
    const char *path = path_of(p, "x");
    assert_null(file_write(p->arena, path, 0600, STR("old")));
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit tiny = {10, before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    const Err *e = file_write(p->arena, path, 0600, STR("more than ten bytes of content"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
    assert_non_null(strstr(e->text, "File too large"));
    Str content = STR_NONE;
    assert_null(file_read(p->arena, path, 100, &content));
    assert_text(content, "old");
    assert_int_equal(count_entries(p, false), 1);
}

static void test_write_fails(void **state)
{
    const Place *p = *state;
    assert_int_equal(mkdir(path_of(p, "folder"), 0700), 0);
    const Err *e = file_write(p->arena, path_of(p, "folder"), 0600, STR("x"));
    assert_non_null(e);
    assert_int_equal(count_entries(p, false), 1); /* nothing is left beside it */
    e = file_write(p->arena, path_of(p, "none/x"), 0600, STR("x"));
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
}

static void test_write_new(void **state)
{
    const Place *p = *state;
    const char *path = path_of(p, "x");
    Str content = STR_NONE;
    struct stat found;
    assert_null(file_write_new(p->arena, path, 0600, STR("first")));
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    const Err *e = file_write_new(p->arena, path, 0600, STR("second"));
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
    assert_non_null(strstr(e->text, "File exists"));
    assert_null(file_read(p->arena, path, 100, &content));
    assert_text(content, "first");
    assert_non_null(file_write_new(p->arena, path_of(p, "none/x"), 0600, STR("x")));
    assert_int_equal(count_entries(p, false), 1);
}

static void test_folder(void **state)
{
    const Place *p = *state;
    const char *path = path_of(p, "folder");
    assert_null(file_make_folder(p->arena, path, 0710));
    assert_null(file_make_folder(p->arena, path, 0710)); /* is there already */
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_true(S_ISDIR(found.st_mode));
    assert_int_equal(found.st_mode & 0777, 0710);
    assert_null(file_sync_folder(p->arena, path));
    assert_null(file_write(p->arena, path_of(p, "file"), 0600, STR("")));
    assert_non_null(file_make_folder(p->arena, path_of(p, "file"), 0700));
    assert_non_null(file_make_folder(p->arena, path_of(p, "a/b"), 0700));
    assert_non_null(file_sync_folder(p->arena, path_of(p, "file")));
}

static void test_relative_paths(void **state)
{
    const Place *p = *state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(p->folder), 0);
    assert_null(file_write(p->arena, "x", 0600, STR("1")));
    assert_null(file_make_folder(p->arena, "folder//", 0700));
    assert_int_equal(chdir(before), 0);
    assert_true(file_exists(path_of(p, "x")));
    assert_true(file_exists(path_of(p, "folder")));
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void test_leftovers(void **state)
{
    const Place *p = *state;
    static const char *const names[] = {"x.01234abf.tmp", "x.0123.tmp",    "x.tmp",
                                        "x.01234abg.tmp", ".01234abf.tmp", "x"};
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        assert_null(file_write(p->arena, path_of(p, names[i]), 0600, STR("")));
    }
    assert_null(file_remove_leftovers(p->arena, p->folder));
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        assert_int_equal(file_exists(path_of(p, names[i])), i != 0);
    }
    const Err *e = file_remove_leftovers(p->arena, path_of(p, "none"));
    assert_non_null(e);
    assert_int_equal(e->kind, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(test_write_and_read), WITH_PLACE(test_read_limits),
        WITH_PLACE(test_read_fails),     WITH_PLACE(test_failed_write_leaves_the_old),
        WITH_PLACE(test_write_fails),    WITH_PLACE(test_folder),
        WITH_PLACE(test_relative_paths), WITH_PLACE(test_write_new),
        WITH_PLACE(test_leftovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
