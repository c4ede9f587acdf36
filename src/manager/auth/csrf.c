/* Origins are compared as scheme, host and port; tokens are made by a keyed hash. */
#include "manager/auth/csrf.h"

#include <sodium.h>

#include "manager/auth/random_token.h"

#define HTTPS_PORT 443
#define HTTP_PORT 80
#define PORT_MAX 65535

/* --- origins --- */

typedef struct Origin {
    bool encrypted; /* https, else http */
    Str host;       /* as written; an IPv6 address with its brackets */
    int64_t port;
} Origin;

static bool read_scheme(Str scheme, Origin *origin)
{
    origin->encrypted = str_equal_ignoring_case(scheme, STR("https"));
    origin->port = origin->encrypted ? HTTPS_PORT : HTTP_PORT;
    return origin->encrypted || str_equal_ignoring_case(scheme, STR("http"));
}

/* What ends the host: the colon before a port, if there is one. 0: there is no host. */
static size_t end_of_host(Str authority)
{
    const size_t bracket = str_starts_with(authority, STR("[")) ? str_find(authority, ']', 0) : 0;
    return bracket == SIZE_MAX ? 0 : str_find(authority, ':', bracket);
}

/* An empty port is the default one, which the scheme set before. */
static bool read_port(Str text, Origin *origin)
{
    return text.len == 0 || (text.ptr[0] >= '0' && text.ptr[0] <= '9' &&
                             str_to_int64(text, &origin->port) && origin->port <= PORT_MAX);
}

/* host or host:port; no user, who could make one host look like another. */
static bool read_authority(Str authority, Origin *origin)
{
    const size_t end = end_of_host(authority);
    origin->host = str_slice(authority, 0, end);
    const Str rest = str_slice(authority, end, SIZE_MAX);
    return origin->host.len > 0 && str_find(authority, '@', 0) == SIZE_MAX &&
           read_port(str_slice(rest, 1, SIZE_MAX), origin);
}

/* scheme://authority with *ret_rest behind it. */
static bool read_origin(Str text, Origin *origin, Str *ret_rest)
{
    const size_t colon = str_find_str(text, STR("://"));
    if (colon == SIZE_MAX || !read_scheme(str_slice(text, 0, colon), origin)) {
        return false;
    }
    Str rest = str_slice(text, colon + 3, SIZE_MAX);
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != '#') {
        end++;
    }
    *ret_rest = str_slice(rest, end, SIZE_MAX);
    return read_authority(str_slice(rest, 0, end), origin);
}

/* Who says where the request comes from: Origin alone if there is one, of a Referer its start. */
static bool read_sender(const CsrfHeaders *headers, Origin *origin)
{
    Str rest = STR_NONE;
    if (headers->origin.ptr != NULL) {
        return read_origin(headers->origin, origin, &rest) && rest.len == 0;
    }
    return read_origin(headers->referer, origin, &rest);
}

static Str first_of(Str list)
{
    return str_trim(str_cut(&list, ','));
}

/* What was asked. */
static bool read_target(const CsrfHeaders *headers, bool by_proxy, Origin *origin)
{
    const bool proto = by_proxy && headers->forwarded_proto.ptr != NULL;
    const bool host = by_proxy && headers->forwarded_host.ptr != NULL;
    return read_scheme(proto ? first_of(headers->forwarded_proto) : STR("https"), origin) &&
           read_authority(host ? first_of(headers->forwarded_host) : headers->host, origin);
}

static bool is_sent_to_itself(const CsrfHeaders *headers, const Origin *sender, bool by_proxy)
{
    Origin target;
    return read_target(headers, by_proxy, &target) && sender->encrypted == target.encrypted &&
           sender->port == target.port && str_equal_ignoring_case(sender->host, target.host);
}

const char *csrf_check_origin(const CsrfHeaders *headers)
{
    Origin sender;
    if (headers->origin.ptr == NULL && headers->referer.ptr == NULL) {
        return "With a session cookie, a change needs an Origin or Referer header; this request "
               "has neither.";
    }
    if (str_equal(headers->origin, STR("null"))) {
        return "A page without an origin of its own (Origin: null) may not change anything.";
    }
    if (read_sender(headers, &sender)) {
        if (is_sent_to_itself(headers, &sender, headers->through_proxy)) {
            return NULL;
        }
        if (is_sent_to_itself(headers, &sender, true)) {
            return "This came through a proxy that is not trusted, so its X-Forwarded-Host and "
                   "X-Forwarded-Proto do not count: start rostrad with --trust-proxy and the "
                   "address of the proxy.";
        }
    }
    return "This was sent by a page of another origin; only this server's own pages may do that.";
}

/* --- tokens --- */

Str csrf_token_of(Arena *a, Str session_id)
{
    static const unsigned char purpose[] = "csrftoken";
    unsigned char key[crypto_hash_sha256_BYTES];
    unsigned char hash[RANDOM_TOKEN_BYTES];
    (void)crypto_hash_sha256(key, (const unsigned char *)session_id.ptr, session_id.len);
    (void)crypto_generichash(hash, sizeof hash, purpose, sizeof purpose, key, sizeof key);
    sodium_memzero(key, sizeof key);
    return random_token_text(a, hash);
}

bool csrf_token_fits(Arena *a, Str session_id, Str token)
{
    const Str right = csrf_token_of(a, session_id);
    return token.len == right.len && sodium_memcmp(token.ptr, right.ptr, right.len) == 0;
}

const char *csrf_check_token(Arena *a, Str session_id, Str cookie, Str header)
{
    if (header.len == 0) {
        return "With a session cookie, a change needs the value of the csrftoken cookie in an "
               "X-CSRFToken header; this request has none.";
    }
    return csrf_token_fits(a, session_id, header) && str_equal(cookie, header)
               ? NULL
               : "The csrftoken cookie and X-CSRFToken must both be the token of this session; get "
                 "/admin/session/ to have it set anew.";
}
