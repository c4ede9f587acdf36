/* Assertions, and the forms that they come in: whatever is sent, only what the owner of the key
 * signed is taken. */
#include <stdint.h>

#include "manager/auth/assertion.h"
#include "manager/auth/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_LIMIT = 64 * 1024 * 1024, NOW_S = 2000000000 };

/* Its private half signed one token of the corpus, and is gone. */
static const char key_p256[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFc+HBj/gjNoW280gQ0TM/3/54WTr\n"
                               "10cnmOb9MlFH5nX35rAjII6kduFTB7MNQbeFbW6IQMnHWij4am/i1Qg94g==\n"
                               "-----END PUBLIC KEY-----\n";

static void check_claims(Arena *a, Str text, bool is_signed)
{
    static const Str hosts[] = {STR_INIT("x"), STR_INIT("[::1]:443")};
    Assertion t;
    if (!assertion_read(a, text, &t)) {
        return;
    }
    MUST(t.n_audiences <= ASSERTION_AUDIENCES_MAX);
    (void)assertion_is_current(&t, NOW_S);
    (void)assertion_is_for(&t, hosts, ARRAY_N(hosts));
    MUST(!is_signed || str_equal(t.issuer, STR("a")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Str text = {(const char *)data, size};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(jwt_free) Jwt *t = jwt_read(a, text);
    if (t != NULL) {
        check_claims(a, jwt_claims(t, a), jwt_is_signed(t, str_from(key_p256)));
    }
    check_claims(a, text, false);
    return 0;
}
