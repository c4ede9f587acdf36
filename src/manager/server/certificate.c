/* Reads management_vm/1's certificate and makes TLS credentials of it.
 *
 * Three questions, each asked only if the one before says so: did the change log name one of the
 * three resources (follow_changes), is what they hold together another text (source_text), and can
 * it be used (use_stored). Answers hold until the log names one of the three again, unless the last
 * failed for a reason that may pass. */
#include "manager/server/certificate.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "manager/server/setup.h"
#include "model/keys.h"
#include "pki/certificates.h"
#include "pki/limits.h"
#include "store/changelog.h"
#include "store/row_values.h"
#include "store/secret.h"

#define INTERMEDIATES_MAX PKI_CERTIFICATES_MAX /* all that one text may hold */
#define OWN_ARENA_BYTES ((size_t)1024 * 1024)
#define SOURCE_MAX_BYTES ((size_t)64 * 1024 * 1024) /* above all those texts together */

struct ServerCertificate {
    Store *store;
    Reader *reader;
    const char *data;
    int64_t seq;     /* so far the change log was read */
    bool is_current; /* what is stored was read and settled since */
    Buf source;      /* what was settled last */
    Arena *own_arena;
    HttpCertificate own; /* made here when it is needed first; in own_arena */
    bool in_use;         /* credentials were given */
};

/* What is stored; texts in the arena of the look. */
typedef struct Source {
    Str text;          /* empty: management_vm/1 names no certificate */
    Str sealed;        /* its key */
    Str intermediates; /* PEM of all that may be used in chains */
} Source;

ServerCertificate *server_certificate_new(Store *store, Reader *reader, const char *data)
{
    ServerCertificate *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    *c = (ServerCertificate){.store = store,
                             .reader = reader,
                             .data = data,
                             .seq = store_seq(store, STORE_CONFIG),
                             .own_arena = arena_new(OWN_ARENA_BYTES)};
    buf_init(&c->source, SOURCE_MAX_BYTES);
    return c;
}

ServerCertificate *server_certificate_free(ServerCertificate *c)
{
    if (c != NULL) {
        buf_deinit(&c->source);
        c->own_arena = arena_free(c->own_arena);
        free(c);
    }
    return NULL;
}

/* --- what is stored --- */

static CHECKED Err *read_intermediates(Reader *reader, Arena *a, Str *ret_text)
{
    const Resource *resource = model_at(reader_model(reader), RES_CA_CERTIFICATE);
    const Value yes = value_integer(1);
    const Filter filter = {.field = &resource->fields[FLD_CA_CERTIFICATE_TRUSTED_INTERMEDIATE],
                           .lookup = LOOKUP_EXACT,
                           .values = &yes,
                           .n_values = 1};
    const Query query = {
        .resource = resource, .filters = &filter, .n_filters = 1, .limit = INTERMEDIATES_MAX};
    const Row **rows = NULL;
    size_t n = 0;
    TRY(reader_select(reader, a, &query, &rows, &n));
    CLEANUP(buf_free) Buf *all = buf_new(SOURCE_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        buf_put_str(all, row_text_or_empty(rows[i], FLD_CA_CERTIFICATE_CERTIFICATE));
        buf_put_char(all, '\n');
    }
    *ret_text = str_dup(a, buf_str(all));
    return NULL;
}

/* Leaves it empty where no certificate is named: then one is made. */
static CHECKED Err *read_source(Reader *reader, Arena *a, Source *source)
{
    const Model *model = reader_model(reader);
    const Row *node = NULL;
    const Row *row = NULL;
    TRY(reader_get(reader, a, model_at(model, RES_MANAGEMENT_VM),
                   value_integer(OWN_MANAGEMENT_VM_KEY), &node));
    if (node == NULL || value_is_null(node->values[FLD_MANAGEMENT_VM_TLS_CERTIFICATE])) {
        return NULL;
    }
    TRY(reader_get(reader, a, model_at(model, RES_TLS_CERTIFICATE),
                   node->values[FLD_MANAGEMENT_VM_TLS_CERTIFICATE], &row));
    if (row == NULL) {
        return NULL;
    }
    source->text = row_text_or_empty(row, FLD_TLS_CERTIFICATE_CERTIFICATE);
    source->sealed = row_text_or_empty(row, FLD_TLS_CERTIFICATE_PRIVATE_KEY);
    return read_intermediates(reader, a, &source->intermediates);
}

static CHECKED Err *read_in_snapshot(const ServerCertificate *c, Arena *a, Source *source)
{
    int64_t seq = 0;
    TRY(reader_begin(c->reader, a, &seq));
    Err *e = read_source(c->reader, a, source);
    reader_end(c->reader);
    return e;
}

static Str source_text(Arena *a, const Source *source)
{
    return str_format(a, "%.*s\n%.*s\n%.*s", STR_ARG(source->text), STR_ARG(source->sealed),
                      STR_ARG(source->intermediates));
}

/* --- whether it changed --- */

/* NULL: a resource that this version doesn't know, so better look. */
static bool is_concerned(const Resource *r)
{
    return r == NULL || r->index == RES_MANAGEMENT_VM || r->index == RES_TLS_CERTIFICATE ||
           r->index == RES_CA_CERTIFICATE;
}

static CHECKED Err *take_changes(void *context, Arena *a, const Change changes[], size_t n)
{
    ServerCertificate *c = context;
    (void)a; /* nothing is made */
    for (size_t i = 0; i < n; i++) {
        const int64_t before = i == 0 ? c->seq : changes[i - 1].seq;
        const bool any_gone = changes[i].seq != before + 1; /* the log was cut since */
        c->is_current = c->is_current && !any_gone && !is_concerned(changes[i].resource);
    }
    return NULL;
}

/* Goes on to the end of the change log, so that other changes cost no more than their names. */
static CHECKED Err *follow_changes(ServerCertificate *c, Arena *a)
{
    int64_t seq = 0;
    if (c->seq == store_seq(c->store, STORE_CONFIG)) {
        return NULL;
    }
    TRY(reader_begin(c->reader, a, &seq));
    Err *e = changelog_follow(c->reader, a, &c->seq, take_changes, c);
    reader_end(c->reader);
    if (e == NULL && c->seq < seq) {
        c->is_current = false; /* all of it was cut */
        c->seq = seq;
    }
    return e;
}

/* --- credentials --- */

/* Leaf and issuers in order, whatever the text holds besides. */
static CHECKED Err *order_chain(Arena *a, const Source *source, const PrivateKey *key,
                                Str *ret_chain)
{
    CLEANUP(certificates_free) Certificates *certificates = NULL;
    CLEANUP(certificates_free) Certificates *more = NULL;
    bool complete = false;
    TRY(certificates_read(a, source->text, &certificates));
    const size_t leaf = certificates_of_key(certificates, key);
    if (leaf == SIZE_MAX) {
        return err(a, ERR_INVALID, "The private key does not belong to the certificate.");
    }
    *ret_chain = certificates_chain(a, certificates, leaf, NULL, &complete);
    if (!complete) {
        TRY(certificates_read_bundle(a, source->intermediates, &more));
        *ret_chain = certificates_chain(a, certificates, leaf, more, &complete);
    }
    return NULL;
}

/* Tried by a handshake with itself, before clients meet it. */
static CHECKED Err *make_credentials(Arena *a, const HttpCertificate *certificate,
                                     HttpCredentials **ret_credentials)
{
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    TRY(http_credentials_new(a, certificate, 1, STR_NONE, &credentials));
    TRY(http_credentials_try(a, credentials));
    *ret_credentials = credentials;
    credentials = NULL;
    return NULL;
}

static CHECKED Err *use_stored(const ServerCertificate *c, Arena *a, const Source *source,
                               HttpCertificate *certificate, HttpCredentials **ret_credentials)
{
    CLEANUP(private_key_free) PrivateKey *key = NULL;
    Str clear = STR_NONE;
    if (source->sealed.len == 0) {
        return err(a, ERR_INVALID, "It has no private key.");
    }
    TRY(secret_open(c->store, a, source->sealed, &clear));
    TRY(private_key_read(a, clear, STR_NONE, &key));
    TRY(private_key_text(a, key, &certificate->key_pem));
    TRY(order_chain(a, source, key, &certificate->chain_pem));
    return make_credentials(a, certificate, ret_credentials);
}

/* Made once a process: clients that trust management.pem go on while the stored one is away. */
static CHECKED Err *use_own(ServerCertificate *c, Arena *a, HttpCertificate *certificate,
                            HttpCredentials **ret_credentials)
{
    if (c->own.chain_pem.len == 0) {
        TRY(setup_make_certificate(c->own_arena, &c->own.chain_pem, &c->own.key_pem));
    }
    *certificate = c->own;
    return make_credentials(a, certificate, ret_credentials);
}

/* *ret_settled: the outcome holds until something else is stored; false after a failure that may
 * pass. */
static CHECKED Err *use(ServerCertificate *c, Arena *a, const Source *source,
                        HttpCertificate *certificate, HttpCredentials **ret_credentials,
                        bool *ret_settled)
{
    *ret_settled = true;
    if (source->text.len == 0) {
        return use_own(c, a, certificate, ret_credentials);
    }
    const Err *e = use_stored(c, a, source, certificate, ret_credentials);
    if (e == NULL) {
        return NULL;
    }
    *ret_settled = e->kind == ERR_INVALID;
    log_warning("the certificate of management_vm/1 cannot be used reason=\"%s\" instead=\"%s\"",
                e->text, c->in_use ? "the last one" : "one made for this machine");
    return c->in_use ? NULL : use_own(c, a, certificate, ret_credentials);
}

/* Clients in other processes read the file: without it, they can't verify, and no more. */
static void tell_clients(const ServerCertificate *c, Arena *a, Str chain_pem)
{
    const Err *e = file_write(a, str_format(a, "%s/management.pem", c->data).ptr, 0644, chain_pem);
    if (e != NULL) {
        log_warning("management.pem cannot be written reason=\"%s\"", e->text);
    }
}

static CHECKED Err *renew(ServerCertificate *c, Arena *a, const Source *source, bool *ret_settled,
                          HttpCredentials **ret_credentials)
{
    HttpCertificate certificate = {.chain_pem = STR_NONE};
    HttpCredentials *credentials = NULL;
    TRY(use(c, a, source, &certificate, &credentials, ret_settled));
    if (credentials != NULL) {
        c->in_use = true;
        tell_clients(c, a, certificate.chain_pem);
        *ret_credentials = credentials;
    }
    return NULL;
}

/* Only what is settled is noted: after another failure the next look tries again. */
Err *server_certificate_look(ServerCertificate *c, Arena *a, HttpCredentials **ret_credentials)
{
    Source source = {STR(""), STR(""), STR("")};
    bool settled = true;
    *ret_credentials = NULL;
    TRY(follow_changes(c, a));
    if (c->is_current) {
        return NULL;
    }
    TRY(read_in_snapshot(c, a, &source));
    const Str text = source_text(a, &source);
    if (!c->in_use || !str_equal(text, buf_str(&c->source))) {
        TRY(renew(c, a, &source, &settled, ret_credentials));
    }
    if (settled) {
        buf_reset(&c->source);
        buf_put_str(&c->source, text);
        c->is_current = true;
    }
    return NULL;
}
