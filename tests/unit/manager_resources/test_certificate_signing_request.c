/* Which thread does what when a request is signed. */
#include "test.h"

#include "manager/resources/resources.h"
#include "manager_rest/rest_fixture.h"
#include "model/model_ids.h"
#include "pki/self_signed.h"

#define NAME "signed.example.com"

static const ResourceHooks *request_hooks(void)
{
    size_t i = 0;
    while (!str_equal(resources_hooks[i]->resource, STR("certificate_signing_request"))) {
        i++;
    }
    return resources_hooks[i];
}

/* A new request with a key and a certificate of it, after its slow work. */
static Row *prepared_row(RestFixture *f, Problems *problems)
{
    static const Str name = STR_INIT(NAME);
    const SelfSignedNames names = {.dns = &name, .n_dns = 1};
    const Resource *resource = model_at(f->model, RES_CERTIFICATE_SIGNING_REQUEST);
    Str *clear = ARENA_ARRAY(f->arena, Str, resource->n_fields);
    PkiRounds rounds = {PKI_ROUNDS_MAX};
    Row *row = row_new_default(f->arena, resource);
    Str certificate = STR_NONE;
    rest_fixture_check(self_signed_make(f->arena, &names, &certificate,
                                        &clear[FLD_CERTIFICATE_SIGNING_REQUEST_PRIVATE_KEY]));
    row->values[FLD_CERTIFICATE_SIGNING_REQUEST_SUBJECT_NAME] = value_text(name);
    row->values[FLD_CERTIFICATE_SIGNING_REQUEST_PRIVATE_KEY] = VALUE_NONE;
    row->values[FLD_CERTIFICATE_SIGNING_REQUEST_CERTIFICATE] = value_text(certificate);
    rest_fixture_check(
        request_hooks()->prepare(f->store, f->arena, NULL, row, clear, &rounds, problems));
    return row;
}

typedef struct Signed {
    Row *row;
    Problems *problems;
} Signed;

static Err *write_signed(Tx *tx, WriteRequest *write)
{
    const Signed *s = write->context;
    return request_hooks()->before_write(tx, NULL, s->row, s->problems);
}

/* Seen: the writer opened the key and read the certificate, while every other write waited. With a
 * key that nobody can open it can't have. */
static void test_the_writer_opens_no_key(void **state)
{
    (void)state;
    RestFixture *f = rest_fixture_new(0, resources_hooks, resources_n_hooks);
    Problems problems;
    problems_init(&problems, f->arena);
    Signed s = {.row = prepared_row(f, &problems), .problems = &problems};
    assert_false(problems_any(&problems));
    const Value closed = value_text(STR("$~!1$closed"));
    s.row->values[FLD_CERTIFICATE_SIGNING_REQUEST_PRIVATE_KEY] = closed;
    rest_fixture_check(
        store_write_as_system(f->store, STORE_CONFIG, f->arena, write_signed, &s, 1));
    assert_false(problems_any(&problems));
    const Row *made = NULL;
    rest_fixture_check(
        reader_read_row(f->reader, f->arena, model_at(f->model, RES_TLS_CERTIFICATE),
                        s.row->values[FLD_CERTIFICATE_SIGNING_REQUEST_TLS_CERTIFICATE], &made));
    assert_non_null(made);
    assert_true(value_equal(made->values[FLD_TLS_CERTIFICATE_PRIVATE_KEY], closed));
    assert_true(value_equal(made->values[FLD_TLS_CERTIFICATE_CERTIFICATE],
                            s.row->values[FLD_CERTIFICATE_SIGNING_REQUEST_CERTIFICATE]));
    assert_true(value_equal(made->values[FLD_TLS_CERTIFICATE_SUBJECT_NAME], value_text(STR(NAME))));
    rest_fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_writer_opens_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
