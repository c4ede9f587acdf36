/* Results of GnuTLS as errors. */
#include "pki/failure.h"

#include <gnutls/gnutls.h>

Err *pki_checked(Arena *a, const char *what, int code)
{
    if (code >= 0) {
        return NULL;
    }
    return err_detail(a, err(a, ERR_IO, "The keys and certificates cannot be worked on."), "%s: %s",
                      what, gnutls_strerror(code));
}
