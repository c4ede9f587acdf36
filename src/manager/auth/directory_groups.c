/* Level by level, from the user up. */
#include "manager/auth/directory_groups.h"

#include "manager/auth/directory_name.h"

/* Whom a search is about. */
typedef struct Member {
    Str name;
    Str uid;
} Member;

static bool is_known(const DirectoryGroups *g, Str comparable)
{
    for (size_t i = 0; i < g->n; i++) {
        if (str_equal(g->comparable[i], comparable)) {
            return true;
        }
    }
    return false;
}

static void add(DirectoryGroups *g, Str name)
{
    Str comparable;
    if (!directory_name_read(g->arena, name, &comparable) || is_known(g, comparable)) {
        return;
    }
    if (g->n == g->most) {
        g->cut = true;
        return;
    }
    g->names[g->n] = str_dup(g->arena, name);
    g->comparable[g->n++] = comparable;
}

static void add_values(DirectoryGroups *g, LDAPMessage *entry, const char *attribute)
{
    LDAP *ldap = directory_connection_ldap(g->connection);
    struct berval **values = ldap_get_values_len(ldap, entry, attribute);
    for (size_t i = 0; values != NULL && values[i] != NULL; i++) {
        add(g, (Str){values[i]->bv_val, values[i]->bv_len});
    }
    ldap_value_free_len(values); /* takes NULL */
}

/* Groups that an entry names. */
static void add_named(DirectoryGroups *g, LDAPMessage *entry)
{
    for (char **attribute = g->attributes; *attribute != NULL; attribute++) {
        add_values(g, entry, *attribute);
    }
}

static Err *put_filter(const DirectoryGroups *g, const Member members[], size_t n, Str *ret_filter)
{
    CLEANUP(buf_free) Buf *filter = directory_search_filter_new();
    buf_put_lit(filter, "(&");
    buf_put_str(filter, g->filter);
    buf_put_lit(filter, "(|");
    for (size_t i = 0; i < n; i++) {
        const DirectoryFilterValue values[] = {{STR("{userdn}"), members[i].name},
                                               {STR("{useruid}"), members[i].uid},
                                               {STR("{username}"), members[i].uid}};
        directory_filter_put(filter, g->membership_filter, values, ARRAY_N(values));
    }
    buf_put_lit(filter, "))");
    return directory_search_filter(g->arena, filter, ret_filter);
}

/* Groups whose entries name one of the members. */
static Err *add_holders(DirectoryGroups *g, const Member members[], size_t n)
{
    DirectoryFound found = {.messages = NULL};
    DirectorySearch search = {
        .base = g->base, .attributes = g->attributes, .most = (int)g->most + 1};
    LDAP *ldap = directory_connection_ldap(g->connection);
    if (n == 0 || g->membership_filter.len == 0) {
        return NULL;
    }
    TRY(put_filter(g, members, n, &search.filter));
    TRY(directory_search(g->connection, g->arena, "search for groups", &search, &found));
    for (LDAPMessage *i = ldap_first_entry(ldap, found.messages); i != NULL;
         i = ldap_next_entry(ldap, i)) {
        add(g, directory_entry_name(g->connection, g->arena, i));
        add_named(g, i);
    }
    (void)ldap_msgfree(found.messages); /* takes NULL */
    g->cut |= found.cut;
    return NULL;
}

/* Of the groups [from, to). */
static Err *add_holders_of(DirectoryGroups *g, size_t from, size_t to)
{
    while (from < to) {
        Member members[DIRECTORY_GROUPS_AT_ONCE];
        size_t n = 0;
        while (from < to && n < ARRAY_N(members)) {
            members[n++] = (Member){g->names[from], g->names[from]};
            from++;
        }
        TRY(add_holders(g, members, n));
    }
    return NULL;
}

Err *directory_groups_find(DirectoryGroups *g, LDAPMessage *entry, Str name, Str uid)
{
    const Member user = {name, uid};
    size_t done = 0;
    g->names = ARENA_ARRAY(g->arena, Str, g->most + 1);
    g->comparable = ARENA_ARRAY(g->arena, Str, g->most + 1);
    add_named(g, entry);
    TRY(add_holders(g, &user, 1));
    for (int level = 0; level < g->nesting && done < g->n; level++) {
        const size_t end = g->n;
        TRY(add_holders_of(g, done, end));
        done = end;
    }
    g->cut |= done < g->n && g->membership_filter.len > 0;
    return NULL;
}
