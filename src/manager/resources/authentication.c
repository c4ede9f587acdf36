/* How administrators sign in: what a directory is asked must make sense before it counts. */
#include "manager/auth/account_stamp.h"
#include "manager/auth/directory_filter.h"
#include "manager/auth/directory_server.h"
#include "manager/auth/sign_in_source.h"
#include "manager/resources/tables.h"
#include "manager/rest/format.h"
#include "store/row_values.h"

#define SCRATCH_BYTES ((size_t)1024)

/* What a filter must ask about: one of these, if any is named. */
typedef struct FilterRule {
    uint16_t field;
    Str places[2];
} FilterRule;

static const FilterRule filter_rules[] = {
    {FLD_AUTHENTICATION_LDAP_USER_FILTER, {{NULL, 0}, {NULL, 0}}},
    {FLD_AUTHENTICATION_LDAP_USER_SEARCH_FILTER, {STR_INIT("{username}"), {NULL, 0}}},
    {FLD_AUTHENTICATION_LDAP_GROUP_FILTER, {{NULL, 0}, {NULL, 0}}},
    {FLD_AUTHENTICATION_LDAP_GROUP_MEMBERSHIP_FILTER,
     {STR_INIT("{userdn}"), STR_INIT("{useruid}")}},
};

/* What was stored before such a rule stays until it is changed. */
static bool is_changed(const Row *old, const Row *new, uint16_t field)
{
    return old == NULL || !value_equal(old->values[field], new->values[field]);
}

static bool has_place(Str filter, Str place)
{
    return place.ptr != NULL && str_find_str(filter, place) != SIZE_MAX;
}

/* Filters that only narrow a search may be left out. */
static void check_filter(const FilterRule *rule, const Row *new, Problems *problems)
{
    const Str filter = row_text_or_empty(new, rule->field);
    const Str name = row_field_name(new, rule->field);
    const Str *places = rule->places;
    if (filter.len > 0 && !directory_filter_is_valid(filter)) {
        problems_add(problems, name, "Enter an LDAP filter in parentheses, as RFC 4515 has it.");
    } else if (places[1].ptr != NULL && filter.len > 0 && !has_place(filter, places[0]) &&
               !has_place(filter, places[1])) {
        problems_add(problems, name, "The filter must contain %.*s or %.*s.", STR_ARG(places[0]),
                     STR_ARG(places[1]));
    } else if (places[0].ptr != NULL && places[1].ptr == NULL && !has_place(filter, places[0])) {
        problems_add(problems, name, "The filter must contain %.*s.", STR_ARG(places[0]));
    }
}

static bool is_server(Str text)
{
    CLEANUP(arena_free) Arena *scratch = arena_new(SCRATCH_BYTES);
    Str host;
    uint16_t port = 0;
    return directory_server_parse(text, &host, &port) &&
           (format_accepts(FORMAT_IP, scratch, host) ||
            format_accepts(FORMAT_HOSTNAME, scratch, host));
}

static void check_server(const Row *old, const Row *new, Problems *problems)
{
    const uint16_t field = FLD_AUTHENTICATION_LDAP_SERVER;
    const Str server = row_text_or_empty(new, field);
    const SignInSource source = sign_in_source(new);
    if (server.len > 0 && is_changed(old, new, field) && !is_server(server)) {
        problems_add(problems, row_field_name(new, field),
                     "Enter a host name, an address or a domain, with a port if it is unusual.");
    }
    if (server.len == 0 && source.ldap && !source.local && !source.oidc) {
        problems_add(problems, row_field_name(new, field),
                     "With accounts of a directory alone, its server must be named.");
    }
}

static void check(const Row *old, const Row *new, const Str clear[], Problems *problems)
{
    (void)clear; /* whether the password is right, only the directory knows */
    check_server(old, new, problems);
    for (size_t i = 0; i < ARRAY_N(filter_rules); i++) {
        if (is_changed(old, new, filter_rules[i].field)) {
            check_filter(&filter_rules[i], new, problems);
        }
    }
}

static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    (void)tx;
    (void)problems;
    if (old != NULL) {
        account_stamp_settings_written(old, new);
    }
    return NULL;
}

const ResourceHooks authentication_hooks = {
    .resource = STR_INIT("authentication"),
    .check = check,
    .before_write = before_write,
};
