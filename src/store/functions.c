/* Our own SQL functions. */
#include "store/functions.h"

#include <sqlite3.h>
#include <string.h>

#include "base/datetime.h"
#include "base/json_write.h"
#include "base/regex.h"
#include "base/utf8.h"
#include "model/field.h"

/* The longest text that a row holds is far below; more is taken as no match. */
#define FOLDED_LIMIT_BYTES (64UL * 1024 * 1024)

static Str text_of(sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);
    return (Str){text != NULL ? text : "", (size_t)sqlite3_value_bytes(value)};
}

/* --- rostra_match --- */

static void fold_ascii(Str s, char *out)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
}

static bool is_ascii(Str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++) {
        all |= (unsigned char)s.ptr[i];
    }
    return all < 0x80;
}

/* utf8_fold() into memory that is kept from row to row. */
static Str fold_into(Buf *scratch, Str s)
{
    buf_reset(scratch);
    if (is_ascii(s)) {
        char *out = buf_reserve(scratch, s.len);
        if (out != NULL) {
            fold_ascii(s, out);
            buf_added(scratch, s.len);
        }
        return buf_str(scratch);
    }
    char bytes[4];
    for (size_t at = 0; at < s.len;) {
        buf_put(scratch, bytes, utf8_put(utf8_fold_char(utf8_next(s, &at)), bytes));
    }
    return buf_str(scratch);
}

static bool contains(Str text, Str needle)
{
    return needle.len == 0 ||
           (text.len > 0 && memmem(text.ptr, text.len, needle.ptr, needle.len) != NULL);
}

static bool matches(int how, Str needle, Str text)
{
    switch (how) {
    case MATCH_EXACT:
        return str_equal(text, needle);
    case MATCH_CONTAINS:
        return contains(text, needle);
    case MATCH_STARTS:
        return str_starts_with(text, needle);
    case MATCH_ENDS:
        return str_ends_with(text, needle);
    default:
        return false;
    }
}

static void function_match(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    (void)n;
    if (sqlite3_value_type(arguments[2]) == SQLITE_NULL) {
        sqlite3_result_int(context, 0);
        return;
    }
    const int how = sqlite3_value_int(arguments[0]);
    const Str needle = text_of(arguments[1]);
    Str text = text_of(arguments[2]);
    if ((how & MATCH_FOLDED) != 0) {
        text = utf8_valid(text) ? fold_into(sqlite3_user_data(context), text) : STR("");
    }
    sqlite3_result_int(context, matches(how & ~MATCH_FOLDED, needle, text));
}

/* --- rostra_fold --- */

static void function_fold(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    (void)n;
    const Str text = text_of(arguments[0]);
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL || !utf8_valid(text)) {
        sqlite3_result_null(context);
        return;
    }
    const Str folded = fold_into(sqlite3_user_data(context), text);
    sqlite3_result_text64(context, folded.len > 0 ? folded.ptr : "", folded.len, SQLITE_TRANSIENT,
                          SQLITE_UTF8);
}

/* --- rostra_regex --- */

static void function_regex(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    (void)n;
    const Regex *regex = sqlite3_value_pointer(arguments[0], FUNCTION_REGEX);
    if (regex == NULL || sqlite3_value_type(arguments[1]) == SQLITE_NULL) {
        sqlite3_result_int(context, 0);
        return;
    }
    const RegexAnswer answer = regex_match(regex, text_of(arguments[1]));
    if (answer == REGEX_GAVE_UP) {
        sqlite3_result_error(context, "too much effort", -1);
        sqlite3_result_error_code(context, SQLITE_ABORT); /* how sqlite.c knows it */
        return;
    }
    sqlite3_result_int(context, answer == REGEX_YES);
}

/* --- rostra_wire --- */

static void put_wire(Buf *out, int form, sqlite3_value *value)
{
    switch (form) {
    case WIRE_BOOLEAN:
        buf_put_str(out, sqlite3_value_int(value) != 0 ? STR("true") : STR("false"));
        return;
    case WIRE_FLOAT:
        json_put_float(out, sqlite3_value_double(value));
        return;
    case WIRE_DATETIME:
    case WIRE_DATETIME_SECONDS:
        datetime_put(out, sqlite3_value_int64(value), form == WIRE_DATETIME);
        return;
    default:
        buf_put_str(out, text_of(value));
        return;
    }
}

static void function_wire(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    (void)n;
    if (sqlite3_value_type(arguments[1]) == SQLITE_NULL) {
        sqlite3_result_null(context);
        return;
    }
    Buf *scratch = sqlite3_user_data(context);
    buf_reset(scratch);
    put_wire(scratch, sqlite3_value_int(arguments[0]), arguments[1]);
    const Str text = buf_str(scratch);
    sqlite3_result_text64(context, text.len > 0 ? text.ptr : "", text.len, SQLITE_TRANSIENT,
                          SQLITE_UTF8);
}

/* --- rostra_part --- */

static int part_of(DatetimeParts parts, int lookup)
{
    switch (lookup) {
    case LOOKUP_YEAR:
        return parts.year;
    case LOOKUP_MONTH:
        return parts.month;
    case LOOKUP_DAY:
        return parts.day;
    case LOOKUP_WEEK_DAY:
        return parts.week_day;
    case LOOKUP_HOUR:
        return parts.hour;
    case LOOKUP_MINUTE:
        return parts.minute;
    case LOOKUP_SECOND:
        return parts.second;
    default:
        return -1;
    }
}

static void function_part(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    (void)n;
    int64_t time_us = 0;
    if (sqlite3_value_type(arguments[1]) == SQLITE_INTEGER) {
        time_us = sqlite3_value_int64(arguments[1]);
    } else if (!datetime_parse(text_of(arguments[1]), &time_us)) {
        sqlite3_result_null(context);
        return;
    }
    sqlite3_result_int(context, part_of(datetime_parts(time_us), sqlite3_value_int(arguments[0])));
}

/* --- */

static void free_scratch(void *scratch)
{
    (void)buf_free(scratch);
}

int functions_register(sqlite3 *connection)
{
    static const struct {
        const char *name;
        void (*run)(sqlite3_context *, int, sqlite3_value **);
        int n_arguments;
    } functions[] = {
        {"rostra_match", function_match, 3}, {"rostra_fold", function_fold, 1},
        {"rostra_regex", function_regex, 2}, {"rostra_wire", function_wire, 2},
        {"rostra_part", function_part, 2},
    };
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    for (size_t i = 0; i < ARRAY_N(functions); i++) {
        const int code = sqlite3_create_function_v2(
            connection, functions[i].name, functions[i].n_arguments, flags,
            buf_new(FOLDED_LIMIT_BYTES), functions[i].run, NULL, NULL, free_scratch);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    return SQLITE_OK;
}
