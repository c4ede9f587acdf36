#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/hash_table.h"
#include "base/thread.h"
#include "http/address.h"

/* How many connections there are, in all and by client: an IPv4 address or an IPv6 /64, since
 * whoever has one address of that has all of it. Any thread. */

typedef struct HttpQuota {
    Mutex lock;
    HashTable clients; /* under lock, as the rest */
    size_t n;
    size_t limit;
    size_t limit_per_client;
    uint64_t seed; /* so that nobody can choose addresses that collide */
} HttpQuota;

void http_quota_init(HttpQuota *q, size_t limit, size_t limit_per_client);
void http_quota_deinit(HttpQuota *q);

/* One more connection, unless that is too many. exempt: from the limit per client. */
bool http_quota_take(HttpQuota *q, const HttpAddress *address, bool exempt);
void http_quota_give(HttpQuota *q, const HttpAddress *address);

size_t http_quota_n(HttpQuota *q);
