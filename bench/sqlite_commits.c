/* The floor for Rostra's writes: the same rows, in the same tables and indexes of a store that
 * rostrad made, written by bare SQLite in group commits. No HTTP, no validation, no reading.
 *
 *   sqlite_commits STORE post|patch OBJECTS_A_COMMIT MILLISECONDS
 *   sqlite_commits STORE bulk OBJECTS
 *
 * STORE is a config.db with conferences 1 to n that nobody else has open; the first conference,
 * its two aliases and their rows of the change log are the patterns of what is written. Prints a
 * JSON object. Ends with 1 at any failure: it is a tool of the benchmark, and there is nobody to
 * tell. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"

enum { ALIASES_N = 2, TEXT_SIZE = 64 };

/* As in store/writer.c and store/sqlite.c. */
#define WAL_BYTES (INT64_C(16) * 1024 * 1024)
static const char PRAGMAS[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;"
                              "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
                              "PRAGMA cell_size_check = ON; PRAGMA cache_size = -4000;";

/* An INSERT whose parameters hold the pattern's values, but for those that differ each time. */
typedef struct Pattern {
    sqlite3_stmt *insert;
    int key, version, text, folded, parent, tag, kind; /* parameters; 0: it has none */
} Pattern;

typedef struct Bench {
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *counter, *state, *update;
    Pattern conference, alias, create_conference, create_alias, change_conference;
    int64_t n_conferences; /* before the run */
    int64_t next_conference, next_alias, next_change;
    int64_t n_written;
    int64_t tag; /* of the commit */
    int64_t wal_bytes;
} Bench;

static void need(const Bench *b, bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "sqlite_commits: %s: %s\n", what,
                      b->db != NULL ? sqlite3_errmsg(b->db) : "failed");
        exit(1); /* NOLINT(concurrency-mt-unsafe): there is one thread */
    }
}

static sqlite3_stmt *prepare(const Bench *b, const char *sql)
{
    sqlite3_stmt *s = NULL;
    need(b, sqlite3_prepare_v3(b->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) == SQLITE_OK,
         sql);
    return s;
}

static void run(const Bench *b, sqlite3_stmt *s)
{
    need(b, sqlite3_step(s) == SQLITE_DONE && sqlite3_reset(s) == SQLITE_OK, sqlite3_sql(s));
}

static void bind_number(const Bench *b, sqlite3_stmt *s, int at, int64_t number)
{
    need(b, at == 0 || sqlite3_bind_int64(s, at, number) == SQLITE_OK, "bind");
}

static void bind_text(const Bench *b, sqlite3_stmt *s, int at, const char *text)
{
    need(b, at == 0 || sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT) == SQLITE_OK, "bind");
}

static int64_t ask(const Bench *b, const char *sql)
{
    sqlite3_stmt *s = prepare(b, sql);
    need(b, sqlite3_step(s) == SQLITE_ROW, sql);
    const int64_t number = sqlite3_column_int64(s, 0);
    (void)sqlite3_finalize(s); /* says once more what the step said */
    return number;
}

/* --- patterns --- */

static int position(sqlite3_stmt *row, const char *column)
{
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        if (strcmp(sqlite3_column_name(row, i), column) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static sqlite3_stmt *prepare_insert(const Bench *b, const char *table, int n_columns)
{
    sqlite3_str *sql = sqlite3_str_new(b->db);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES (?1", table);
    for (int i = 2; i <= n_columns; i++) {
        sqlite3_str_appendf(sql, ",?%d", i);
    }
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    need(b, text != NULL, "memory");
    sqlite3_stmt *insert = prepare(b, text);
    sqlite3_free(text);
    return insert;
}

/* The row that `select` finds; text, parent: names of columns. */
static Pattern pattern(const Bench *b, const char *table, const char *select, const char *text,
                       const char *parent)
{
    sqlite3_stmt *row = prepare(b, select);
    need(b, sqlite3_step(row) == SQLITE_ROW, select);
    const int n = sqlite3_column_count(row);
    const Pattern p = {
        .insert = prepare_insert(b, table, n),
        .key = 1,
        .version = position(row, "_version"),
        .text = position(row, text),
        .folded = position(row, "alias__fold"),
        .parent = position(row, parent),
        .tag = position(row, "tag"),
        .kind = position(row, "kind"),
    };
    for (int i = 0; i < n; i++) {
        need(b, sqlite3_bind_value(p.insert, i + 1, sqlite3_column_value(row, i)) == SQLITE_OK,
             "bind");
    }
    (void)sqlite3_finalize(row); /* says once more what the step said */
    return p;
}

#define CHANGE_OF(resource, kind)                                                                  \
    "SELECT * FROM change_log WHERE resource = '" resource "' AND kind = " kind " LIMIT 1"

static void prepare_all(Bench *b)
{
    static const char conference[] = "configuration_conference";
    static const char alias[] = "configuration_conference_alias";
    b->begin = prepare(b, "BEGIN IMMEDIATE");
    b->commit = prepare(b, "COMMIT");
    b->counter = prepare(b, "UPDATE counter SET seq = ?1");
    b->state =
        prepare(b, "UPDATE resource_state SET next_id = ?1, n_rows = n_rows + ?2 WHERE resource = "
                   "?3");
    b->update = prepare(b, "UPDATE configuration_conference SET description = ?1, _version = ?2 "
                           "WHERE id = ?3");
    b->conference =
        pattern(b, conference, "SELECT * FROM configuration_conference LIMIT 1", "name", "");
    b->conference.tag = 0; /* a field of conferences, not of the change log */
    b->alias = pattern(b, alias, "SELECT * FROM configuration_conference_alias LIMIT 1", "alias",
                       "conference");
    b->create_conference =
        pattern(b, "change_log", CHANGE_OF("configuration_conference", "0"), "", "object");
    b->create_alias =
        pattern(b, "change_log", CHANGE_OF("configuration_conference_alias", "0"), "", "object");
    b->change_conference =
        pattern(b, "change_log", CHANGE_OF("configuration_conference", "0"), "new", "object");
    bind_number(b, b->change_conference.insert, b->change_conference.kind, 1); /* an update */
}

/* --- writing --- */

static void write_change(Bench *b, const Pattern *p, int64_t object)
{
    bind_number(b, p->insert, p->key, b->next_change++);
    bind_number(b, p->insert, p->tag, b->tag);
    bind_number(b, p->insert, p->parent, object);
    run(b, p->insert);
}

static void write_alias(Bench *b, int64_t conference, int which)
{
    const Pattern *p = &b->alias;
    char text[TEXT_SIZE];
    (void)snprintf(text, sizeof text, "bare%d-%" PRId64 "@example.com", which, conference);
    bind_number(b, p->insert, p->key, b->next_alias);
    bind_number(b, p->insert, p->version, b->next_change);
    bind_number(b, p->insert, p->parent, conference);
    bind_text(b, p->insert, p->text, text);
    bind_text(b, p->insert, p->folded, text);
    run(b, p->insert);
    write_change(b, &b->create_alias, b->next_alias++);
}

static void create_conference(Bench *b)
{
    const Pattern *p = &b->conference;
    const int64_t conference = b->next_conference++;
    char text[TEXT_SIZE];
    (void)snprintf(text, sizeof text, "Bare Room %08" PRId64, conference);
    bind_number(b, p->insert, p->key, conference);
    bind_number(b, p->insert, p->version, b->next_change);
    bind_text(b, p->insert, p->text, text);
    run(b, p->insert);
    write_change(b, &b->create_conference, conference);
    for (int i = 0; i < ALIASES_N; i++) {
        write_alias(b, conference, i);
    }
}

/* Conferences in an order that jumps about: 7919 is prime. */
static void change_conference(Bench *b)
{
    const Pattern *change = &b->change_conference;
    const int64_t conference = 1 + b->n_written * 7919 % b->n_conferences;
    char description[TEXT_SIZE];
    char json[2 * TEXT_SIZE];
    (void)snprintf(description, sizeof description, "patched %08" PRId64, b->n_written);
    (void)snprintf(json, sizeof json, "{\"description\": \"%s\"}", description);
    bind_text(b, b->update, 1, description);
    bind_number(b, b->update, 2, b->next_change);
    bind_number(b, b->update, 3, conference);
    run(b, b->update);
    bind_text(b, change->insert, change->text, json);
    bind_text(b, change->insert, change->text + 1, json); /* old */
    write_change(b, change, conference);
}

static void write_state(Bench *b, const char *resource, int64_t next, int64_t n)
{
    bind_number(b, b->state, 1, next);
    bind_number(b, b->state, 2, n);
    bind_text(b, b->state, 3, resource);
    run(b, b->state);
}

static int remember_wal(void *context, sqlite3 *db, const char *name, int n_pages)
{
    (void)db;
    (void)name;
    *(int64_t *)context = (int64_t)n_pages * 4096;
    return SQLITE_OK;
}

static void write_group(Bench *b, bool create, int64_t n)
{
    sqlite3_randomness(sizeof b->tag, &b->tag);
    run(b, b->begin);
    for (int64_t i = 0; i < n; i++) {
        if (create) {
            create_conference(b);
        } else {
            change_conference(b);
        }
        b->n_written++;
    }
    bind_number(b, b->counter, 1, b->next_change - 1);
    run(b, b->counter);
    if (create) {
        write_state(b, "configuration_conference", b->next_conference, n);
        write_state(b, "configuration_conference_alias", b->next_alias, n * ALIASES_N);
    }
    run(b, b->commit);
    if (b->wal_bytes >= WAL_BYTES) {
        need(b,
             sqlite3_wal_checkpoint_v2(b->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL) ==
                 SQLITE_OK,
             "checkpoint");
        b->wal_bytes = 0;
    }
}

/* --- the run --- */

static int64_t now_us(clockid_t clock)
{
    struct timespec t = {0};
    (void)clock_gettime(clock, &t); /* these clocks always answer */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t number_of(const Bench *b, const char *text)
{
    int64_t number = 0;
    need(b, str_to_int64(str_from(text), &number) && number > 0, text);
    return number;
}

static void measure(Bench *b, bool create, int64_t n_group, int64_t duration_us)
{
    const int64_t start_us = now_us(CLOCK_MONOTONIC);
    const int64_t cpu_us = now_us(CLOCK_PROCESS_CPUTIME_ID);
    do {
        write_group(b, create, n_group);
    } while (now_us(CLOCK_MONOTONIC) - start_us < duration_us);
    const double seconds = (double)(now_us(CLOCK_MONOTONIC) - start_us) / 1e6;
    const double cpu = (double)(now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us);
    (void)printf("{\"requests\": %" PRId64
                 ", \"seconds\": %.6f, \"rps\": %.1f, \"cpu_us\": %.2f}\n",
                 b->n_written, seconds, (double)b->n_written / seconds, cpu / (double)b->n_written);
}

int main(int argc, char *argv[])
{
    Bench b = {0};
    if (argc < 4) {
        (void)fprintf(stderr, "usage: sqlite_commits STORE post|patch GROUP MILLISECONDS\n"
                              "       sqlite_commits STORE bulk OBJECTS\n");
        return 2;
    }
    need(&b, sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK, "configuration");
    need(&b,
         sqlite3_open_v2(argv[1], &b.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
             SQLITE_OK,
         argv[1]);
    need(&b, sqlite3_exec(b.db, PRAGMAS, NULL, NULL, NULL) == SQLITE_OK, "pragmas");
    (void)sqlite3_wal_hook(b.db, remember_wal, &b.wal_bytes); /* gives the hook before: none */
    b.n_conferences = ask(&b, "SELECT count(*) FROM configuration_conference");
    b.next_conference = ask(&b, "SELECT max(id) + 1 FROM configuration_conference");
    b.next_alias = ask(&b, "SELECT max(id) + 1 FROM configuration_conference_alias");
    b.next_change = ask(&b, "SELECT seq + 1 FROM counter");
    prepare_all(&b);
    const int64_t n_group = number_of(&b, argv[3]);
    measure(&b, strcmp(argv[2], "patch") != 0, n_group,
            argc > 4 ? number_of(&b, argv[4]) * 1000 : 0);
    return 0; /* the process's end closes all */
}
