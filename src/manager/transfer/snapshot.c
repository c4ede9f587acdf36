/* What a snapshot holds. */
#include "manager/transfer/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/uuid.h"
#include "manager/transfer/archive.h"
#include "manager/transfer/metrics.h"
#include "store/files.h"
#include "store/reader.h"

/* A member of the archive; what is longer is cut at a row. */
#define MEMBER_MAX ((size_t)32 * 1024 * 1024)
#define ROWS_AT_ONCE 500
#define ROWS_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define HOUR_US (3600 * DATETIME_SECOND_US)

typedef struct Snapshot {
    const Snapshots *of;
    Arena *arena;
    Arena *rows; /* of one portion */
    Reader *reader;
    Archive *archive;
    int64_t now_us;
} Snapshot;

/* --- rows --- */

/* A snapshot leaves the house: what is secret, opens something or isn't shown by the API stays
 * here. The model says so of each field, so that a new one needs no thought in this file. */
static bool is_shown(const Field *f)
{
    return f->stored && f->secret == SECRET_NONE && !f->confidential && !f->hidden &&
           !f->write_only;
}

/* An address without the user and password that may stand before its host. */
static Str without_user(Arena *a, Str url)
{
    const size_t start = str_find_str(url, STR("://"));
    if (start == SIZE_MAX) {
        return url;
    }
    size_t at = SIZE_MAX;
    for (size_t i = start + 3; i < url.len && url.ptr[i] != '/' && url.ptr[i] != '?'; i++) {
        at = url.ptr[i] == '@' ? i : at;
    }
    return at == SIZE_MAX ? url
                          : str_format(a, "%.*s://…%.*s", STR_ARG(str_slice(url, 0, start)),
                                       STR_ARG(str_slice(url, at, url.len)));
}

static void put_field(Buf *out, Arena *a, const Field *f, Value value)
{
    const bool address = f->format == FORMAT_URL && value.type == VALUE_TEXT;
    buf_put_lit(out, ", ");
    json_put_name(out, f->name);
    json_put_value(out, address ? value_text(without_user(a, value.text)) : value);
}

static void put_row(Buf *out, Arena *a, const Row *row)
{
    buf_put_lit(out, "{\"key\": ");
    json_put_value(out, row->key);
    for (size_t i = 0; i < row->resource->n_fields; i++) {
        const Field *f = &row->resource->fields[i];
        if (is_shown(f)) {
            put_field(out, a, f, row->values[i]);
        }
    }
    buf_put_char(out, '}');
}

/* As many rows as there is room for. In portions, each with an arena that is reset: a table may be
 * larger than memory. One snapshot of the store holds through all of them (add_everything), so that
 * paging by offset skips nothing. */
static CHECKED Err *put_rows(const Snapshot *s, const Resource *r, Buf *out, bool *ret_any)
{
    size_t n = ROWS_AT_ONCE;
    bool first = true;
    for (int64_t offset = 0; n == ROWS_AT_ONCE; offset += ROWS_AT_ONCE) {
        const Query query = {.resource = r, .limit = ROWS_AT_ONCE, .offset = offset};
        const Row **rows = NULL;
        arena_reset(s->rows);
        TRY(reader_select(s->reader, s->rows, &query, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const size_t len = out->len;
            buf_put_str(out, first ? STR("[\n") : STR(",\n"));
            put_row(out, s->rows, rows[i]);
            if (buf_failed(out) || out->len > MEMBER_MAX) {
                buf_truncate(out, len);
                n = 0;
                break;
            }
            first = false;
        }
    }
    buf_put_lit(out, "\n]\n");
    *ret_any = !first;
    return NULL;
}

static CHECKED Err *add_rows(const Snapshot *s, const Resource *r)
{
    CLEANUP(buf_free) Buf *out = buf_new(2 * MEMBER_MAX);
    bool any = false;
    TRY(put_rows(s, r, out, &any));
    if (!any) {
        return NULL;
    }
    const Str family = family_name(r->family);
    const Str name = str_format(s->arena, "%.*s/%.*s.json", STR_ARG(family), STR_ARG(r->file));
    return archive_add(s->archive, s->arena, name.ptr, buf_str(out));
}

static CHECKED Err *add_all_rows(const Snapshot *s)
{
    const Model *model = store_model(s->of->store);
    for (size_t i = 0; i < model->n_resources; i++) {
        const Resource *r = &model->resources[i];
        const bool wanted = r->family == FAMILY_CONFIGURATION || r->family == FAMILY_STATUS;
        if (wanted && r->parent == NULL && resource_has_table(r)) {
            TRY(add_rows(s, r));
        }
    }
    return NULL;
}

/* --- numbers --- */

static CHECKED Err *add_counts(const Snapshot *s)
{
    CLEANUP(buf_free) Buf *out = buf_new(MEMBER_MAX);
    const Model *model = store_model(s->of->store);
    bool first = true;
    buf_put_char(out, '{');
    for (size_t i = 0; i < model->n_resources; i++) {
        const Resource *r = &model->resources[i];
        if (!resource_has_table(r)) {
            continue;
        }
        const Query query = {.resource = r};
        int64_t n = 0;
        TRY(reader_count(s->reader, s->arena, &query, &n));
        json_put_comma(out, &first);
        json_put_name(out, str_format(s->arena, "%.*s/%.*s", STR_ARG(family_name(r->family)),
                                      STR_ARG(r->file)));
        buf_put_int64(out, n);
    }
    buf_put_lit(out, "}\n");
    return archive_add(s->archive, s->arena, "counts.json", buf_str(out));
}

static CHECKED Err *add_about(const Snapshot *s)
{
    CLEANUP(buf_free) Buf *out = buf_new(MEMBER_MAX);
    struct utsname system;
    (void)uname(&system); /* can't fail */
    buf_put_lit(out, "{\"version\": \"" ROSTRA_VERSION "\", \"model\": ");
    buf_put_int64(out, store_model(s->of->store)->version);
    buf_put_lit(out, ", \"made\": \"");
    datetime_put(out, s->now_us, true);
    buf_put_lit(out, "\", \"system\": ");
    json_put_string(
        out, str_format(s->arena, "%s %s %s", system.sysname, system.release, system.machine));
    buf_put_lit(out, ", \"processors\": ");
    buf_put_int64(out, sysconf(_SC_NPROCESSORS_ONLN));
    buf_put_lit(out, ", \"can_write\": ");
    buf_put_str(out, store_can_write(s->of->store) ? STR("true") : STR("false"));
    buf_put_lit(out, ", \"changes\": ");
    buf_put_int64(out, store_seq(s->of->store, STORE_CONFIG));
    buf_put_lit(out, "}\n");
    return archive_add(s->archive, s->arena, "about.json", buf_str(out));
}

static CHECKED Err *add_log(const Snapshot *s, const SnapshotRange *range)
{
    CLEANUP(buf_free) Buf *out = buf_new(2 * LOG_TAIL_BYTES);
    const int64_t from_us =
        range->from_hours < 0 ? INT64_MIN : s->now_us - range->from_hours * HOUR_US;
    const int64_t to_us = range->to_hours <= 0 ? INT64_MAX : s->now_us - range->to_hours * HOUR_US;
    log_tail_put(s->of->tail, out, from_us, to_us);
    return archive_add(s->archive, s->arena, "log.txt", buf_str(out));
}

/* --- the whole --- */

static CHECKED Err *add_metrics(const Snapshot *s)
{
    CLEANUP(buf_free) Buf *out = buf_new(MEMBER_MAX);
    metrics_put(out, s->arena, s->of->store);
    return archive_add(s->archive, s->arena, "metrics.json", buf_str(out));
}

static CHECKED Err *add_everything(const Snapshot *s, const SnapshotRange *range)
{
    int64_t seq = 0;
    TRY(add_about(s));
    TRY(add_log(s, range));
    if (range->with_metrics) {
        TRY(add_metrics(s));
    }
    TRY(reader_begin(s->reader, s->arena, &seq));
    Err *e = add_counts(s);
    if (e == NULL) {
        e = add_all_rows(s);
    }
    reader_end(s->reader);
    return e;
}

static CHECKED Err *write_to(const Snapshots *of, Arena *a, const SnapshotRange *range, int fd)
{
    CLEANUP(arena_free) Arena *rows = arena_new(ROWS_ARENA_BYTES);
    CLEANUP(archive_free) Archive *archive = NULL;
    CLEANUP(reader_free) Reader *reader = NULL;
    const int64_t now_us = datetime_now_us();
    TRY(reader_new(a, of->store, &reader));
    TRY(archive_new(a, fd, now_us, &archive));
    const Snapshot s = {of, a, rows, reader, archive, now_us};
    TRY(add_everything(&s, range));
    return archive_finish(archive, a);
}

/* A new file in the folder under a name that the next start clears away; *ret_path: that name. */
static CHECKED Err *make_file(const Snapshots *s, Arena *a, const SnapshotRange *range, int *ret_fd,
                              const char **ret_path)
{
    char uuid[37];
    uuid_new(uuid);
    const char *folder = files_snapshot_folder(s->store, a);
    const char *path = str_format(a, "%s/.part-%s", folder, uuid).ptr;
    TRY(file_make_folder(a, folder, S_IRWXU));
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return err(a, ERR_IO, "The snapshot cannot be written: %s.", strerrordesc_np(errno));
    }
    Err *e = write_to(s, a, range, fd);
    if (e != NULL) {
        (void)unlink(path); /* half a snapshot is none */
        (void)close(fd);
        return e;
    }
    *ret_fd = fd;
    *ret_path = path;
    return NULL;
}

Err *snapshots_make(const Snapshots *s, Arena *a, const SnapshotRange *range, int *ret_fd,
                    uint64_t *ret_size_bytes, Str *ret_name)
{
    int fd = -1;
    const char *path = "";
    struct stat info;
    TRY(make_file(s, a, range, &fd, &path));
    (void)unlink(path); /* it goes with its descriptor */
    if (fstat(fd, &info) != 0) {
        (void)close(fd); /* only read */
        return err(a, ERR_IO, "The snapshot cannot be read: %s.", strerrordesc_np(errno));
    }
    const DatetimeParts t = datetime_parts(datetime_now_us());
    *ret_name = str_format(a, "rostra_snapshot_%04d-%02d-%02d_%02d-%02d-%02d.tar.gz", t.year,
                           t.month, t.day, t.hour, t.minute, t.second);
    *ret_size_bytes = (uint64_t)info.st_size;
    *ret_fd = fd;
    return NULL;
}

Err *snapshots_keep(const Snapshots *s, Arena *a, const SnapshotRange *range, Str name)
{
    int fd = -1;
    const char *path = "";
    TRY(make_file(s, a, range, &fd, &path));
    (void)close(fd); /* it needn't outlast the machine */
    if (rename(path, files_snapshot_path(s->store, a, name)) != 0) {
        const int error = errno;
        (void)unlink(path); /* the failure at hand matters more */
        return err(a, ERR_IO, "The snapshot cannot be written: %s.", strerrordesc_np(error));
    }
    return NULL;
}

void snapshots_start(const Snapshots *s, Arena *a)
{
    DIR *folder = opendir(files_snapshot_folder(s->store, a));
    if (folder == NULL) {
        return; /* there were none */
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
    for (struct dirent *entry = readdir(folder); entry != NULL;
         /* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
         entry = readdir(folder)) {
        const char *path = files_snapshot_path(s->store, a, str_from(entry->d_name));
        (void)unlink(path); /* "." and ".." stay */
    }
    (void)closedir(folder); /* only read */
}
