/* Hidden fields that only count up. */
#include "manager/auth/account_stamp.h"

#include "manager/auth/sign_in_source.h"
#include "store/row_values.h"

/* By which a directory tells who is who, and in which groups. */
static const uint16_t directory_fields[] = {
    FLD_AUTHENTICATION_LDAP_BASE_DN,
    FLD_AUTHENTICATION_LDAP_BIND_USERNAME,
    FLD_AUTHENTICATION_LDAP_GROUP_FILTER,
    FLD_AUTHENTICATION_LDAP_GROUP_MEMBERSHIP_FILTER,
    FLD_AUTHENTICATION_LDAP_GROUP_SEARCH_DN,
    FLD_AUTHENTICATION_LDAP_SERVER,
    FLD_AUTHENTICATION_LDAP_USE_GLOBAL_CATALOG,
    FLD_AUTHENTICATION_LDAP_USER_FILTER,
    FLD_AUTHENTICATION_LDAP_USER_GROUP_ATTRIBUTES,
    FLD_AUTHENTICATION_LDAP_USER_SEARCH_DN,
    FLD_AUTHENTICATION_LDAP_USER_SEARCH_FILTER,
};

Str account_stamp_local(Arena *a, const Row *settings, const Row *administrator)
{
    return str_format(a, "%lld %lld %.*s",
                      (long long)row_number(settings, FLD_AUTHENTICATION_SESSIONS_ENDED_LOCAL),
                      (long long)row_number(administrator, FLD_ADMINISTRATOR_SESSIONS_ENDED),
                      STR_ARG(row_text_or_empty(administrator, FLD_ADMINISTRATOR_PASSWORD)));
}

Str account_stamp_directory(Arena *a, const Row *settings)
{
    return str_format(a, "directory %lld",
                      (long long)row_number(settings, FLD_AUTHENTICATION_SESSIONS_ENDED_DIRECTORY));
}

static void count(const Row *old, Row *new, uint16_t field, bool ends)
{
    new->values[field] = value_integer(row_number(old, field) + (ends ? 1 : 0));
}

void account_stamp_administrator_written(const Row *old, Row *new)
{
    count(old, new, FLD_ADMINISTRATOR_SESSIONS_ENDED,
          row_true(old, FLD_ADMINISTRATOR_ENABLED) && !row_true(new, FLD_ADMINISTRATOR_ENABLED));
}

static bool asks_another_directory(const Row *old, const Row *new)
{
    for (size_t i = 0; i < ARRAY_N(directory_fields); i++) {
        const uint16_t field = directory_fields[i];
        if (!value_equal(old->values[field], new->values[field])) {
            return true;
        }
    }
    return false;
}

void account_stamp_settings_written(const Row *old, Row *new)
{
    const SignInSource before = sign_in_source(old);
    const SignInSource now = sign_in_source(new);
    count(old, new, FLD_AUTHENTICATION_SESSIONS_ENDED_LOCAL, before.local && !now.local);
    count(old, new, FLD_AUTHENTICATION_SESSIONS_ENDED_DIRECTORY,
          (before.ldap && !now.ldap) || asks_another_directory(old, new));
}
