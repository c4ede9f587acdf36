/* Arguments of filters. */
#include "manager/rest/filter_value.h"

#include <errno.h>
#include <stdlib.h>

#include "base/datetime.h"
#include "manager/rest/parameters.h"
#include "manager/rest/uri.h"
#include "model/model_ids.h"

#define TEXT_LOOKUPS                                                                               \
    (LOOKUP_BIT(LOOKUP_IEXACT) | LOOKUP_BIT(LOOKUP_CONTAINS) | LOOKUP_BIT(LOOKUP_ICONTAINS) |      \
     LOOKUP_BIT(LOOKUP_STARTSWITH) | LOOKUP_BIT(LOOKUP_ISTARTSWITH) |                              \
     LOOKUP_BIT(LOOKUP_ENDSWITH) | LOOKUP_BIT(LOOKUP_IENDSWITH) | LOOKUP_BIT(LOOKUP_REGEX) |       \
     LOOKUP_BIT(LOOKUP_IREGEX))
#define PLAIN_LOOKUPS (LOOKUP_BIT(LOOKUP_EXACT) | LOOKUP_BIT(LOOKUP_IN) | LOOKUP_BIT(LOOKUP_ISNULL))
#define ORDER_LOOKUPS                                                                              \
    (LOOKUP_BIT(LOOKUP_LT) | LOOKUP_BIT(LOOKUP_LTE) | LOOKUP_BIT(LOOKUP_GT) |                      \
     LOOKUP_BIT(LOOKUP_GTE) | LOOKUP_BIT(LOOKUP_RANGE))

uint32_t filter_value_lookups(const Field *f)
{
    switch (f->type) {
    case FIELD_DATETIME:
        return LOOKUP_ALL;
    case FIELD_RELATED:
        return PLAIN_LOOKUPS;
    case FIELD_BOOLEAN:
        return PLAIN_LOOKUPS | TEXT_LOOKUPS;
    case FIELD_STRING:
    case FIELD_INTEGER:
    case FIELD_FLOAT:
    case FIELD_DATE:
    case FIELD_TIME:
        return PLAIN_LOOKUPS | TEXT_LOOKUPS | ORDER_LOOKUPS;
    case FIELD_LIST:
    case FIELD_DICT:
    case FIELD_FILE:
    case FIELD_TYPE_N:
        break;
    }
    return 0;
}

static Err *mismatch(Arena *a)
{
    return err(a, ERR_INVALID, "Invalid filter value (mismatched type).");
}

static bool is_null_word(Str text)
{
    return str_equal(text, STR("none")) || str_equal(text, STR("None")) ||
           str_equal(text, STR("nil"));
}

static bool parse_boolean(Str text, bool *ret_boolean)
{
    const bool yes =
        str_equal(text, STR("true")) || str_equal(text, STR("True")) || str_equal(text, STR("1"));
    const bool no =
        str_equal(text, STR("false")) || str_equal(text, STR("False")) || str_equal(text, STR("0"));
    if (yes || no) {
        *ret_boolean = yes;
    }
    return yes || no;
}

/* Decimal digits with sign, point and exponent: strtod() would also take hexadecimal and "inf". */
static bool parse_float(Arena *a, Str text, double *ret_number)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if ((c < '0' || c > '9') && str_find(STR("+-.eE"), c, 0) == SIZE_MAX) {
            return false;
        }
    }
    char *end = NULL;
    const char *copy = str_to_cstr(a, text);
    errno = 0;
    const double number = strtod(copy, &end);
    if (text.len == 0 || *end != '\0' || errno != 0) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* Dates and times are stored in one spelling, so any other is brought to it. */
static bool parse_calendar(Arena *a, const Field *f, Str text, Value *ret_value)
{
    char date[11];
    char time[9];
    if (f->type == FIELD_DATE ? !datetime_parse_date(text, date)
                              : !datetime_parse_time(text, time)) {
        return false;
    }
    *ret_value = value_text(str_dup(a, str_from(f->type == FIELD_DATE ? date : time)));
    return true;
}

static bool parse_scalar(Arena *a, const Field *f, Str text, Value *ret_value)
{
    int64_t integer = 0;
    double number = 0;
    bool boolean = false;
    switch (f->type) {
    case FIELD_INTEGER:
        if (!str_to_int64(str_trim(text), &integer)) {
            return false;
        }
        break;
    case FIELD_DATETIME:
        if (!datetime_parse(text, &integer)) {
            return false;
        }
        break;
    case FIELD_BOOLEAN:
        if (!parse_boolean(text, &boolean)) {
            return false;
        }
        integer = boolean;
        break;
    case FIELD_FLOAT:
        if (!parse_float(a, str_trim(text), &number)) {
            return false;
        }
        *ret_value = value_float(number);
        return true;
    case FIELD_DATE:
    case FIELD_TIME:
        return parse_calendar(a, f, text, ret_value);
    default:
        *ret_value = value_text(text);
        return true;
    }
    *ret_value = value_integer(integer);
    return true;
}

/* A key or an address. A text with a slash is no key: it would be the address of something else. */
static bool parse_key(Arena *a, const Resource *target, Str text, Value *ret_key)
{
    if (uri_parse(a, target, text, ret_key)) {
        return true;
    }
    return str_find(text, '/', 0) == SIZE_MAX &&
           (target->key_type != KEY_UUID || uri_is_uuid(text)) &&
           uri_key_from_text(a, target, text, ret_key);
}

/* One value of EXACT, IN, RANGE or an order; null where the field's type knows it. */
static Err *parse_typed(Arena *a, const Field *f, Str text, Value *ret_value)
{
    const bool is_text = f->type == FIELD_STRING;
    if (!is_text && is_null_word(text)) {
        *ret_value = VALUE_NONE;
        return NULL;
    }
    if (f->type == FIELD_RELATED ? !parse_key(a, f->target, text, ret_value)
                                 : !parse_scalar(a, f, text, ret_value)) {
        return mismatch(a);
    }
    return NULL;
}

static size_t count_commas(Str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == ',';
    }
    return n;
}

/* The comma-separated members of all given texts; a text that is empty has none. */
static Str *split_all(Arena *a, const Str given[], size_t n, size_t *ret_n)
{
    size_t n_members = 0;
    for (size_t i = 0; i < n; i++) {
        n_members += given[i].len > 0 ? count_commas(given[i]) + 1 : 0;
    }
    Str *members = ARENA_ARRAY(a, Str, n_members);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        Str rest = given[i];
        for (size_t left = given[i].len > 0 ? count_commas(given[i]) + 1 : 0; left > 0; left--) {
            members[at++] = str_cut(&rest, ',');
        }
    }
    *ret_n = n_members;
    return members;
}

static Err *parse_members(Arena *a, Filter *filter, const Str members[], size_t n)
{
    Value *values = ARENA_ARRAY(a, Value, n);
    for (size_t i = 0; i < n; i++) {
        TRY(parse_typed(a, filter->field, members[i], &values[i]));
    }
    filter->values = values;
    filter->n_values = n;
    return NULL;
}

static void set_one(Arena *a, Filter *filter, Value value)
{
    Value *values = ARENA_NEW(a, Value);
    *values = value;
    filter->values = values;
    filter->n_values = 1;
}

static void set_is_null(Arena *a, Filter *filter)
{
    filter->lookup = LOOKUP_ISNULL;
    set_one(a, filter, value_integer(1));
}

/* The words for null are ordinary texts as well: both are meant. */
static void set_text_or_null(Arena *a, Filter *filter, Str text)
{
    Value *values = ARENA_ARRAY(a, Value, 2);
    values[0] = value_text(text);
    values[1] = VALUE_NONE;
    filter->lookup = LOOKUP_IN;
    filter->values = values;
    filter->n_values = 2;
}

static Err *parse_exact(Arena *a, Filter *filter, Str text)
{
    const Field *f = filter->field;
    if (f->type == FIELD_STRING && f->nullable && is_null_word(text)) {
        set_text_or_null(a, filter, text);
        return NULL;
    }
    Value value = VALUE_NONE;
    TRY(parse_typed(a, f, text, &value));
    if (value_is_null(value)) {
        set_is_null(a, filter);
    } else {
        set_one(a, filter, value);
    }
    return NULL;
}

static Err *parse_range(Arena *a, Filter *filter, const Str members[], size_t n)
{
    if (n != 2) {
        return err(a, ERR_INVALID, "Filter 'range' needs exactly two values.");
    }
    TRY(parse_members(a, filter, members, n));
    return value_is_null(filter->values[0]) || value_is_null(filter->values[1]) ? mismatch(a)
                                                                                : NULL;
}

static Err *parse_part(Arena *a, Filter *filter, Str text)
{
    int64_t number = 0;
    char date[11];
    if (filter->lookup == LOOKUP_DATE) {
        if (!datetime_parse_date(text, date)) {
            return mismatch(a);
        }
        set_one(a, filter, value_text(str_dup(a, str_from(date))));
    } else if (str_to_int64(str_trim(text), &number)) {
        set_one(a, filter, value_integer(number));
    } else {
        return mismatch(a);
    }
    return NULL;
}

static Err *parse_order(Arena *a, Filter *filter, Str text)
{
    Value value = VALUE_NONE;
    TRY(parse_typed(a, filter->field, text, &value));
    if (value_is_null(value)) {
        return mismatch(a);
    }
    set_one(a, filter, value);
    return NULL;
}

static Err *parse_regex(Arena *a, Filter *filter, Str text)
{
    CLEANUP(regex_free) Regex *regex = NULL;
    const unsigned flags = filter->lookup == LOOKUP_IREGEX ? REGEX_IGNORE_CASE : 0;
    if (regex_new(a, text, flags, &regex) != NULL) {
        return err(a, ERR_INVALID, "Not a valid regular expression.");
    }
    set_one(a, filter, value_text(text));
    return NULL;
}

/* Also an address that leads elsewhere; a name may hold slashes. */
static bool is_address(Arena *a, const Resource *r, Str text)
{
    Value key = VALUE_NONE;
    return str_starts_with(text, STR("/")) || str_find_str(text, STR("://")) != SIZE_MAX ||
           uri_parse(a, r, text, &key);
}

/* Participants of history are asked for by the name of their conference as well as by its id. */
static bool goes_by_name(Arena *a, const Filter *filter, const Str members[], size_t n)
{
    const Field *f = filter->field;
    return n > 0 && f->type == FIELD_RELATED && f->target->index == RES_HISTORY_CONFERENCE &&
           f->resource->index == RES_HISTORY_PARTICIPANT && filter->lookup != LOOKUP_ISNULL &&
           members[0].len > 0 && !is_address(a, f->target, members[0]) &&
           !uri_is_uuid(members[0]) && !is_null_word(members[0]);
}

static void go_by_name(Arena *a, Filter *filter)
{
    const Field **path = ARENA_ARRAY(a, const Field *, filter->n_path + 1);
    for (size_t i = 0; i < filter->n_path; i++) {
        path[i] = filter->path[i];
    }
    path[filter->n_path] = filter->field;
    filter->field = &filter->field->target->fields[FLD_HISTORY_CONFERENCE_NAME];
    filter->path = path;
    filter->n_path++;
}

Err *filter_value_parse(Arena *a, Filter *filter, const Str given[], size_t n)
{
    const Str last = given[n - 1];
    size_t n_members = 1;
    const Str *members = &last;
    if (filter->lookup == LOOKUP_IN || filter->lookup == LOOKUP_RANGE) {
        members = split_all(a, given, n, &n_members);
    }
    if (goes_by_name(a, filter, members, n_members)) {
        go_by_name(a, filter);
    }
    bool boolean = false;
    switch (filter->lookup) {
    case LOOKUP_EXACT:
        return parse_exact(a, filter, last);
    case LOOKUP_IN:
        return parse_members(a, filter, members, n_members);
    case LOOKUP_RANGE:
        return parse_range(a, filter, members, n_members);
    case LOOKUP_ISNULL:
        if (!parse_boolean(last, &boolean)) {
            return mismatch(a);
        }
        set_one(a, filter, value_integer(boolean));
        return NULL;
    case LOOKUP_REGEX:
    case LOOKUP_IREGEX:
        return parse_regex(a, filter, last);
    default:
        break;
    }
    if ((LOOKUP_BIT(filter->lookup) & ORDER_LOOKUPS) != 0) {
        return parse_order(a, filter, last);
    }
    if ((LOOKUP_BIT(filter->lookup) & TEXT_LOOKUPS) != 0) {
        set_one(a, filter, value_text(last));
        return NULL;
    }
    return parse_part(a, filter, last);
}
