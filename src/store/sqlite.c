/* Connections and prepared statements. */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/datetime.h"
#include "base/hash_table.h"
#include "store/functions.h"
#include "store/statement.h"

/* Opcodes of SQLite between two looks at the clock: far below a millisecond. */
enum { DB_STEPS_PER_CHECK = 1000 };

/* How long a lock of another connection is waited for; only recovery after a crash holds one. */
enum { DB_BUSY_MS = 5000 };

/* Pages that a connection keeps. With 100,000 rooms 2, 4 and 16 MiB cost the same, and so did
 * memory maps, with which an unreadable disk would end the process. There are a dozen readers; what
 * a writer can't keep it writes twice. */
#define DB_READ_CACHE "PRAGMA cache_size = -2000;"
#define DB_WRITE_CACHE "PRAGMA cache_size = -4000;"

/* Of every file; what SQLite chooses for new ones. */
enum { DB_PAGE_BYTES = 4096 };

/* Statements prepared by text form a list from the most to the least recently used. */
struct Stmt {
    HashNode node;
    Stmt *newer, *older;
    sqlite3_stmt *raw;
    Db *db;
    Str sql; /* owned by the library's statement; empty for fixed ones */
    int n_parameters;
    bool busy;
};

struct Db {
    sqlite3 *raw;
    bool writes;
    Stmt *fixed; /* by slot; raw is NULL until it is first needed */
    size_t n_slots;
    HashTable by_text;
    Stmt *newest, *oldest;
    int64_t n_statements;
    int64_t limit_us;     /* 0: none */
    const DbWatch *watch; /* borrowed; NULL: none */
    int64_t deadline_us;  /* of the running statement; 0: set at the next look at the clock */
    int n_wal_pages;      /* after the last commit */
    int constraint;       /* extended result code of the last error */
    DbFailure failure;
};

/* What undoes a savepoint is kept in memory up to here, and beyond in a file made for it. SQLite's
 * own 64 KiB are too few for a new conference and its indexes. It hands all of it to one write when
 * it goes to the file, and takes 128 KiB or more there for a full disk. */
enum { SAVEPOINT_MEMORY_BYTES = 127 * 1024 };

static void configure_library(void)
{
    /* A misuse error means that somebody started the library before: it works all the same. */
    (void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, SAVEPOINT_MEMORY_BYTES);
}

/* --- errors --- */

static void note_failure(Db *db, int code)
{
    if (db->failure == DB_FAILURE_NONE) {
        db->failure = (code & 0xff) == SQLITE_FULL ? DB_FAILURE_FULL : DB_FAILURE_OTHER;
    }
}

static bool is_unwanted(const Db *db)
{
    return db->watch != NULL && db->watch->is_unwanted != NULL &&
           db->watch->is_unwanted(db->watch->context);
}

static Err *map_error(Db *db, Arena *a, int code)
{
    db->constraint = code;
    Err *e = NULL;
    switch (code & 0xff) {
    case SQLITE_INTERRUPT:
        if (is_unwanted(db)) {
            return err(a, ERR_BUSY, "Nobody waits for the query any more.");
        }
        return err(a, ERR_INVALID, "The query takes too long; narrow it down.");
    case SQLITE_CONSTRAINT:
        e = err(a, ERR_CONFLICT, "The change breaks a rule of the store.");
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        e = err(a, ERR_BUSY, "The store is busy.");
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        note_failure(db, code);
        e = err(a, ERR_IO, "The store is damaged.");
        break;
    case SQLITE_ABORT: /* what rostra_regex answers */
        return err(a, ERR_INVALID, "The regular expression takes too much effort; simplify it.");
    case SQLITE_ERROR:
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
        e = err(a, ERR_INTERNAL, "The store could not carry this out.");
        break;
    default:
        note_failure(db, code);
        e = err(a, ERR_IO, "The store cannot be %s: %s.", db->writes ? "written" : "read",
                sqlite3_errstr(code));
        break;
    }
    return err_detail(a, e, "%s (%d)", sqlite3_errmsg(db->raw), code);
}

/* --- opening --- */

static int check_time(void *context)
{
    Db *db = context;
    const int64_t now_us = datetime_monotonic_us();
    if (is_unwanted(db)) {
        return 1;
    }
    if (db->deadline_us == 0) {
        db->deadline_us = now_us + db->limit_us;
    }
    return now_us >= db->deadline_us;
}

/* SQLite would make it, and the files beside it, with the rights that the umask leaves. */
static Err *make_file(Arena *a, const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return err_detail(a, err(a, ERR_IO, "The store cannot be opened."), "%s: %s", path,
                          strerrordesc_np(errno));
    }
    (void)close(fd); /* nothing was written */
    return NULL;
}

/* Writers must not hold temporary files in memory: SQLite walks through a statement's journal after
 * each row, which made the deletion of 30,000 rows take quadratic time. */
static const char *pragmas(DbMode mode)
{
    switch (mode) {
    case DB_READ:
        return "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;" DB_READ_CACHE;
    case DB_WRITE_DURABLE:
        return "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" DB_WRITE_CACHE;
    case DB_WRITE_DERIVED:
        return "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" DB_WRITE_CACHE;
    case DB_WRITE_VOLATILE:
        return "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" DB_WRITE_CACHE;
    }
    return "";
}

static int note_commit(void *context, sqlite3 *connection, const char *name, int n_pages)
{
    (void)connection;
    (void)name;
    Db *db = context;
    db->n_wal_pages = n_pages;
    return SQLITE_OK;
}

static Err *set_up(Db *db, Arena *a, DbMode mode)
{
    (void)sqlite3_extended_result_codes(db->raw, 1);
    (void)sqlite3_busy_timeout(db->raw, DB_BUSY_MS);
    (void)sqlite3_limit(db->raw, SQLITE_LIMIT_ATTACHED, 0);
    /* There are none of ours; in a file from elsewhere they would be a back door. */
    (void)sqlite3_db_config(db->raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_db_config(db->raw, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    TRY(db_exec(db, a,
                "PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;"
                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"));
    TRY(db_exec(db, a, pragmas(mode)));
    (void)sqlite3_wal_hook(db->raw, note_commit, db);
    const int code = functions_register(db->raw);
    if (code != SQLITE_OK) {
        return map_error(db, a, code);
    }
    if (mode == DB_READ) {
        db_set_time_limit(db, DB_TIME_LIMIT_US);
    }
    return NULL;
}

Err *db_open(Arena *a, const char *path, DbMode mode, size_t n_slots, Db **ret_db)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    (void)pthread_once(&configured, configure_library); /* can't fail with a valid control */
    if (mode != DB_READ) {
        TRY(make_file(a, path));
    }
    CLEANUP(db_close) Db *db = calloc(1, sizeof *db);
    MUST(db != NULL);
    db->writes = mode != DB_READ;
    db->fixed = calloc(MAX(n_slots, (size_t)1), sizeof *db->fixed);
    MUST(db->fixed != NULL);
    db->n_slots = n_slots;
    hash_table_init(&db->by_text);
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path, &db->raw, flags, NULL);
    if (code != SQLITE_OK) {
        return err_detail(a, err(a, ERR_IO, "The store cannot be opened."), "%s: %s", path,
                          sqlite3_errstr(code));
    }
    TRY(set_up(db, a, mode));
    *ret_db = db;
    db = NULL;
    return NULL;
}

static Stmt *stmt_free(Stmt *s)
{
    (void)sqlite3_finalize(s->raw); /* repeats the error of the last step, which was handled */
    free(s);
    return NULL;
}

Db *db_close(Db *db)
{
    if (db == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < db->n_slots; i++) {
        (void)sqlite3_finalize(db->fixed[i].raw);
    }
    free(db->fixed);
    Stmt *next = NULL;
    for (Stmt *s = db->newest; s != NULL; s = next) {
        next = s->older;
        (void)stmt_free(s);
    }
    hash_table_deinit(&db->by_text);
    const int code = sqlite3_close(db->raw);
    MUST(code == SQLITE_OK); /* all statements are finalized */
    free(db);
    return NULL;
}

/* --- statements --- */

Err *db_exec(Db *db, Arena *a, const char *sql)
{
    const int code = sqlite3_exec(db->raw, sql, NULL, NULL, NULL);
    db->n_statements++;
    return code == SQLITE_OK ? NULL : map_error(db, a, code);
}

static Err *prepare(Db *db, Arena *a, Str sql, Stmt *s)
{
    MUST(sql.len < INT32_MAX);
    const int code = sqlite3_prepare_v3(db->raw, sql.ptr, (int)sql.len, SQLITE_PREPARE_PERSISTENT,
                                        &s->raw, NULL);
    if (code != SQLITE_OK) {
        return map_error(db, a, code);
    }
    s->db = db;
    s->n_parameters = sqlite3_bind_parameter_count(s->raw);
    return NULL;
}

static Stmt *take(Stmt *s)
{
    MUST(!s->busy);
    s->db->n_statements++;
    return s;
}

Err *db_prepare_fixed(Db *db, Arena *a, const FixedSql *sql, Stmt **ret_stmt)
{
    MUST(sql->slot < db->n_slots);
    Stmt *s = &db->fixed[sql->slot];
    if (s->raw == NULL) {
        TRY(prepare(db, a, sql->text, s));
    }
    *ret_stmt = take(s);
    return NULL;
}

static void list_remove(Db *db, Stmt *s)
{
    *(s->newer != NULL ? &s->newer->older : &db->newest) = s->older;
    *(s->older != NULL ? &s->older->newer : &db->oldest) = s->newer;
    s->newer = s->older = NULL;
}

static void list_put_first(Db *db, Stmt *s)
{
    s->older = db->newest;
    *(db->newest != NULL ? &db->newest->newer : &db->oldest) = s;
    db->newest = s;
}

static void drop_oldest(Db *db)
{
    Stmt *s = db->oldest;
    while (s != NULL && s->busy) {
        s = s->newer;
    }
    if (s != NULL) {
        list_remove(db, s);
        hash_table_remove(&db->by_text, &s->node);
        (void)stmt_free(s);
    }
}

static Stmt *find(const Db *db, Str sql, uint64_t hash)
{
    for (HashNode *n = hash_table_first(&db->by_text, hash); n != NULL;
         n = hash_table_next_same(n)) {
        Stmt *s = CONTAINER_OF(n, Stmt, node);
        if (str_equal(s->sql, sql)) {
            return s;
        }
    }
    return NULL;
}

static Err *prepare_new(Db *db, Arena *a, Str sql, uint64_t hash, Stmt **ret_stmt)
{
    if (db->by_text.n >= DB_STATEMENTS_MAX) {
        drop_oldest(db);
    }
    Stmt *s = calloc(1, sizeof *s);
    MUST(s != NULL);
    Err *e = prepare(db, a, sql, s);
    if (e != NULL) {
        (void)stmt_free(s);
        return e;
    }
    s->sql = (Str){sqlite3_sql(s->raw), sql.len};
    hash_table_insert(&db->by_text, &s->node, hash);
    *ret_stmt = s;
    return NULL;
}

Err *db_prepare(Db *db, Arena *a, Str sql, Stmt **ret_stmt)
{
    const uint64_t hash = str_hash(sql);
    Stmt *s = find(db, sql, hash);
    if (s == NULL) {
        TRY(prepare_new(db, a, sql, hash, &s));
        list_put_first(db, s);
    } else if (s != db->newest) {
        list_remove(db, s);
        list_put_first(db, s);
    }
    *ret_stmt = take(s);
    return NULL;
}

/* A failed bind is a bug of ours, or a text over SQLite's limit of 10^9 bytes, which no request
 * may have. */
static void bound(int code)
{
    MUST(code == SQLITE_OK);
}

void stmt_bind_int64(Stmt *s, int parameter, int64_t integer)
{
    bound(sqlite3_bind_int64(s->raw, parameter, integer));
}

void stmt_bind_text(Stmt *s, int parameter, Str text)
{
    bound(sqlite3_bind_text64(s->raw, parameter, text.ptr != NULL ? text.ptr : "", text.len,
                              SQLITE_STATIC, SQLITE_UTF8));
}

void stmt_bind_null(Stmt *s, int parameter)
{
    bound(sqlite3_bind_null(s->raw, parameter));
}

void stmt_bind_pointer(Stmt *s, int parameter, const void *pointer, const char *type)
{
    union {
        const void *given;
        void *taken; /* the library's interface lacks const; our functions only read it */
    } p = {.given = pointer};
    bound(sqlite3_bind_pointer(s->raw, parameter, p.taken, type, NULL));
}

void stmt_bind(Stmt *s, int parameter, Value v)
{
    switch (v.type) {
    case VALUE_NULL:
        stmt_bind_null(s, parameter);
        return;
    case VALUE_INTEGER:
        stmt_bind_int64(s, parameter, v.integer);
        return;
    case VALUE_FLOAT:
        bound(sqlite3_bind_double(s->raw, parameter, v.number));
        return;
    case VALUE_TEXT:
        stmt_bind_text(s, parameter, v.text);
        return;
    }
}

int stmt_n_parameters(Stmt *s)
{
    return s->n_parameters;
}

void stmt_reset(Stmt *s)
{
    s->busy = false;
    (void)sqlite3_reset(s->raw); /* repeats the error of the last step */
}

Err *stmt_step(Stmt *s, Arena *a, bool *ret_row)
{
    if (!s->busy) {
        s->busy = true;
        s->db->deadline_us = 0;
    }
    const int code = sqlite3_step(s->raw);
    if (code == SQLITE_ROW) {
        *ret_row = true;
        return NULL;
    }
    Err *e = code == SQLITE_DONE ? NULL : map_error(s->db, a, code);
    stmt_reset(s);
    if (e == NULL) {
        *ret_row = false;
    }
    return e;
}

Err *stmt_run(Stmt *s, Arena *a)
{
    bool row = true;
    while (row) {
        TRY(stmt_step(s, a, &row));
    }
    return NULL;
}

int64_t stmt_int64(Stmt *s, int column)
{
    return sqlite3_column_int64(s->raw, column);
}

Str stmt_text(Stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s->raw, column);
    return (Str){text, (size_t)sqlite3_column_bytes(s->raw, column)};
}

bool stmt_is_null(Stmt *s, int column)
{
    return sqlite3_column_type(s->raw, column) == SQLITE_NULL;
}

/* By the column's sqlite3_value: a column_…() call for each step costs twice as much. It may be
 * looked at only by the thread that has the connection, which is so here. */
Value stmt_value(Stmt *s, Arena *a, int column)
{
    sqlite3_value *v = sqlite3_column_value(s->raw, column);
    switch (sqlite3_value_type(v)) {
    case SQLITE_INTEGER:
        return value_integer(sqlite3_value_int64(v));
    case SQLITE_FLOAT:
        return value_float(sqlite3_value_double(v));
    case SQLITE_NULL:
        return VALUE_NONE;
    default: {
        const char *text = (const char *)sqlite3_value_text(v);
        return value_text(str_dup(a, (Str){text, (size_t)sqlite3_value_bytes(v)}));
    }
    }
}

Err *db_int64(Db *db, Arena *a, Str sql, int64_t or_else, int64_t *ret)
{
    Stmt *s = NULL;
    TRY(db_prepare(db, a, sql, &s));
    bool row = false;
    TRY(stmt_step(s, a, &row));
    *ret = row ? stmt_int64(s, 0) : or_else;
    stmt_reset(s);
    return NULL;
}

/* --- state --- */

DbConstraint db_constraint(const Db *db)
{
    switch (db->constraint) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return DB_CONSTRAINT_UNIQUE;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return DB_CONSTRAINT_FOREIGN_KEY;
    default:
        return (db->constraint & 0xff) == SQLITE_CONSTRAINT ? DB_CONSTRAINT_OTHER
                                                            : DB_CONSTRAINT_NONE;
    }
}

DbFailure db_failure(const Db *db)
{
    return db->failure;
}

bool db_is_damaged(const Db *db)
{
    return (db->constraint & 0xff) == SQLITE_CORRUPT || (db->constraint & 0xff) == SQLITE_NOTADB;
}

void db_clear_failure(Db *db)
{
    db->failure = DB_FAILURE_NONE;
}

bool db_in_transaction(const Db *db)
{
    return sqlite3_get_autocommit(db->raw) == 0;
}

int64_t db_n_statements(const Db *db)
{
    return db->n_statements;
}

void db_set_time_limit(Db *db, int64_t limit_us)
{
    db->limit_us = limit_us;
    sqlite3_progress_handler(db->raw, limit_us != 0 ? DB_STEPS_PER_CHECK : 0,
                             limit_us != 0 ? check_time : NULL, db);
}

void db_set_watch(Db *db, const DbWatch *watch)
{
    db->watch = watch;
}

/* --- the whole file --- */

static int library_checkpoint(DbCheckpoint kind)
{
    switch (kind) {
    case DB_CHECKPOINT_RESTART:
        return SQLITE_CHECKPOINT_RESTART;
    case DB_CHECKPOINT_TRUNCATE:
        return SQLITE_CHECKPOINT_TRUNCATE;
    case DB_CHECKPOINT_PASSIVE:
        break;
    }
    return SQLITE_CHECKPOINT_PASSIVE;
}

Err *db_checkpoint(Db *db, Arena *a, DbCheckpoint kind, int wait_ms, int64_t *ret_wal_bytes,
                   bool *ret_done)
{
    int n_frames = 0;
    int n_moved = 0;
    (void)sqlite3_busy_timeout(db->raw, wait_ms);
    const int code =
        sqlite3_wal_checkpoint_v2(db->raw, NULL, library_checkpoint(kind), &n_frames, &n_moved);
    (void)sqlite3_busy_timeout(db->raw, DB_BUSY_MS);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) {
        return map_error(db, a, code);
    }
    *ret_wal_bytes = (int64_t)MAX(n_frames, 0) * DB_PAGE_BYTES;
    *ret_done = code == SQLITE_OK;
    if (code == SQLITE_OK && kind != DB_CHECKPOINT_PASSIVE) {
        db->n_wal_pages = 0;
    }
    return NULL;
}

int64_t db_wal_bytes(const Db *db)
{
    return (int64_t)db->n_wal_pages * DB_PAGE_BYTES;
}

static Err *copy_pages(Db *db, Arena *a, sqlite3 *target)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", db->raw, "main");
    if (backup == NULL) {
        return map_error(db, a, sqlite3_extended_errcode(target));
    }
    const int code = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE || finished != SQLITE_OK) {
        return map_error(db, a, finished != SQLITE_OK ? finished : code);
    }
    return NULL;
}

Err *db_copy_to(Db *db, Arena *a, const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return err_detail(a, err(a, ERR_IO, "A copy of the store cannot be made."), "%s: %s", path,
                          strerrordesc_np(errno));
    }
    sqlite3 *target = NULL;
    int code = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    Err *e = code == SQLITE_OK ? copy_pages(db, a, target) : map_error(db, a, code);
    (void)sqlite3_close(target); /* everything is written; its statements are gone */
    if (e == NULL && fsync(fd) != 0) {
        e = err(a, ERR_IO, "A copy of the store cannot be made.");
    }
    (void)close(fd); /* synced */
    if (e != NULL) {
        (void)unlink(path); /* half a copy is none; if it stays, nobody takes it for whole */
    }
    return e;
}

/* --- a function of the caller's --- */

typedef struct TextFunction {
    Str (*run)(void *context, Str text);
    void *context;
} TextFunction;

static void run_text_function(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    (void)n; /* one */
    const TextFunction *function = sqlite3_user_data(context);
    const char *text = (const char *)sqlite3_value_text(arguments[0]);
    if (text != NULL) {
        const size_t len = (size_t)sqlite3_value_bytes(arguments[0]);
        const Str result = function->run(function->context, (Str){text, len});
        sqlite3_result_text64(context, result.ptr, result.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    }
}

Err *db_add_function(Db *db, Arena *a, const char *name, Str (*run)(void *context, Str text),
                     void *context)
{
    TextFunction *function = malloc(sizeof *function);
    MUST(function != NULL);
    *function = (TextFunction){run, context};
    const int code = sqlite3_create_function_v2(db->raw, name, 1, SQLITE_UTF8, function,
                                                run_text_function, NULL, NULL, free);
    return code == SQLITE_OK ? NULL : map_error(db, a, code);
}

void sql_put_name(Buf *out, Str name)
{
    buf_put_char(out, '"');
    buf_put_str(out, name);
    buf_put_char(out, '"');
}
