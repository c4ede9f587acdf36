#pragma once

#include "base/steady_clock.h"
#include "store/reader.h"

/* Alarms about certificates that aren't valid, or soon won't be: tls_certificate_expiring and
 * trustedca_expiring. They are stored and used all the same. */

/* So long before the end. */
#define CERTIFICATES_WARNING_DAYS 30

typedef struct CertificateAlarms {
    Store *store;
    Reader *reader;    /* borrowed */
    int64_t seq;       /* the change that was looked at last */
    int64_t next_us;   /* when all are looked at again, as their time goes on; monotonic */
    SteadyClock clock; /* that jumped: they are looked at again at once */
} CertificateAlarms;

/* How often; most runs only see that nothing has changed. */
#define CERTIFICATES_PERIOD_US (INT64_C(1) * 1000 * 1000)

/* The job; context: a CertificateAlarms. */
CHECKED Err *certificates_run(void *context, Arena *a, int64_t now_us);
