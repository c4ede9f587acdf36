/* Reads settings, authorities, mappings. */
#include "manager/auth/directory_account.h"

#include <stdlib.h>

#include "base/buf.h"
#include "manager/auth/directory_name.h"
#include "store/row_values.h"
#include "store/secret.h"

#define AUTHORITIES_BYTES_MAX ((size_t)8 * 1024 * 1024)

/* Intermediates complete chains; they aren't trusted by themselves. */
static Err *read_authorities(Reader *reader, Arena *a, Str *ret_pem)
{
    const Resource *resource = model_at(reader_model(reader), RES_CA_CERTIFICATE);
    const Value no = value_integer(0);
    const Filter filter = {.field = &resource->fields[FLD_CA_CERTIFICATE_TRUSTED_INTERMEDIATE],
                           .lookup = LOOKUP_EXACT,
                           .values = &no,
                           .n_values = 1};
    const Query query = {.resource = resource,
                         .filters = &filter,
                         .n_filters = 1,
                         .limit = DIRECTORY_AUTHORITIES_MAX};
    const Row **rows = NULL;
    size_t n = 0;
    CLEANUP(buf_free) Buf *pem = buf_new(AUTHORITIES_BYTES_MAX);
    TRY(reader_select(reader, a, &query, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        buf_put_str(pem, row_text_or_empty(rows[i], FLD_CA_CERTIFICATE_CERTIFICATE));
        buf_put_char(pem, '\n');
    }
    if (buf_failed(pem)) {
        return err(a, ERR_IO, "There are too many trusted authorities.");
    }
    *ret_pem = str_dup(a, buf_str(pem));
    return NULL;
}

static Err *read_settings(Reader *reader, Arena *a, const Row **ret_row)
{
    Grant unused = {.n_rows = 0};
    return grant_read_settings(&unused, reader, a, ret_row);
}

Err *directory_account_settings(const Store *store, Reader *reader, Arena *a,
                                DirectorySettings *ret_settings)
{
    const Row *row = NULL;
    Str authorities_pem = STR("");
    Str password = STR("");
    TRY(read_settings(reader, a, &row));
    TRY(read_authorities(reader, a, &authorities_pem));
    const Str sealed = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_BIND_PASSWORD);
    if (sealed.len > 0) {
        TRY(secret_open(store, a, sealed, &password));
    }
    *ret_settings = (DirectorySettings){
        .target = {.server = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_SERVER),
                   .global_catalog = row_true(row, FLD_AUTHENTICATION_LDAP_USE_GLOBAL_CATALOG),
                   .authorities_pem = authorities_pem},
        .bind_name = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_BIND_USERNAME),
        .bind_password = password,
        .base_name = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_BASE_DN),
        .user_search_name = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_USER_SEARCH_DN),
        .user_filter = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_USER_FILTER),
        .user_search_filter = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_USER_SEARCH_FILTER),
        .group_search_name = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_GROUP_SEARCH_DN),
        .group_filter = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_GROUP_FILTER),
        .group_membership_filter =
            row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_GROUP_MEMBERSHIP_FILTER),
        .group_attributes = row_text_or_empty(row, FLD_AUTHENTICATION_LDAP_USER_GROUP_ATTRIBUTES),
    };
    return NULL;
}

/* --- rights --- */

/* A resource that maps groups to roles. */
typedef struct Mapping {
    const Resource *resource;
    uint16_t group;
    uint16_t roles;
    const Filter *filter; /* which of its rows count; NULL: all */
} Mapping;

typedef struct Groups {
    Str *sorted;
    size_t n;
} Groups;

static Groups sorted_groups(Arena *a, const Str groups[], size_t n)
{
    Str *sorted = ARENA_ARRAY(a, Str, n + 1);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = groups[i];
    }
    qsort(sorted, n, sizeof *sorted, str_compare_items);
    return (Groups){sorted, n};
}

static bool is_in(const Groups *groups, Str comparable)
{
    return bsearch(&comparable, groups->sorted, groups->n, sizeof *groups->sorted,
                   str_compare_items) != NULL;
}

/* Keys of the mappings whose group is one of these. */
static Err *find_mappings(const Mapping *m, Reader *reader, Arena *a, const Groups *groups,
                          Value **ret_keys, size_t *ret_n)
{
    const Query query = {.resource = m->resource,
                         .filters = m->filter,
                         .n_filters = m->filter != NULL ? 1 : 0,
                         .limit = DIRECTORY_MAPPINGS_MAX};
    const Row **rows = NULL;
    size_t n = 0;
    size_t n_found = 0;
    TRY(reader_select(reader, a, &query, &rows, &n));
    Value *keys = ARENA_ARRAY(a, Value, n + 1);
    for (size_t i = 0; i < n; i++) {
        Str comparable;
        if (directory_name_read(a, row_text_or_empty(rows[i], m->group), &comparable) &&
            is_in(groups, comparable)) {
            keys[n_found++] = rows[i]->key;
        }
    }
    *ret_keys = keys;
    *ret_n = n_found;
    return NULL;
}

static Err *add_roles(const Mapping *m, Reader *reader, Arena *a, const Groups *groups,
                      Grant *grant)
{
    Value *keys = NULL;
    size_t n = 0;
    TRY(find_mappings(m, reader, a, groups, &keys, &n));
    Related *roles = ARENA_ARRAY(a, Related, n + 1);
    TRY(reader_related(reader, a, &m->resource->fields[m->roles], keys, n, roles));
    for (size_t i = 0; i < n; i++) {
        TRY(grant_add_roles(grant, reader, a, roles[i].keys, roles[i].n));
    }
    return NULL;
}

static Err *add_all_roles(Reader *reader, Arena *a, const Groups *groups, Grant *grant)
{
    const Model *model = reader_model(reader);
    const Resource *role_mapping = model_at(model, RES_ROLE_MAPPING);
    const Value ldap = value_text(STR("LDAP"));
    const Filter of_ldap = {.field = &role_mapping->fields[FLD_ROLE_MAPPING_SOURCE],
                            .lookup = LOOKUP_EXACT,
                            .values = &ldap,
                            .n_values = 1};
    const Mapping mappings[] = {
        {model_at(model, RES_LDAP_ROLE), FLD_LDAP_ROLE_LDAP_GROUP_DN, FLD_LDAP_ROLE_ROLES, NULL},
        {role_mapping, FLD_ROLE_MAPPING_VALUE, FLD_ROLE_MAPPING_ROLES, &of_ldap},
    };
    for (size_t i = 0; i < ARRAY_N(mappings); i++) {
        grant_note(grant, mappings[i].resource, VALUE_NONE);
        TRY(add_roles(&mappings[i], reader, a, groups, grant));
    }
    return NULL;
}

Err *directory_account_grant(Reader *reader, Arena *a, Str name, const Str groups[], size_t n,
                             Grant *grant)
{
    const Groups sorted = sorted_groups(a, groups, n);
    const Row *settings = NULL;
    /* No local administrator is called so: their names have no colon. */
    grant->principal.name = str_format(a, "ldap:%.*s", STR_ARG(name));
    TRY(grant_read_settings(grant, reader, a, &settings));
    grant_note(grant, model_at(reader_model(reader), RES_ADMINISTRATOR), VALUE_NONE);
    return add_all_roles(reader, a, &sorted, grant);
}
