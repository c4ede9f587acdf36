/* Backup and restore on the command line. */
#include "manager/server/transfer_commands.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "manager/server/control_client.h"
#include "manager/server/open.h"
#include "manager/server/passphrase.h"
#include "manager/server/privileges.h"
#include "manager/server/setup.h"
#include "manager/transfer/backup.h"
#include "manager/transfer/restore.h"
#include "store/restore.h"

static Err *cannot(Arena *a, const char *file, const char *doing)
{
    return err(a, ERR_IO, "%s cannot be %s: %s.", file, doing, strerrordesc_np(errno));
}

/* --- backup --- */

static CHECKED Err *write_backup(Arena *a, const Options *options, int fd, Str passphrase)
{
    Opened opened;
    BackupMade made;
    Err *e = opened_open(a, options, &opened);
    if (e != NULL) {
        return e->kind == ERR_BUSY ? control_ask_backup(a, options->data, fd, passphrase) : e;
    }
    e = backup_write(opened.store, a, options->data, fd, passphrase, BACKUP_MANUAL, &made);
    opened_close(&opened);
    return e;
}

/* What would be a pity to hear of after a passphrase was typed. */
static CHECKED Err *check_before_backup(Arena *a, const char *data, const char *file)
{
    TRY(store_check_exists(a, data));
    if (file_exists(file)) {
        return err(a, ERR_INVALID, "%s is there already: a backup needs a new file.", file);
    }
    const char *slash = strrchr(file, '/');
    const char *folder =
        slash == NULL ? "." : str_format(a, "%.*s/", (int)(slash - file), file).ptr;
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 ? NULL
                                                                     : cannot(a, file, "made");
}

/* The file is opened before the rights of root are given up. */
Err *transfer_backup(Arena *a, const Options *options)
{
    const char *file = options->argument;
    Str passphrase = STR_NONE;
    TRY(check_before_backup(a, options->data, file));
    TRY(passphrase_read(a, options->passphrase_file, true, &passphrase));
    const int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return cannot(a, file, "made");
    }
    Err *e = write_backup(a, options, fd, passphrase);
    if (e != NULL && unlink(file) != 0 && ftruncate(fd, 0) != 0) { /* half a backup is none */
        e = err_wrap(a, e, "%s is left over", file);
    }
    if (close(fd) != 0 && e == NULL) {
        e = cannot(a, file, "written");
    }
    return e;
}

/* --- restore --- */

static CHECKED Err *restore_locked(Arena *a, const Options *options, int fd, Str passphrase)
{
    Model *model = NULL;
    Setup setup;
    TRY(model_load(a, model_embedded_files, model_n_embedded_files, &model));
    setup_init(&setup, options->data);
    const StoreOptions store_options = {.folder = options->data,
                                        .key_file = options->key_file,
                                        .compute_seed = setup_compute_seed,
                                        .context = &setup};
    Err *e = restore_run(a, model, &store_options, backup_source_fd(&fd), passphrase);
    setup_deinit(&setup);
    (void)model_free(model); /* always NULL */
    return e;
}

/* Moves what was restored into its place now rather than at the next start. */
static CHECKED Err *finish(Arena *a, const Options *options)
{
    Opened opened;
    TRY(opened_open(a, options, &opened));
    opened_close(&opened);
    return NULL;
}

static CHECKED Err *read_backup(Arena *a, const Options *options, int fd, Str passphrase)
{
    int lock = -1;
    const bool there = file_exists(options->data);
    TRY(privileges_drop(a, options->data));
    Err *e = store_restore_lock(a, options->data, &lock);
    if (e != NULL) {
        return e->kind == ERR_BUSY ? control_ask_restore(a, options->data, fd, passphrase) : e;
    }
    e = restore_locked(a, options, fd, passphrase);
    if (e != NULL && !there) {
        store_restore_remove_folder(a, options->data);
    }
    store_restore_unlock(lock);
    return e != NULL ? e : finish(a, options);
}

Err *transfer_restore(Arena *a, const Options *options)
{
    const int fd = open(options->argument, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return cannot(a, options->argument, "read");
    }
    Str passphrase = STR_NONE;
    Err *e = passphrase_read(a, options->passphrase_file, false, &passphrase);
    if (e == NULL) {
        e = read_backup(a, options, fd, passphrase);
    }
    (void)close(fd); /* only read */
    return e;
}
