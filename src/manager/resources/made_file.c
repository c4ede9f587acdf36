/* Files that the server made, as answers. Names come from keys of rows, so what they lead to is
 * looked at: a regular file and no link. */
#include "manager/resources/made_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

Err *made_file_answer(Arena *a, const char *path, Str name, RestAnswer *answer)
{
    struct stat info;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return err(a, ERR_NOT_FOUND, "There is no file.");
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        (void)close(fd); /* nothing was written */
        return err(a, ERR_NOT_FOUND, "There is no file.");
    }
    answer_attachment(answer, a, fd, (uint64_t)info.st_size, name);
    return NULL;
}
