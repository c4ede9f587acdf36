/* Around libldap's calls. */
#include "manager/auth/directory_search.h"

#include "manager/auth/directory_name.h"

#define FILTER_MAX ((size_t)1024 * 1024)

Str directory_search_base(Arena *a, Str branch, Str base)
{
    const char *between = branch.len > 0 && base.len > 0 ? "," : "";
    return str_format(a, "%.*s%s%.*s", STR_ARG(branch), between, STR_ARG(base));
}

Buf *directory_search_filter_new(void)
{
    return buf_new(FILTER_MAX);
}

/* A part of a filter may mean anything. */
Err *directory_search_filter(Arena *a, const Buf *filter, Str *ret_filter)
{
    if (buf_failed(filter)) {
        return err(a, ERR_LIMIT, "A search filter is too long.");
    }
    *ret_filter = str_dup(a, buf_str(filter));
    return NULL;
}

char **directory_attributes(Arena *a, Str list, const char *const more[], size_t n)
{
    char **names = ARENA_ARRAY(a, char *, DIRECTORY_ATTRIBUTES_MAX + n + 2);
    char none[] = LDAP_NO_ATTRS;
    size_t n_names = 0;
    while (list.len > 0 && n_names < DIRECTORY_ATTRIBUTES_MAX) {
        const Str name = str_trim(str_cut(&list, ','));
        if (name.len > 0) {
            names[n_names++] = str_to_cstr(a, name);
        }
    }
    for (size_t i = 0; i < n; i++) {
        names[n_names++] = str_to_cstr(a, str_from(more[i]));
    }
    if (n_names == 0) { /* none at all would mean every one */
        names[0] = str_to_cstr(a, str_from(none));
    }
    return names;
}

Err *directory_search(DirectoryConnection *c, Arena *a, const char *what,
                      const DirectorySearch *search, DirectoryFound *ret_found)
{
    LDAPMessage *found = NULL;
    const int code =
        ldap_search_ext_s(directory_connection_ldap(c), str_to_cstr(a, search->base),
                          LDAP_SCOPE_SUBTREE, str_to_cstr(a, search->filter), search->attributes, 0,
                          NULL, NULL, NULL, search->most, &found);
    if (code != LDAP_SUCCESS && code != LDAP_SIZELIMIT_EXCEEDED) {
        (void)ldap_msgfree(found); /* takes NULL */
        return directory_connection_error(c, a, what, code);
    }
    *ret_found = (DirectoryFound){found, code == LDAP_SIZELIMIT_EXCEEDED};
    return NULL;
}

Str directory_entry_name(DirectoryConnection *c, Arena *a, LDAPMessage *entry)
{
    char *name = ldap_get_dn(directory_connection_ldap(c), entry);
    const Str text = str_from(name);
    const Str copy = text.len > DIRECTORY_NAME_MAX ? STR_NONE : str_dup(a, text);
    ldap_memfree(name); /* takes NULL */
    return copy;
}

bool directory_values(DirectoryConnection *c, Arena *a, LDAPMessage *entry, const char *attribute,
                      size_t most, Str ret_values[], size_t *n)
{
    struct berval **values = ldap_get_values_len(directory_connection_ldap(c), entry, attribute);
    size_t i = 0;
    for (; values != NULL && values[i] != NULL && *n < most; i++) {
        if (values[i]->bv_len <= DIRECTORY_VALUE_MAX) {
            ret_values[(*n)++] = str_dup(a, (Str){values[i]->bv_val, values[i]->bv_len});
        }
    }
    const bool all = values == NULL || values[i] == NULL;
    ldap_value_free_len(values); /* takes NULL */
    return all;
}
