/* Whole files, durably. */
#include "base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/uuid.h"

enum { FILE_CHUNK = 64 * 1024 };

/* What is being written has a name of its own, which ends so. */
#define LEFTOVER_END ".tmp"

/* verb: "read", "written", "made", "tidied" */
static Err *failed(Arena *a, const char *path, const char *verb, int error)
{
    const char *reason = strerrordesc_np(error);
    return err(a, ERR_IO, "%s cannot be %s: %s.", path, verb,
               reason != NULL ? reason : "unknown error");
}

static int open_again(const char *path, int flags, mode_t mode)
{
    int fd = -1;
    do {
        fd = open(path, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* 0 or errno. */
static int read_all(int fd, Buf *content)
{
    for (;;) {
        const size_t wanted = MIN((size_t)FILE_CHUNK, content->limit - content->len);
        char *room = buf_reserve(content, wanted);
        const ssize_t n = read(fd, room, wanted);
        if (n == 0) {
            return 0; /* at the end, or at the limit */
        }
        if (n > 0) {
            buf_added(content, (size_t)n);
        } else if (errno != EINTR) {
            return errno;
        }
    }
}

Err *file_read(Arena *a, const char *path, size_t limit, Str *ret_content)
{
    MUST(limit < SIZE_MAX);
    const int fd = open_again(path, O_RDONLY, 0);
    if (fd < 0) {
        return failed(a, path, "read", errno);
    }
    CLEANUP(buf_free) Buf *content = buf_new(limit + 1); /* one more shows that it is too large */
    const int error = read_all(fd, content);
    (void)close(fd); /* nothing was written */
    if (error != 0) {
        return failed(a, path, "read", error);
    }
    if (content->len > limit) {
        return err(a, ERR_LIMIT, "%s is larger than %zu bytes.", path, limit);
    }
    void *copy = NULL;
    TRY(arena_take(a, content->len + 1, &copy));
    if (content->len > 0) {
        memcpy(copy, content->data, content->len);
    }
    *ret_content = (Str){copy, content->len};
    return NULL;
}

/* 0 or errno. */
static int write_all(int fd, Str content)
{
    while (content.len > 0) {
        const ssize_t n = write(fd, content.ptr, content.len);
        if (n >= 0) {
            content = str_slice(content, (size_t)n, content.len);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

/* A new file with that content on the disk, or none; 0 or errno. */
static int write_new(const char *path, mode_t mode, Str content)
{
    const int fd = open_again(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (fd < 0) {
        return errno;
    }
    int error = fchmod(fd, mode) == 0 ? 0 : errno; /* whatever the umask is */
    if (error == 0) {
        error = write_all(fd, content);
    }
    if (error == 0 && fsync(fd) != 0) {
        error = errno;
    }
    if (close(fd) != 0 && error == 0) {
        error = errno;
    }
    if (error != 0) {
        (void)unlink(path);
    }
    return error;
}

static const char *parent_of(Arena *a, const char *path)
{
    Str s = str_from(path);
    while (s.len > 1 && str_ends_with(s, STR("/"))) {
        s.len--;
    }
    const char *slash = memrchr(s.ptr, '/', s.len);
    if (slash == NULL) {
        return ".";
    }
    return slash == s.ptr ? "/" : str_to_cstr(a, str_slice(s, 0, (size_t)(slash - s.ptr)));
}

/* 0 or errno. Never over what is there. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
    if (link(from, to) != 0) { /* a file system that can't do the above */
        return errno;
    }
    return unlink(from) == 0 ? 0 : errno;
}

static int rename_over(const char *from, const char *to)
{
    return rename(from, to) == 0 ? 0 : errno;
}

static Err *write_whole(Arena *a, const char *path, mode_t mode, Str content, const char *verb,
                        int (*move)(const char *from, const char *to))
{
    char uuid[37];
    uuid_new(uuid);
    const char *beside = str_format(a, "%s.%.8s" LEFTOVER_END, path, uuid).ptr;
    int error = write_new(beside, mode, content);
    if (error == 0) {
        error = move(beside, path);
        if (error != 0) {
            (void)unlink(beside);
        }
    }
    return error != 0 ? failed(a, path, verb, error) : file_sync_folder(a, parent_of(a, path));
}

Err *file_write(Arena *a, const char *path, mode_t mode, Str content)
{
    return write_whole(a, path, mode, content, "written", rename_over);
}

Err *file_write_new(Arena *a, const char *path, mode_t mode, Str content)
{
    return write_whole(a, path, mode, content, "made", rename_new);
}

/* NAME.0123abcd.tmp */
static bool is_leftover(Str name)
{
    const size_t end = sizeof LEFTOVER_END - 1;
    if (name.len < end + 10 || !str_ends_with(name, STR(LEFTOVER_END)) ||
        name.ptr[name.len - end - 9] != '.') {
        return false;
    }
    for (size_t i = name.len - end - 8; i < name.len - end; i++) {
        if (isxdigit((unsigned char)name.ptr[i]) == 0) {
            return false;
        }
    }
    return true;
}

Err *file_remove_leftovers(Arena *a, const char *folder)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return failed(a, folder, "read", errno);
    }
    int error = 0;
    const struct dirent *entry;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): each thread has a stream of its own */
    while ((entry = readdir(directory)) != NULL) {
        if (is_leftover(str_from(entry->d_name)) &&
            unlinkat(dirfd(directory), entry->d_name, 0) != 0) {
            error = errno;
        }
    }
    (void)closedir(directory);
    return error != 0 ? failed(a, folder, "tidied", error) : NULL;
}

Err *file_make_folder(Arena *a, const char *path, mode_t mode)
{
    if (mkdir(path, mode) == 0) {
        if (chmod(path, mode) != 0) { /* whatever the umask is */
            return failed(a, path, "made", errno);
        }
        return file_sync_folder(a, parent_of(a, path));
    }
    const int error = errno;
    struct stat found;
    if (error == EEXIST && stat(path, &found) == 0 && S_ISDIR(found.st_mode)) {
        return NULL;
    }
    return failed(a, path, "made", error);
}

Err *file_sync_folder(Arena *a, const char *path)
{
    const int fd = open_again(path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        return failed(a, path, "synced", errno);
    }
    const int error = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd); /* nothing was written */
    return error == 0 ? NULL : failed(a, path, "synced", error);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
