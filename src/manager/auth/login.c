/* From an Authorization header to a principal: parse, recall or verify. */
#include "manager/auth/login.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/datetime.h"
#include "base/log.h"
#include "base/utf8.h"
#include "manager/auth/access_token.h"
#include "manager/auth/account_stamp.h"
#include "manager/auth/credentials.h"
#include "manager/auth/directory_account.h"
#include "manager/auth/directory_hold.h"
#include "manager/auth/password.h"
#include "manager/auth/sign_in_source.h"
#include "manager/auth/throttle.h"
#include "manager/auth/user_name.h"
#include "model/keys.h"
#include "store/row_values.h"
#include "store/writer.h"

/* An account's last login is written at most this often, so that logging in stays cheap. */
#define LAST_LOGIN_STEP_US (INT64_C(3600) * DATETIME_SECOND_US)
#define BASIC_MAX_BYTES 8192

/* The directory isn't asked again for so long about what it has confirmed (wire 11.4). */
#define DIRECTORY_LIFE_US (INT64_C(60) * DATETIME_SECOND_US)

struct Login {
    Store *store;
    Credentials *credentials;
    Throttle *throttle;
    DirectoryHold *hold;
    /* Whether passwords are refused, and at which change that was read: twice its number, plus 1 if
     * so. Below 0: not read yet. */
    _Atomic int64_t settings;
};

Login *login_new(Store *store)
{
    Login *l = calloc(1, sizeof *l);
    MUST(l != NULL);
    *l = (Login){
        .store = store,
        .credentials = credentials_new(store),
        .throttle = throttle_new(),
        .hold = directory_hold_new(store),
        .settings = -2,
    };
    return l;
}

Login *login_free(Login *l)
{
    if (l != NULL) {
        l->credentials = credentials_free(l->credentials);
        l->throttle = throttle_free(l->throttle);
        l->hold = directory_hold_free(l->hold);
        free(l);
    }
    return NULL;
}

typedef struct Basic {
    Str user;
    Str password;
} Basic;

Throttle *login_throttle(Login *l)
{
    return l->throttle;
}

static bool has_scheme(Str authorization, Str scheme)
{
    Str rest = authorization;
    return str_equal_ignoring_case(str_cut(&rest, ' '), scheme);
}

/* What follows the scheme; empty if nothing does. */
static Str payload_of(Str authorization)
{
    Str rest = authorization;
    (void)str_cut(&rest, ' '); /* the scheme */
    return str_trim(rest);
}

/* RFC 7617: base64 of user:password; what isn't UTF-8 is read as ISO-8859-1 (wire 11.1). */
static bool basic_parse(Arena *a, Str authorization, Basic *ret_basic)
{
    const Str payload = payload_of(authorization);
    if (payload.len == 0 || payload.len > BASIC_MAX_BYTES) {
        return false;
    }
    arena_hold_secrets(a);
    char *text = arena_alloc(a, payload.len);
    size_t len = 0;
    if (sodium_base642bin((unsigned char *)text, payload.len, payload.ptr, payload.len, NULL, &len,
                          NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
        return false;
    }
    Str rest = {text, len};
    if (!utf8_valid(rest)) {
        rest = utf8_from_latin1(a, rest);
    }
    if (str_find(rest, '\0', 0) != SIZE_MAX || str_find(rest, ':', 0) == SIZE_MAX) {
        return false;
    }
    ret_basic->user = str_cut(&rest, ':');
    ret_basic->password = rest;
    return true;
}

/* Whether the settings in force are those of that change. */
static bool settings_are_of(const Login *l, int64_t seq)
{
    const RowName name = {model_at(store_model(l->store), RES_AUTHENTICATION),
                          value_integer(SINGLETON_KEY)};
    return store_unchanged_since(l->store, &name, 1, seq);
}

/* Tells what to do instead, without a look into the store but after a change of the settings. */
static LoginAnswer recall_refusal(const Login *l)
{
    const int64_t settings = atomic_load(&l->settings);
    if (!settings_are_of(l, settings >> 1)) {
        return LOGIN_LOOK_UP;
    }
    return (settings & 1) != 0 ? LOGIN_NEEDS_TOKEN : LOGIN_REFUSED;
}

static LoginAnswer recall_basic(Login *l, Arena *a, Str authorization, const HttpAddress *address,
                                int64_t now_us, int64_t *ret_wait_s)
{
    Basic basic;
    if (!basic_parse(a, authorization, &basic) || basic.password.len == 0) {
        return recall_refusal(l);
    }
    *ret_wait_s = throttle_wait_s(l->throttle, address, basic.user, now_us);
    return *ret_wait_s > 0 ? LOGIN_THROTTLED : LOGIN_UNKNOWN;
}

LoginAnswer login_recall(Login *l, Arena *a, Str authorization, const HttpAddress *address,
                         Principal *ret_principal, int64_t *ret_wait_s)
{
    const bool bearer = has_scheme(authorization, STR("bearer"));
    if (!bearer && !has_scheme(authorization, STR("basic"))) {
        return recall_refusal(l);
    }
    const int64_t now_us = datetime_monotonic_us();
    if (credentials_recall(l->credentials, a, authorization, now_us, ret_principal)) {
        return LOGIN_OK;
    }
    return bearer ? LOGIN_LOOK_UP : recall_basic(l, a, authorization, address, now_us, ret_wait_s);
}

static const Resource *administrators(const Store *store)
{
    return model_at(store_model(store), RES_ADMINISTRATOR);
}

/* An identity provider knows the passwords of its users, we don't. */
static bool refuses_passwords(const Row *settings)
{
    const SignInSource source = sign_in_source(settings);
    return row_true(settings, FLD_AUTHENTICATION_API_OAUTH2_DISABLE_BASIC) ||
           (!source.local && !source.ldap);
}

typedef struct Account {
    const Row *row; /* NULL: there is none of just this name, or local ones don't count */
    bool is_local;  /* with a directory: an account has the name in some spelling, or may have */
    bool basic_off; /* nobody may log in with a password */
    SignInSource source;
    Str stamp; /* account_stamp.h */
    Grant grant;
} Account;

static Err *account_read_in_snapshot(const Login *l, Reader *reader, Arena *a, Str user,
                                     Account *account)
{
    const Resource *resource = administrators(l->store);
    const Row *settings = NULL;
    TRY(grant_read_settings(&account->grant, reader, a, &settings));
    account->basic_off = refuses_passwords(settings);
    account->source = sign_in_source(settings);
    if (account->source.ldap) {
        TRY(user_name_find_local(reader, a, &user, 1, &account->is_local));
    }
    account->stamp = account_stamp_directory(a, settings);
    if (!account->source.local) {
        return NULL;
    }
    TRY(reader_find_row(reader, a, &resource->fields[FLD_ADMINISTRATOR_NAME], value_text(user),
                        &account->row));
    if (account->row == NULL) {
        return NULL;
    }
    account->stamp = account_stamp_local(a, settings, account->row);
    return grant_add_administrator(&account->grant, reader, a, account->row);
}

static Err *account_read(const Login *l, Reader *reader, Arena *a, Str user, Account *account)
{
    TRY(reader_begin(reader, a, &account->grant.seq));
    Err *e = account_read_in_snapshot(l, reader, a, user, account);
    reader_end(reader);
    return e;
}

static Err *write_last_login(Tx *tx, WriteRequest *request)
{
    const Account *account = request->context;
    Arena *a = tx_arena(tx);
    const Row *old;
    TRY(reader_get(tx_reader(tx), a, account->row->resource, account->row->key, &old));
    if (old == NULL) {
        return NULL;
    }
    Row *new = row_copy(a, old);
    new->values[FLD_ADMINISTRATOR_LAST_LOGIN] = value_integer(tx_now_us(tx));
    return tx_update(tx, old, new);
}

/* Notes the login. The account's row changes by that, so it is read again; a store that can't be
 * written keeps nobody out. */
static Err *account_note_login(const Login *l, Reader *reader, Arena *a, Account *account)
{
    const Value last = account->row->values[FLD_ADMINISTRATOR_LAST_LOGIN];
    if (!value_is_null(last) && datetime_now_us() - last.integer < LAST_LOGIN_STEP_US) {
        return NULL;
    }
    if (store_write_as_system(l->store, STORE_CONFIG, a, write_last_login, account, 1) != NULL) {
        return NULL;
    }
    const Str user = account->grant.principal.name;
    *account = (Account){.row = NULL};
    return account_read(l, reader, a, user, account);
}

static bool account_may_login(const Account *account)
{
    return row_true(account->row, FLD_ADMINISTRATOR_ENABLED);
}

static bool account_is_right(const Account *account, Str password)
{
    const bool right =
        password_verify(row_text(account->row, FLD_ADMINISTRATOR_PASSWORD), password);
    return right && account->row != NULL && account_may_login(account);
}

/* Whether this account's password is still the one that was verified. */
static bool account_is_still(const Account *account, Str stamp)
{
    return account_may_login(account) && str_equal(account->stamp, stamp);
}

static bool account_takes(const Account *account, const LoginPassword *given)
{
    return given->is_web || !account->basic_off;
}

/* Whether the directory is to be asked for this name (still). */
static bool account_is_in_directory(const Account *account, const LoginPassword *given)
{
    return account_takes(account, given) && !account->is_local && account->source.ldap;
}

static Err *check_account(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                          LoginProof *proof)
{
    Account account = {.row = NULL};
    TRY(account_read(l, reader, a, given->user, &account));
    if (!account_takes(&account, given)) {
        proof->answer = LOGIN_NEEDS_TOKEN;
        return NULL;
    }
    /* Also before the directory is asked, so that time doesn't tell which names are local. */
    const bool right = account_is_right(&account, given->password);
    if (account_is_in_directory(&account, given)) {
        proof->answer = LOGIN_ASK_DIRECTORY;
        return NULL;
    }
    if (!right) {
        throttle_count_failure(l->throttle, given->address, given->user, datetime_monotonic_us());
        return NULL;
    }
    throttle_forget(l->throttle, given->address, given->user);
    const Str stamp = account.stamp;
    TRY(account_note_login(l, reader, a, &account));
    /* Changed while we verified: the next request finds out. */
    if (account_is_still(&account, stamp) && account_takes(&account, given)) {
        proof->answer = LOGIN_OK;
        proof->grant = account.grant;
        proof->life_us = CREDENTIALS_LIFE_US;
        proof->account = account.row->key;
        proof->stamp = stamp;
    }
    return NULL;
}

/* What comes before either check. */
static Err *check_unless_throttled(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                                   LoginCheck *check, LoginProof *ret_proof)
{
    LoginProof proof = {.answer = LOGIN_REFUSED};
    if (given->password.len > 0) {
        proof.wait_s =
            throttle_wait_s(l->throttle, given->address, given->user, datetime_monotonic_us());
        if (proof.wait_s > 0) {
            proof.answer = LOGIN_THROTTLED;
        } else {
            TRY(check(l, reader, a, given, &proof));
        }
    }
    *ret_proof = proof;
    return NULL;
}

Err *login_check_password(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                          LoginProof *ret_proof)
{
    return check_unless_throttled(l, reader, a, given, check_account, ret_proof);
}

/* --- the directory --- */

static Err *read_directory_settings(const Login *l, Reader *reader, Arena *a,
                                    const LoginPassword *given, Account *account,
                                    DirectorySettings *ret_settings)
{
    TRY(reader_begin(reader, a, &account->grant.seq));
    Err *e = account_read_in_snapshot(l, reader, a, given->user, account);
    if (e == NULL && account_is_in_directory(account, given)) {
        e = directory_account_settings(l->store, reader, a, ret_settings);
    }
    reader_end(reader);
    return e;
}

/* What the user may do. There may be a local account of that name by now, or of one by which the
 * directory knows the user besides. */
static Err *read_directory_grant(const Login *l, Reader *reader, Arena *a,
                                 const LoginPassword *given, const DirectoryUser *user,
                                 Account *account)
{
    Grant grant = {.n_rows = 0};
    TRY(reader_begin(reader, a, &grant.seq));
    Err *e = account_read_in_snapshot(l, reader, a, given->user, account);
    if (e == NULL) {
        e = user_name_find_local(reader, a, user->names, user->n_names, &account->is_local);
    }
    if (e == NULL) {
        e = directory_account_grant(reader, a, user->name, user->groups, user->n_groups, &grant);
    }
    reader_end(reader);
    account->grant = grant;
    return e;
}

/* What hangs is told once: nobody asks it for some seconds then. */
static void note_directory_failure(Login *l, const DirectorySettings *settings, int64_t begun_us,
                                   int64_t seq, const Err *e)
{
    const int64_t now_us = datetime_monotonic_us();
    const bool hangs = now_us - begun_us >= DIRECTORY_HANGS_US;
    const bool first = directory_hold_failed(l->hold, begun_us, now_us, seq);
    if (first || !hangs) {
        log_warning("the directory cannot be asked server=\"%.*s\" reason=\"%s\"%s",
                    STR_ARG(settings->target.server), e->text,
                    hangs ? "; it is asked again in some seconds" : "");
    }
}

/* Errors are the directory's. */
static Err *ask_directory(Login *l, Arena *a, const LoginPassword *given,
                          const DirectorySettings *settings, int64_t seq, DirectoryUser *ret_user)
{
    const int64_t begun_us = datetime_monotonic_us();
    Err *e = directory_check_password(settings, a, given->user, given->password, ret_user);
    if (e != NULL) {
        note_directory_failure(l, settings, begun_us, seq, e);
    } else {
        directory_hold_answered(l->hold);
    }
    return e;
}

static Err *take_directory_user(const Login *l, Reader *reader, Arena *a,
                                const LoginPassword *given, const DirectoryUser *user,
                                LoginProof *proof)
{
    Account account = {.row = NULL};
    TRY(read_directory_grant(l, reader, a, given, user, &account));
    if (!account_is_in_directory(&account, given)) {
        throttle_count_failure(l->throttle, given->address, given->user, datetime_monotonic_us());
        return NULL;
    }
    throttle_forget(l->throttle, given->address, given->user);
    if (user->cut) {
        log_warning("not all groups of a user of the directory count: there are too many, or they "
                    "are too deep in others user=\"%.*s\" groups=%zu",
                    STR_ARG(user->name), user->n_groups);
    }
    proof->answer = LOGIN_OK;
    proof->grant = account.grant;
    proof->life_us = DIRECTORY_LIFE_US;
    proof->user = user->name;
    proof->groups = user->groups;
    proof->n_groups = user->n_groups;
    return NULL;
}

/* What changes meanwhile refuses: the next request finds out. */
static Err *check_directory(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                            LoginProof *proof)
{
    Account account = {.row = NULL};
    DirectorySettings settings = {.bind_name = STR("")};
    DirectoryUser user = {.right = false, .searched = STR_NONE};
    arena_hold_secrets(a);
    TRY(read_directory_settings(l, reader, a, given, &account, &settings));
    if (!account_is_in_directory(&account, given)) {
        return NULL;
    }
    if (directory_hold_is_on(l->hold, datetime_monotonic_us()) ||
        ask_directory(l, a, given, &settings, account.grant.seq, &user) != NULL) {
        return NULL; /* it was told, and is no failure of this client */
    }
    if (user.searched.ptr != NULL) { /* wrong names too, but else nobody sees a wrong filter */
        log_warning(
            "not exactly one user was found in the directory server=\"%.*s\" filter=\"%.*s\"",
            STR_ARG(settings.target.server), STR_ARG(user.searched));
    }
    if (!user.right) {
        throttle_count_failure(l->throttle, given->address, given->user, datetime_monotonic_us());
    } else if (settings_are_of(l, account.grant.seq)) {
        proof->stamp = account.stamp;
        return take_directory_user(l, reader, a, given, &user, proof);
    }
    return NULL;
}

Err *login_check_directory(Login *l, Reader *reader, Arena *a, const LoginPassword *given,
                           LoginProof *ret_proof)
{
    return check_unless_throttled(l, reader, a, given, check_directory, ret_proof);
}

/* --- the header --- */

static Err *verify_basic(Login *l, Reader *reader, Arena *a, Str authorization,
                         const HttpAddress *address, LoginCheck *check, LoginProof *ret_proof)
{
    Basic basic;
    MUST(basic_parse(a, authorization, &basic)); /* or it would have been refused */
    const LoginPassword given = {
        .user = basic.user, .password = basic.password, .address = address};
    TRY(check_unless_throttled(l, reader, a, &given, check, ret_proof));
    if (ret_proof->answer == LOGIN_OK) {
        credentials_remember(l->credentials, authorization, datetime_monotonic_us(),
                             ret_proof->life_us, &ret_proof->grant);
    }
    return NULL;
}

static Err *verify_bearer(Login *l, Reader *reader, Arena *a, Str authorization,
                          LoginAnswer *ret_answer, Principal *ret_principal)
{
    const int64_t now_us = datetime_now_us();
    AccessToken token;
    TRY(access_token_read(reader, a, payload_of(authorization), now_us, &token));
    if (!token.valid) {
        *ret_answer = LOGIN_NEEDS_TOKEN;
        return NULL;
    }
    credentials_remember(l->credentials, authorization, datetime_monotonic_us(),
                         token.expires_us - now_us, &token.grant);
    *ret_principal = token.grant.principal;
    *ret_answer = LOGIN_OK;
    return NULL;
}

static Err *read_refusal(Login *l, Reader *reader, Arena *a, LoginAnswer *ret_answer)
{
    Grant grant = {.n_rows = 0};
    const Row *settings = NULL;
    TRY(reader_begin(reader, a, &grant.seq));
    Err *e = grant_read_settings(&grant, reader, a, &settings);
    reader_end(reader);
    if (e == NULL) {
        const bool off = refuses_passwords(settings);
        atomic_store(&l->settings, grant.seq << 1 | off);
        *ret_answer = off ? LOGIN_NEEDS_TOKEN : LOGIN_REFUSED;
    }
    return e;
}

static Err *verify(Login *l, Reader *reader, Arena *a, Str authorization,
                   const HttpAddress *address, LoginCheck *check, LoginAnswer *ret_answer,
                   Principal *ret_principal, int64_t *ret_wait_s)
{
    /* Again, since others of the same client may have been verified while this one waited. */
    *ret_answer = login_recall(l, a, authorization, address, ret_principal, ret_wait_s);
    LoginProof proof;
    switch (*ret_answer) {
    case LOGIN_UNKNOWN:
        TRY(verify_basic(l, reader, a, authorization, address, check, &proof));
        *ret_answer = proof.answer;
        *ret_wait_s = proof.wait_s;
        *ret_principal = proof.grant.principal;
        return NULL;
    case LOGIN_LOOK_UP:
        return has_scheme(authorization, STR("bearer"))
                   ? verify_bearer(l, reader, a, authorization, ret_answer, ret_principal)
                   : read_refusal(l, reader, a, ret_answer);
    default:
        return NULL;
    }
}

Err *login_verify(Login *l, Reader *reader, Arena *a, Str authorization, const HttpAddress *address,
                  LoginAnswer *ret_answer, Principal *ret_principal, int64_t *ret_wait_s)
{
    return verify(l, reader, a, authorization, address, check_account, ret_answer, ret_principal,
                  ret_wait_s);
}

Err *login_verify_directory(Login *l, Reader *reader, Arena *a, Str authorization,
                            const HttpAddress *address, LoginAnswer *ret_answer,
                            Principal *ret_principal, int64_t *ret_wait_s)
{
    return verify(l, reader, a, authorization, address, check_directory, ret_answer, ret_principal,
                  ret_wait_s);
}
