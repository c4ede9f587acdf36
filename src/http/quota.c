/* Counts of connections. */
#include "http/quota.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Made with a client's first connection, freed with its last: n > 0. */
typedef struct Client {
    HashNode node;
    HttpAddress key;
    size_t n;
} Client;

void http_quota_init(HttpQuota *q, size_t limit, size_t limit_per_client)
{
    *q = (HttpQuota){.limit = limit, .limit_per_client = limit_per_client};
    mutex_init(&q->lock);
    hash_table_init(&q->clients);
    MUST(getrandom(&q->seed, sizeof q->seed, 0) == (ssize_t)sizeof q->seed);
}

void http_quota_deinit(HttpQuota *q)
{
    for (HashNode *node = hash_table_any(&q->clients, NULL); node != NULL;
         node = hash_table_any(&q->clients, NULL)) {
        hash_table_remove(&q->clients, node);
        free(CONTAINER_OF(node, Client, node));
    }
    hash_table_deinit(&q->clients);
    mutex_deinit(&q->lock);
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}

static uint64_t hash(const HttpQuota *q, const HttpAddress *key)
{
    uint64_t halves[2];
    memcpy(halves, key->bytes, sizeof halves);
    return mix(mix(q->seed ^ halves[0]) ^ halves[1]);
}

static Client *find_locked(HttpQuota *q, const HttpAddress *key) REQUIRES(q->lock)
{
    HashNode *node = hash_table_first(&q->clients, hash(q, key));
    while (node != NULL && memcmp(&CONTAINER_OF(node, Client, node)->key, key, sizeof *key) != 0) {
        node = hash_table_next_same(node);
    }
    return node != NULL ? CONTAINER_OF(node, Client, node) : NULL;
}

static Client *add_locked(HttpQuota *q, const HttpAddress *key) REQUIRES(q->lock)
{
    Client *client = calloc(1, sizeof *client);
    MUST(client != NULL);
    client->key = *key;
    hash_table_insert(&q->clients, &client->node, hash(q, key));
    return client;
}

bool http_quota_take(HttpQuota *q, const HttpAddress *address, bool exempt)
{
    const HttpAddress key = http_address_client(address);
    mutex_lock(&q->lock);
    Client *client = find_locked(q, &key);
    const bool taken =
        q->n < q->limit && (exempt || client == NULL || client->n < q->limit_per_client);
    if (taken) {
        client = client != NULL ? client : add_locked(q, &key);
        client->n++;
        q->n++;
    }
    mutex_unlock(&q->lock);
    return taken;
}

void http_quota_give(HttpQuota *q, const HttpAddress *address)
{
    const HttpAddress key = http_address_client(address);
    mutex_lock(&q->lock);
    Client *client = find_locked(q, &key);
    MUST(client != NULL && q->n > 0);
    q->n--;
    if (--client->n == 0) {
        hash_table_remove(&q->clients, &client->node);
        free(client);
    }
    mutex_unlock(&q->lock);
}

size_t http_quota_n(HttpQuota *q)
{
    mutex_lock(&q->lock);
    const size_t n = q->n;
    mutex_unlock(&q->lock);
    return n;
}
