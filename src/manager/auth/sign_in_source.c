/* The words of a choice. */
#include "manager/auth/sign_in_source.h"

#include "store/row_values.h"

SignInSource sign_in_source(const Row *settings)
{
    SignInSource source = {.local = false};
    Str rest = row_text_or_empty(settings, FLD_AUTHENTICATION_SOURCE);
    while (rest.len > 0) {
        const Str word = str_cut(&rest, '+');
        source.local |= str_equal(word, STR("LOCAL"));
        source.ldap |= str_equal(word, STR("LDAP"));
        source.oidc |= str_equal(word, STR("OIDC"));
    }
    return source;
}

Str sign_in_source_with_local(SignInSource source)
{
    if (source.ldap) {
        return source.oidc ? STR("LDAP+OIDC+LOCAL") : STR("LDAP+LOCAL");
    }
    return source.oidc ? STR("OIDC+LOCAL") : STR("LOCAL");
}
