/* Values of seeds that say {"computed": what}, by that text. */
#include "manager/server/setup.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "manager/auth/password.h"
#include "pki/self_signed.h"

#define SETUP_ARENA_BYTES ((size_t)1024 * 1024)
#define PASSWORD_BYTES 15      /* 20 characters of base64 */
#define NAME_MAX_CHARACTERS 32 /* of management_vm.name, by the model */
#define PASSWORD_FILE "initial-password"

void setup_init(Setup *s, const char *data)
{
    *s = (Setup){.data = data, .arena = arena_new(SETUP_ARENA_BYTES)};
    arena_hold_secrets(s->arena);
}

void setup_deinit(Setup *s)
{
    s->arena = arena_free(s->arena);
}

Err *setup_make_certificate(Arena *a, Str *ret_certificate, Str *ret_key)
{
    Host host;
    host_read(a, &host);
    const Str dns[] = {host.name, STR("localhost")};
    Str addresses[HOST_ADDRESSES_MAX + 2] = {STR("127.0.0.1"), STR("::1")};
    size_t n = 2;
    for (size_t i = 0; i < host.n_addresses; i++) {
        if (!str_equal(host.addresses[i], addresses[0]) &&
            !str_equal(host.addresses[i], addresses[1])) {
            addresses[n++] = host.addresses[i];
        }
    }
    const SelfSignedNames names = {
        .dns = dns,
        .n_dns = str_equal(dns[0], dns[1]) ? 1 : 2,
        .addresses = addresses,
        .n_addresses = n,
    };
    return self_signed_make(a, &names, ret_certificate, ret_key);
}

static Err *compute_certificate(Setup *s)
{
    return s->certificate.len > 0
               ? NULL
               : setup_make_certificate(s->arena, &s->certificate, &s->private_key);
}

static const char *password_path(Arena *a, const char *data)
{
    return str_format(a, "%s/" PASSWORD_FILE, data).ptr;
}

/* In its file before the store that knows it is committed: whenever the process ends, nobody is
 * locked out. */
static Err *generate_password(Setup *s, Arena *a)
{
    unsigned char random[PASSWORD_BYTES];
    char text[2 * PASSWORD_BYTES];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2base64(text, sizeof text, random, sizeof random,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    s->generated = str_dup(s->arena, str_from(text));
    sodium_memzero(random, sizeof random);
    sodium_memzero(text, sizeof text);
    return file_write(a, password_path(a, s->data), 0600,
                      str_format(a, "%.*s\n", STR_ARG(s->generated)));
}

/* An empty one is a variable of a script that nobody gave a value. */
static Err *check_given_password(Arena *a, Str password)
{
    return password.len > 0 && utf8_valid(password)
               ? NULL
               : err(a, ERR_INVALID,
                     "ROSTRA_ADMIN_PASSWORD is empty or no UTF-8; set it to a password, or unset "
                     "it to get one made up.");
}

static Err *compute_password(Setup *s, Arena *a, Value *ret_value)
{
    Str hash;
    if (s->password == NULL) {
        TRY(generate_password(s, a));
    } else {
        TRY(check_given_password(a, str_from(s->password)));
        setup_forget_password(s->data); /* that of a start which didn't get to its end */
    }
    TRY(password_hash(a, s->password != NULL ? str_from(s->password) : s->generated, &hash));
    *ret_value = value_text(hash);
    return NULL;
}

static Value compute_uuid(Arena *a)
{
    char uuid[37];
    uuid_new(uuid);
    return value_text(str_dup(a, str_from(uuid)));
}

/* The parts of the machine's description by what the model calls them. */
static bool compute_from_host(Setup *s, Arena *a, Str what, Value *ret_value)
{
    if (s->host == NULL) {
        Host *read = ARENA_NEW(s->arena, Host);
        host_read(s->arena, read);
        s->host = read;
    }
    const Host *host = s->host;
    const struct {
        Str what;
        Str text;
    } parts[] = {
        {STR("host name, at most 32 characters"), str_slice(host->name, 0, NAME_MAX_CHARACTERS)},
        {STR("first label of the host name"), host->hostname},
        {STR("rest of the host name, else localdomain"), host->domain},
        {STR("IPv4 address of the default route, else 127.0.0.1"), host->address},
        {STR("its netmask"), host->netmask},
        {STR("default gateway, else 127.0.0.1"), host->gateway},
        {STR("program version"), STR(ROSTRA_VERSION)},
    };
    for (size_t i = 0; i < ARRAY_N(parts); i++) {
        if (str_equal(what, parts[i].what)) {
            *ret_value = value_text(str_dup(a, parts[i].text));
            return true;
        }
    }
    return false;
}

Err *setup_compute_seed(void *context, Arena *a, const Seed *seed, const SeedValue *value,
                        Value *ret_value)
{
    (void)seed;
    Setup *s = context;
    const Str what = value->computed;
    if (str_starts_with(what, STR("ROSTRA_ADMIN_PASSWORD"))) {
        return compute_password(s, a, ret_value);
    }
    if (str_starts_with(what, STR("self-signed certificate"))) {
        TRY(compute_certificate(s));
        *ret_value = value_text(s->certificate);
        return NULL;
    }
    if (str_starts_with(what, STR("its key"))) {
        TRY(compute_certificate(s));
        *ret_value = value_text(s->private_key);
        return NULL;
    }
    if (str_equal(what, STR("new UUID"))) {
        *ret_value = compute_uuid(a);
        return NULL;
    }
    if (!compute_from_host(s, a, what, ret_value)) {
        return err(a, ERR_INTERNAL, "Nothing computes the seed \"%.*s\".", STR_ARG(what));
    }
    return NULL;
}

void setup_tell_password_file(const char *data, Arena *a)
{
    log_info("the password of admin is in a file user=admin file=%s", password_path(a, data));
}

void setup_tell_password(const Setup *s, Arena *a)
{
    if (s->generated.len == 0) {
        return;
    }
    if (isatty(STDOUT_FILENO) == 0) {
        setup_tell_password_file(s->data, a);
        return;
    }
    (void)printf("The password of the administrator \"admin\" is %.*s\n", STR_ARG(s->generated));
    (void)fflush(stdout);
    setup_forget_password(s->data);
}

bool setup_has_password(const char *data)
{
    CLEANUP(arena_free) Arena *a = arena_new(SETUP_ARENA_BYTES);
    return file_exists(password_path(a, data));
}

void setup_forget_password(const char *data)
{
    CLEANUP(arena_free) Arena *a = arena_new(SETUP_ARENA_BYTES);
    (void)unlink(password_path(a, data)); /* usually there is none */
}
