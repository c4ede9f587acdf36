/* From a form to a token or an error. Cheap looks come first, a signature last: it takes a
 * millisecond, and anybody may send anything here. */
#include "manager/auth/oauth.h"

#include "base/datetime.h"
#include "base/percent.h"
#include "manager/auth/api_client.h"
#include "manager/auth/assertion.h"
#include "manager/auth/jwt.h"
#include "manager/auth/random_token.h"
#include "model/keys.h"
#include "store/row_values.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define SERVER_NAMES_MAX 6 /* what read_names() finds at most */

/* --- the form --- */

typedef struct Form {
    const FormPair *pairs;
    size_t n;
    bool repeated; /* some parameter that counts */
} Form;

/* STR_NONE if it isn't there. */
static Str form_value(Form *form, Str name)
{
    Str found = STR_NONE;
    for (size_t i = 0; i < form->n; i++) {
        if (str_equal(form->pairs[i].name, name)) {
            form->repeated = form->repeated || found.ptr != NULL;
            found = form->pairs[i].value;
        }
    }
    return found;
}

/* What the form holds that matters here. */
typedef struct Wanted {
    Str assertion;
    Str client_id; /* STR_NONE: not given */
    Str scope;     /* the same */
} Wanted;

/* The error; NULL if it can be looked into. */
static const char *read_form(const OauthRequest *request, Wanted *ret)
{
    FormPair *pairs = NULL;
    Form form = {.n = 0};
    if (form_parse(request->arena, request->body, &pairs, &form.n) != NULL) {
        return "invalid_request";
    }
    form.pairs = pairs;
    const Str grant = form_value(&form, STR("grant_type"));
    const Str type = form_value(&form, STR("client_assertion_type"));
    ret->assertion = form_value(&form, STR("client_assertion"));
    ret->client_id = form_value(&form, STR("client_id"));
    ret->scope = form_value(&form, STR("scope"));
    if (grant.len == 0 || form.repeated) {
        return "invalid_request";
    }
    if (!str_equal(grant, STR("client_credentials"))) {
        return "unsupported_grant_type";
    }
    return str_equal(type, STR(ASSERTION_TYPE)) && ret->assertion.len > 0 ? NULL
                                                                          : "invalid_request";
}

/* --- the assertion --- */

static void add_name(const Row *row, uint16_t field, Str names[], size_t *n)
{
    const Str name = row_text(row, field);
    if (name.len > 0) {
        names[(*n)++] = name;
    }
}

/* The names by which the server is known (wire 11.3), the client's own first. */
static Err *read_names(Reader *reader, const OauthRequest *request, Str names[SERVER_NAMES_MAX],
                       size_t *ret_n)
{
    const Resource *resource = model_at(reader_model(reader), RES_MANAGEMENT_VM);
    const Row *row = NULL;
    size_t n = 0;
    names[n++] = request->host;
    TRY(reader_get(reader, request->arena, resource, value_integer(OWN_MANAGEMENT_VM_KEY), &row));
    if (row != NULL) {
        names[n++] = str_format(request->arena, "%.*s.%.*s",
                                STR_ARG(row_text(row, FLD_MANAGEMENT_VM_HOSTNAME)),
                                STR_ARG(row_text(row, FLD_MANAGEMENT_VM_DOMAIN)));
        add_name(row, FLD_MANAGEMENT_VM_ALTERNATIVE_FQDN, names, &n);
        add_name(row, FLD_MANAGEMENT_VM_ADDRESS, names, &n);
        add_name(row, FLD_MANAGEMENT_VM_IPV6_ADDRESS, names, &n);
        add_name(row, FLD_MANAGEMENT_VM_STATIC_NAT_ADDRESS, names, &n);
    }
    *ret_n = n;
    return NULL;
}

/* What doesn't need the store. */
static bool fits(const Assertion *assertion, const Wanted *wanted, int64_t now_us)
{
    const Str client_id = assertion->issuer;
    return client_id.len > 0 && str_equal(client_id, assertion->subject) &&
           (wanted->client_id.ptr == NULL || str_equal(wanted->client_id, client_id)) &&
           assertion->id.len > 0 && assertion_is_current(assertion, now_us / DATETIME_SECOND_US);
}

static Err *find_in_snapshot(Reader *reader, const OauthRequest *request,
                             const Assertion *assertion, ApiClient *client)
{
    Str names[SERVER_NAMES_MAX];
    size_t n = 0;
    TRY(read_names(reader, request, names, &n));
    if (assertion_is_for(assertion, names, n)) {
        TRY(api_client_read(reader, request->arena, assertion->issuer, client));
    }
    return NULL;
}

static Err *find_client(Reader *reader, const OauthRequest *request, const Assertion *assertion,
                        ApiClient *client)
{
    int64_t seq = 0;
    TRY(reader_begin(reader, request->arena, &seq));
    Err *e = find_in_snapshot(reader, request, assertion, client);
    reader_end(reader);
    return e;
}

/* --- the answer --- */

static void put_scope(Buf *out, Str name)
{
    if (out->len > 0) {
        buf_put_char(out, ' ');
    }
    buf_put_str(out, name);
}

/* The rights among those asked for, in their order; all of them where none of these was asked for:
 * what a client may do is its role's business, not that of the scope. */
static Str scope_of(Arena *a, const Model *model, PermissionSet set, Str wanted)
{
    CLEANUP(buf_free) Buf *out = buf_new(OAUTH_BODY_MAX);
    Str rest = wanted;
    while (rest.len > 0) {
        const Permission right = model_permission(model, str_cut(&rest, ' '));
        if (right != PERMISSION_NONE && permission_set_has(set, right)) {
            put_scope(out, model->permissions[right].codename);
        }
    }
    const bool all = out->len == 0;
    for (size_t i = 0; all && i < model->n_permissions; i++) {
        if (permission_set_has(set, (Permission)i)) {
            put_scope(out, model->permissions[i].codename);
        }
    }
    return str_dup(a, buf_str(out));
}

/* The assertion is remembered until nobody takes it any more: a skew after its end, and the rest of
 * that second. */
static void fill(OauthRequest *request, const Assertion *assertion, const ApiClient *client,
                 const Model *model, Str wanted_scope, int64_t now_us)
{
    const double until_s = assertion->expires_s + ASSERTION_SKEW_S;
    request->scope =
        scope_of(request->arena, model, client->grant.principal.permissions, wanted_scope);
    request->expires_in_s = client->token_life_s;
    request->issue = (AccessTokenIssue){
        .token = random_token_make(request->arena),
        .client_id = assertion->issuer,
        .jti = assertion->id,
        .expires_us = now_us + client->token_life_s * DATETIME_SECOND_US,
        .assertion_expires_us = ((int64_t)until_s + 1) * DATETIME_SECOND_US,
        .most = ACCESS_TOKENS_MAX,
        .most_of_client = ACCESS_TOKENS_OF_CLIENT_MAX,
    };
}

static void refuse(Throttle *throttle, OauthRequest *request, Str client_id)
{
    request->error = "invalid_client";
    throttle_count_failure(throttle, request->address, client_id, datetime_monotonic_us());
}

/* *ret_used: it may have been used in the time that is forgotten. A moment to come was noted by a
 * clock that was wrong, and would keep everybody out until then. */
static Err *check_forgotten(const OauthRequest *request, const Assertion *assertion, int64_t now_us,
                            bool *ret_used)
{
    const int64_t moment_s = request->forgotten_us / DATETIME_SECOND_US;
    const int64_t passed_s = now_us / DATETIME_SECOND_US - moment_s;
    *ret_used = passed_s >= -ASSERTION_SKEW_S && !assertion_is_newer(assertion, moment_s);
    return *ret_used && passed_s <= ASSERTION_SKEW_S
               ? err(request->arena, ERR_BUSY,
                     "A backup was restored; tokens are given again after a minute.")
               : NULL;
}

static Err *check_assertion(Throttle *throttle, Reader *reader, OauthRequest *request,
                            const Wanted *wanted, bool *ret_issue)
{
    Arena *a = request->arena;
    const int64_t now_us = datetime_now_us();
    Assertion assertion = {.issuer = STR("")};
    ApiClient client = {.found = false};
    CLEANUP(jwt_free) Jwt *jwt = jwt_read(a, wanted->assertion);
    const bool readable = jwt != NULL && assertion_read(a, jwt_claims(jwt, a), &assertion);
    request->wait_s =
        throttle_wait_s(throttle, request->address, assertion.issuer, datetime_monotonic_us());
    if (request->wait_s > 0) {
        return NULL;
    }
    if (readable && fits(&assertion, wanted, now_us)) {
        TRY(find_client(reader, request, &assertion, &client));
    }
    if (!client.found || !jwt_is_signed(jwt, client.public_key)) {
        refuse(throttle, request, assertion.issuer);
        return NULL;
    }
    bool used = false;
    TRY(check_forgotten(request, &assertion, now_us, &used));
    if (used) {
        refuse(throttle, request, assertion.issuer);
        return NULL;
    }
    fill(request, &assertion, &client, reader_model(reader), wanted->scope, now_us);
    *ret_issue = true;
    return NULL;
}

Err *oauth_check(Throttle *throttle, Reader *reader, OauthRequest *request, bool *ret_issue)
{
    Wanted wanted = {.assertion = STR_NONE};
    *ret_issue = false;
    request->error = read_form(request, &wanted);
    return request->error == NULL ? check_assertion(throttle, reader, request, &wanted, ret_issue)
                                  : NULL;
}

Err *oauth_issue(Tx *tx, OauthRequest *request)
{
    return access_token_issue(tx, &request->issue);
}

bool oauth_issued(Throttle *throttle, OauthRequest *request, const Err *e)
{
    if (e == NULL) {
        throttle_forget(throttle, request->address, request->issue.client_id);
        return true;
    }
    if (!request->issue.replayed) {
        return false;
    }
    refuse(throttle, request, request->issue.client_id);
    return true;
}
