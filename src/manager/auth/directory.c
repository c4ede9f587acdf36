/* Binds and searches. */
#include "manager/auth/directory.h"

#include "base/buf.h"
#include "base/datetime.h"
#include "base/utf8.h"
#include "manager/auth/directory_filter.h"
#include "manager/auth/directory_groups.h"
#include "manager/auth/directory_name.h"
#include "manager/auth/user_name.h"

#define USERS_MAX 2 /* to see that there are several */
#define NAMES_MAX ((size_t)64)

static const char *const name_attributes[] = {"uid", "sAMAccountName"};

typedef struct Conversation {
    const DirectorySettings *settings;
    Arena *arena;
    DirectoryConnection *connection;
} Conversation;

/* *ret_right is false where the directory says no. */
static Err *bind_as(const Conversation *c, Str name, Str password, bool *ret_right)
{
    char empty[] = "";
    struct berval secret = {
        .bv_val = password.len > 0 ? str_to_cstr(c->arena, password) : empty,
        .bv_len = password.len,
    };
    const int code =
        ldap_sasl_bind_s(directory_connection_ldap(c->connection), str_to_cstr(c->arena, name),
                         LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
    switch (code) {
    case LDAP_SUCCESS:
        *ret_right = true;
        return NULL;
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_INAPPROPRIATE_AUTH:
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_UNWILLING_TO_PERFORM:
    case LDAP_CONSTRAINT_VIOLATION:
    case LDAP_NO_SUCH_OBJECT:
    case LDAP_REFERRAL: /* the account is elsewhere */
        *ret_right = false;
        return NULL;
    default:
        return directory_connection_error(c->connection, c->arena, "bind", code);
    }
}

static Err *bind_for_search(const Conversation *c)
{
    const DirectorySettings *s = c->settings;
    bool right = false;
    if (s->bind_name.len > 0 && s->bind_password.len == 0) {
        return err(c->arena, ERR_INVALID, "ldap_bind_username is set without ldap_bind_password.");
    }
    TRY(bind_as(c, s->bind_name, s->bind_name.len > 0 ? s->bind_password : STR(""), &right));
    return right ? NULL
                 : directory_connection_error(c->connection, c->arena, "bind as ldap_bind_username",
                                              LDAP_INVALID_CREDENTIALS);
}

static Err *user_filter(const Conversation *c, Str user, Str *ret_filter)
{
    const DirectoryFilterValue values[] = {{STR("{username}"), user}};
    CLEANUP(buf_free) Buf *filter = directory_search_filter_new();
    buf_put_lit(filter, "(&");
    buf_put_str(filter, c->settings->user_filter);
    directory_filter_put(filter, c->settings->user_search_filter, values, ARRAY_N(values));
    buf_put_char(filter, ')');
    return directory_search_filter(c->arena, filter, ret_filter);
}

static Err *find_users(const Conversation *c, Str user, DirectoryFound *ret_found, Str *ret_filter)
{
    const DirectorySettings *s = c->settings;
    DirectorySearch search = {
        .base = directory_search_base(c->arena, s->user_search_name, s->base_name),
        .attributes = directory_attributes(c->arena, s->group_attributes, name_attributes,
                                           ARRAY_N(name_attributes)),
        .most = USERS_MAX,
    };
    TRY(user_filter(c, user, &search.filter));
    *ret_filter = search.filter;
    return directory_search(c->connection, c->arena, "search for the user", &search, ret_found);
}

/* The one that was found; NULL if there is none or there are others. */
static LDAPMessage *only_entry(const Conversation *c, const DirectoryFound *found)
{
    LDAP *ldap = directory_connection_ldap(c->connection);
    return !found->cut && ldap_count_entries(ldap, found->messages) == 1
               ? ldap_first_entry(ldap, found->messages)
               : NULL;
}

static bool is_name(Str text)
{
    return text.len > 0 && text.len <= DIRECTORY_USER_NAME_MAX && utf8_valid(text) &&
           str_find(text, '\0', 0) == SIZE_MAX;
}

/* The first is the name given, the second that in the entry's own name or as given, too. */
static Err *read_names(const Conversation *c, LDAPMessage *entry, Str entry_name, Str given,
                       DirectoryUser *user)
{
    Str *names = ARENA_ARRAY(c->arena, Str, NAMES_MAX);
    size_t n = 0;
    const Str own = directory_name_user(c->arena, entry_name);
    names[n++] = given;
    names[n++] = is_name(own) ? own : given;
    for (size_t i = 0; i < ARRAY_N(name_attributes); i++) {
        if (!directory_values(c->connection, c->arena, entry, name_attributes[i], NAMES_MAX, names,
                              &n)) {
            return err(c->arena, ERR_INVALID, "The entry of a user has too many names.");
        }
    }
    user->names = names;
    user->n_names = n;
    return NULL;
}

static Str choose_name(const Conversation *c, const DirectoryUser *user)
{
    MUST(user->names != NULL); /* clang's analyser forgets */
    const Str given = user_name_comparable(c->arena, user->names[0]);
    for (size_t i = 2; i < user->n_names; i++) {
        if (is_name(user->names[i]) &&
            str_equal(user_name_comparable(c->arena, user->names[i]), given)) {
            return user->names[i];
        }
    }
    return user->names[1];
}

static Err *find_groups(const Conversation *c, LDAPMessage *entry, Str name, Str user,
                        DirectoryUser *ret_user)
{
    const DirectorySettings *s = c->settings;
    DirectoryGroups groups = {
        .connection = c->connection,
        .arena = c->arena,
        .base = directory_search_base(c->arena, s->group_search_name, s->base_name),
        .filter = s->group_filter,
        .membership_filter = s->group_membership_filter,
        .attributes = directory_attributes(c->arena, s->group_attributes, NULL, 0),
        .most = DIRECTORY_GROUPS_MAX,
        .nesting = DIRECTORY_NESTING_MAX,
    };
    TRY(directory_groups_find(&groups, entry, name, user));
    ret_user->groups = groups.comparable;
    ret_user->n_groups = groups.n;
    ret_user->cut = groups.cut;
    return NULL;
}

static Err *check_entry(const Conversation *c, LDAPMessage *entry, Str user, Str password,
                        DirectoryUser *ret_user)
{
    const Str name = directory_entry_name(c->connection, c->arena, entry);
    DirectoryUser found = {.right = false, .searched = STR_NONE};
    if (name.len > 0) { /* a bind without a name would be anonymous */
        TRY(bind_as(c, name, password, &found.right));
    }
    if (found.right) {
        TRY(read_names(c, entry, name, user, &found));
        found.name = choose_name(c, &found);
        TRY(bind_for_search(c));
        TRY(find_groups(c, entry, name, found.name, &found));
    }
    *ret_user = found;
    return NULL;
}

static Err *converse(const Conversation *c, Str user, Str password, DirectoryUser *ret_user)
{
    DirectoryFound found = {.messages = NULL};
    Str filter = STR_NONE;
    Err *e = NULL;
    TRY(bind_for_search(c));
    TRY(find_users(c, user, &found, &filter));
    LDAPMessage *entry = only_entry(c, &found);
    if (entry != NULL) {
        e = check_entry(c, entry, user, password, ret_user);
    } else {
        ret_user->searched = filter;
    }
    (void)ldap_msgfree(found.messages); /* takes NULL */
    return e;
}

static bool is_askable(Str user, Str password)
{
    return is_name(user) && password.len > 0 && password.len <= DIRECTORY_PASSWORD_MAX &&
           str_find(password, '\0', 0) == SIZE_MAX;
}

Err *directory_check_password(const DirectorySettings *settings, Arena *a, Str user, Str password,
                              DirectoryUser *ret_user)
{
    DirectoryUser found = {.right = false, .searched = STR_NONE};
    CLEANUP(directory_connection_free) DirectoryConnection *connection = NULL;
    if (is_askable(user, password)) {
        const int64_t deadline_us = datetime_monotonic_us() + DIRECTORY_TIME_US;
        TRY(directory_connect(a, &settings->target, deadline_us, &connection));
        const Conversation c = {.settings = settings, .arena = a, .connection = connection};
        TRY(converse(&c, user, password, &found));
    }
    *ret_user = found;
    return NULL;
}
