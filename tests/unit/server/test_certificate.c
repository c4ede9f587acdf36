/* Which certificate the listeners get, and what it costs to find out that it is the same. */
#include "test.h"

#include "manager/server/certificate.h"
#include "manager/server/setup.h"
#include "model/model_ids.h"
#include "store/script.h"
#include "store/secret.h"

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

typedef struct Fixture {
    Script *script;
    Reader *reader;
    ServerCertificate *certificate;
} Fixture;

static Fixture fixture_new(void)
{
    Fixture f = {.script = script_new()};
    assert_null(reader_new(f.script->arena, f.script->store, &f.reader));
    f.certificate = server_certificate_new(f.script->store, f.reader, f.script->folder);
    return f;
}

static void fixture_free(Fixture *f)
{
    f->certificate = server_certificate_free(f->certificate);
    f->reader = reader_free(f->reader);
    f->script = script_free(f->script);
}

/* Whether a look gives credentials. */
static bool is_renewed(const Fixture *f)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(http_credentials_free) HttpCredentials *credentials = NULL;
    assert_null(server_certificate_look(f->certificate, a, &credentials));
    return credentials != NULL;
}

typedef struct Stored {
    Str certificate;
    Str sealed;
} Stored;

static Err *run_store(Tx *tx, WriteRequest *request)
{
    const Stored *stored = request->context;
    const Resource *r = model_at(tx_model(tx), RES_TLS_CERTIFICATE);
    const Row *old = NULL;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), r, value_integer(1), &old));
    Row *new = row_copy(tx_arena(tx), old);
    new->values[FLD_TLS_CERTIFICATE_CERTIFICATE] = value_text(stored->certificate);
    new->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY] = value_text(stored->sealed);
    return tx_update(tx, old, new);
}

/* Puts this certificate and sealed key into tls_certificate/1, which management_vm/1 names. */
static void store(const Fixture *f, Str certificate, Str sealed)
{
    Stored stored = {certificate, sealed};
    WriteRequest request = {
        .run = run_store, .context = &stored, .user = "tester", .name = "", .n_objects = 1};
    int64_t seq = 0;
    assert_null(store_write_wait(f->script->store, STORE_CONFIG, f->script->arena, &request, &seq));
}

/* Another one each time. */
static Stored make(const Fixture *f)
{
    Stored made = {STR_NONE, STR_NONE};
    Str key = STR_NONE;
    assert_null(setup_make_certificate(f->script->arena, &made.certificate, &key));
    made.sealed = secret_seal(f->script->store, f->script->arena, key);
    return made;
}

static Fixture fixture_with_one(void)
{
    Fixture f = fixture_new();
    script_do(f.script, "update management_vm 1 tls_certificate=1");
    const Stored one = make(&f);
    store(&f, one.certificate, one.sealed);
    return f;
}

static void test_renewal(void **state)
{
    (void)state;
    Fixture f = fixture_with_one();
    assert_true(is_renewed(&f));
    assert_false(is_renewed(&f));
    const Stored two = make(&f);
    store(&f, two.certificate, two.sealed);
    assert_true(is_renewed(&f));
    store(&f, STR("no certificate"), two.sealed);
    assert_false(is_renewed(&f));
    store(&f, two.certificate, two.sealed);
    assert_true(is_renewed(&f));
    script_do(f.script, "delete tls_certificate 1");
    assert_true(is_renewed(&f)); /* one of its own */
    fixture_free(&f);
}

/* Seen: any change made it read all intermediates each second. */
static void test_what_other_changes_cost(void **state)
{
    (void)state;
    Fixture f = fixture_with_one();
    assert_true(is_renewed(&f));
    const int64_t before = reader_n_statements(f.reader);
    assert_false(is_renewed(&f));
    assert_int_equal(reader_n_statements(f.reader), before);
    for (int i = 1; i <= 450; i++) { /* some batches of the log */
        script_do(f.script,
                  str_format(f.script->arena, "update global 1 pin_entry_timeout=%d", 60 + i).ptr);
    }
    assert_false(is_renewed(&f));
    const int64_t cost = reader_n_statements(f.reader) - before;
    assert_true(cost <= 8);
    fixture_free(&f);
}

/* Seen: a failure that passed left the last certificate until the next change. */
static void test_a_failure_that_passes(void **state)
{
    (void)state;
    Fixture f = fixture_with_one();
    assert_true(is_renewed(&f));
    const Stored two = make(&f);
    store(&f, two.certificate, str_slice(two.sealed, 0, two.sealed.len - 1));
    assert_false(is_renewed(&f));
    /* the same can be read again, and nothing says so */
    script_sql(f.script, STORE_CONFIG,
               str_format(f.script->arena,
                          "UPDATE configuration_tls_certificate SET private_key = '%.*s'",
                          STR_ARG(two.sealed))
                   .ptr);
    assert_true(is_renewed(&f));
    assert_false(is_renewed(&f));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_renewal),
        cmocka_unit_test(test_what_other_changes_cost),
        cmocka_unit_test(test_a_failure_that_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
