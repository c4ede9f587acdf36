/* Uploaded files. */
#include "test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/files.h"
#include "store/fixture.h"

static void test_put(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    Str hash = STR_NONE, again = STR_NONE, content = STR_NONE;
    assert_null(files_put(&f->store, f->arena, STR("abc"), &hash));
    assert_true(
        str_equal(hash, STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    const char *path = files_path(&f->store, f->arena, hash);
    assert_null(file_read(f->arena, path, 100, &content));
    assert_true(str_equal(content, STR("abc")));
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_null(files_put(&f->store, f->arena, STR("abc"), &again));
    assert_true(str_equal(hash, again));
    assert_int_equal(remove(path), 0);
    assert_int_equal(rmdir(str_format(f->arena, "%s/files", f->folder).ptr), 0);
    (void)fixture_free(f);
}

/* No machine has the room of the largest. */
static void test_room(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    assert_null(files_check_room(&f->store, f->arena, 1));
    const Err *e = files_check_room(&f->store, f->arena, UINT64_MAX);
    assert_true(e != NULL && e->kind == ERR_IO);
    e = files_check_room(&f->store, f->arena, UINT64_C(1) << 60);
    assert_true(e != NULL && e->kind == ERR_IO);
    (void)fixture_free(f);
}

static void test_head(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    Str hash = STR_NONE, head = STR_NONE;
    assert_null(files_put(&f->store, f->arena, STR("abcdef"), &hash));
    assert_null(files_head(&f->store, f->arena, hash, 4, &head));
    assert_true(str_equal(head, STR("abcd")));
    assert_null(files_head(&f->store, f->arena, hash, 100, &head));
    assert_true(str_equal(head, STR("abcdef")));
    assert_int_equal(remove(files_path(&f->store, f->arena, hash)), 0);
    assert_non_null(files_head(&f->store, f->arena, hash, 4, &head));
    assert_int_equal(rmdir(str_format(f->arena, "%s/files", f->folder).ptr), 0);
    (void)fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_put), cmocka_unit_test(test_room),
                                       cmocka_unit_test(test_head)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
