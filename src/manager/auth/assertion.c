/* What a client asserts, read and judged. Times are doubles, since JSON's may have a fraction; NAN
 * for one that isn't given makes every comparison false, which assertion_is_current() relies on. */
#include "manager/auth/assertion.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"

#define CLAIMS_DEPTH 8
#define CLAIMS_MAX 1000
#define TOKEN_PATH "/oauth/token"

/* --- reading --- */

/* False where it is there, but no text. */
static bool take_text(const Json *claims, Str name, Str *ret_text)
{
    const Json *json = json_member(claims, name);
    *ret_text = json != NULL && json->type == JSON_STRING ? json->text : STR("");
    return json == NULL || json->type == JSON_STRING;
}

/* Seconds since 1970, whole or not; false where it is there, but no number. */
static bool take_time(Arena *a, const Json *claims, Str name, double *ret_time)
{
    const Json *json = json_member(claims, name);
    *ret_time = json != NULL && json->type == JSON_NUMBER ? strtod(str_to_cstr(a, json->text), NULL)
                                                          : (double)NAN;
    return json == NULL || json->type == JSON_NUMBER;
}

/* One text, or a list of them. */
static bool take_audiences(const Json *claims, Assertion *ret)
{
    const Json *json = json_member(claims, STR("aud"));
    if (json == NULL || (json->type != JSON_STRING && json->type != JSON_ARRAY)) {
        return false;
    }
    const bool list = json->type == JSON_ARRAY;
    for (const Json *one = list ? json->first : json; one != NULL; one = list ? one->next : NULL) {
        if (one->type != JSON_STRING || ret->n_audiences == ASSERTION_AUDIENCES_MAX) {
            return false;
        }
        ret->audiences[ret->n_audiences++] = one->text;
    }
    return true;
}

bool assertion_read(Arena *a, Str claims_json, Assertion *ret_assertion)
{
    static const JsonLimits limits = {.depth = CLAIMS_DEPTH, .values = CLAIMS_MAX};
    Assertion t = {.n_audiences = 0};
    Json *claims = NULL;
    if (json_parse(a, claims_json, &limits, &claims) != NULL || claims->type != JSON_OBJECT ||
        !take_text(claims, STR("iss"), &t.issuer) || !take_text(claims, STR("sub"), &t.subject) ||
        !take_text(claims, STR("jti"), &t.id) || !take_audiences(claims, &t) ||
        !take_time(a, claims, STR("exp"), &t.expires_s) ||
        !take_time(a, claims, STR("iat"), &t.issued_s) ||
        !take_time(a, claims, STR("nbf"), &t.not_before_s)) {
        return false;
    }
    *ret_assertion = t;
    return true;
}

/* --- judging --- */

bool assertion_is_current(const Assertion *t, int64_t now_s)
{
    const double now = (double)now_s;
    const bool lives = t->expires_s > now - ASSERTION_SKEW_S &&
                       t->expires_s <= now + ASSERTION_LIFE_MAX_S + ASSERTION_SKEW_S;
    const bool begun =
        !(t->issued_s > now + ASSERTION_SKEW_S || t->not_before_s > now + ASSERTION_SKEW_S);
    return lives && begun;
}

bool assertion_is_newer(const Assertion *t, int64_t moment_s)
{
    const double last = (double)moment_s + ASSERTION_SKEW_S;
    return t->issued_s > last || t->not_before_s > last ||
           t->expires_s > last + ASSERTION_LIFE_MAX_S;
}

/* What follows the scheme, if it has one. */
static Str without_scheme(Str text)
{
    const size_t at = str_find_str(text, STR("://"));
    return at != SIZE_MAX ? str_slice(text, at + 3, text.len) : text;
}

/* Without scheme, port, brackets and path. */
static Str host_of(Str text)
{
    Str rest = without_scheme(text);
    Str host = str_cut(&rest, '/');
    if (str_starts_with(host, STR("["))) { /* an IPv6 address */
        rest = str_slice(host, 1, host.len);
        return str_cut(&rest, ']');
    }
    const size_t colon = str_find(host, ':', 0);
    const bool bare = colon != SIZE_MAX && str_find(host, ':', colon + 1) != SIZE_MAX;
    return bare ? host : str_cut(&host, ':');
}

static bool is_token_path(Str url)
{
    const Str rest = without_scheme(url);
    const size_t slash = str_find(rest, '/', 0);
    const Str path = slash != SIZE_MAX ? str_slice(rest, slash, rest.len) : STR("");
    return str_equal(path, STR(TOKEN_PATH)) || str_equal(path, STR(TOKEN_PATH "/"));
}

bool assertion_is_for(const Assertion *t, const Str hosts[], size_t n)
{
    for (size_t i = 0; i < t->n_audiences; i++) {
        const Str host = host_of(t->audiences[i]);
        for (size_t k = 0; host.len > 0 && is_token_path(t->audiences[i]) && k < n; k++) {
            if (str_equal_ignoring_case(host, host_of(hosts[k]))) {
                return true;
            }
        }
    }
    return false;
}
