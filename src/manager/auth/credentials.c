/* Entries lie in a table by their hash and in a list by their age, so that old ones go first. Two
 * threads that verify one header at the same time make two entries; the newer state wins. */
#include "manager/auth/credentials.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"
#include "base/thread.h"

#define CREDENTIAL_HASH_BYTES 32

typedef struct Credential {
    HashNode node;
    struct Credential *newer; /* remembered next */
    unsigned char hash[CREDENTIAL_HASH_BYTES];
    int64_t end_us; /* monotonic */
    char *name;     /* owned */
    size_t name_len;
    PermissionSet permissions;
    RowName depends_on[GRANT_ROWS_MAX]; /* keys are integers */
    size_t n_depends_on;
    int64_t seq; /* the state in which it was true */
} Credential;

struct Credentials {
    const Store *store; /* borrowed */
    Mutex lock;
    unsigned char key[crypto_generichash_KEYBYTES]; /* random, of this process */
    HashTable table;                                /* under lock, owns its elements */
    Credential *oldest;                             /* under lock */
    Credential *newest;                             /* under lock */
};

Credentials *credentials_new(const Store *store)
{
    Credentials *c = calloc(1, sizeof *c);
    MUST(c != NULL);
    c->store = store;
    mutex_init(&c->lock);
    crypto_generichash_keygen(c->key);
    hash_table_init(&c->table);
    return c;
}

static void forget_oldest_locked(Credentials *c) REQUIRES(c->lock)
{
    Credential *credential = c->oldest;
    c->oldest = credential->newer;
    if (c->oldest == NULL) {
        c->newest = NULL;
    }
    hash_table_remove(&c->table, &credential->node);
    free(credential->name);
    free(credential);
}

Credentials *credentials_free(Credentials *c)
{
    if (c != NULL) {
        mutex_lock(&c->lock);
        while (c->oldest != NULL) {
            forget_oldest_locked(c);
        }
        hash_table_deinit(&c->table);
        mutex_unlock(&c->lock);
        mutex_deinit(&c->lock);
        sodium_memzero(c->key, sizeof c->key);
        free(c);
    }
    return NULL;
}

static void credential_hash(const Credentials *c, Str authorization,
                            unsigned char out[CREDENTIAL_HASH_BYTES])
{
    (void)crypto_generichash(out, CREDENTIAL_HASH_BYTES, (const unsigned char *)authorization.ptr,
                             authorization.len, c->key, sizeof c->key);
}

/* A keyed hash is as good a place in a table as any. */
static uint64_t table_hash(const unsigned char hash[CREDENTIAL_HASH_BYTES])
{
    uint64_t number;
    memcpy(&number, hash, sizeof number);
    return number;
}

static const Credential *find_locked(const Credentials *c, const unsigned char *hash,
                                     int64_t now_us) REQUIRES(c->lock)
{
    const Credential *found = NULL;
    for (HashNode *n = hash_table_first(&c->table, table_hash(hash)); n != NULL;
         n = hash_table_next_same(n)) {
        const Credential *credential = CONTAINER_OF(n, Credential, node);
        /* The newest of the same header decides; an older one is stale. */
        if (sodium_memcmp(credential->hash, hash, CREDENTIAL_HASH_BYTES) == 0 &&
            credential->end_us > now_us && (found == NULL || credential->seq > found->seq)) {
            found = credential;
        }
    }
    return found;
}

bool credentials_recall(Credentials *c, Arena *a, Str authorization, int64_t now_us,
                        Principal *ret_principal)
{
    unsigned char hash[CREDENTIAL_HASH_BYTES];
    credential_hash(c, authorization, hash);
    bool found = false;
    mutex_lock(&c->lock);
    const Credential *credential = find_locked(c, hash, now_us);
    if (credential != NULL && store_unchanged_since(c->store, credential->depends_on,
                                                    credential->n_depends_on, credential->seq)) {
        *ret_principal = (Principal){
            .name = str_dup(a, (Str){credential->name, credential->name_len}),
            .permissions = credential->permissions,
        };
        found = true;
    }
    mutex_unlock(&c->lock);
    return found;
}

void credentials_remember(Credentials *c, Str authorization, int64_t now_us, int64_t most_us,
                          const Grant *grant)
{
    if (grant->n_rows > GRANT_ROWS_MAX) {
        return; /* works without, only slower */
    }
    Credential *credential = calloc(1, sizeof *credential);
    const Str name = grant->principal.name;
    char *copy = malloc(name.len + 1);
    MUST(credential != NULL && copy != NULL);
    memcpy(copy, name.ptr, name.len);
    *credential = (Credential){
        .end_us = now_us + MIN(most_us, CREDENTIALS_LIFE_US),
        .name = copy,
        .name_len = name.len,
        .permissions = grant->principal.permissions,
        .n_depends_on = grant->n_rows,
        .seq = grant->seq,
    };
    memcpy(credential->depends_on, grant->rows, grant->n_rows * sizeof *grant->rows);
    credential_hash(c, authorization, credential->hash);
    mutex_lock(&c->lock);
    while (c->oldest != NULL && (c->oldest->end_us <= now_us || c->table.n >= CREDENTIALS_MAX)) {
        forget_oldest_locked(c);
    }
    hash_table_insert(&c->table, &credential->node, table_hash(credential->hash));
    if (c->newest != NULL) {
        c->newest->newer = credential;
    } else {
        c->oldest = credential;
    }
    c->newest = credential;
    mutex_unlock(&c->lock);
}
