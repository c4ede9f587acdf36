#pragma once

#include "pki/private_key.h"
#include "store/row.h"
#include "store/secret.h"

/* Private keys in sealed columns: kept as unencrypted PKCS#8, whatever form they came in, since
 * their passphrases aren't kept. What seals them is the store's own key (store/secret.h). Keys are
 * the caller's to free; clear texts lie in `a`, which is wiped where it was told to. */

/* The key that a column holds; *ret_key stays NULL if it holds none. Errors: ERR_INVALID (kept by
 * an older version, which took anything), ERR_IO. */
CHECKED Err *sealed_key_open(const Store *store, Arena *a, Value column, PrivateKey **ret_key);

/* The same, quick enough for the writer: a key that was checked before it was sealed isn't checked
 * again. */
CHECKED Err *sealed_key_open_checked(const Store *store, Arena *a, Value column,
                                     PrivateKey **ret_key);

/* Seals a key; one that `old` (the column as it was; VALUE_NONE) holds already stays as it is, so
 * that the same key sent again, perhaps in another form, is no change. */
CHECKED Err *sealed_key_put(const Store *store, Arena *a, const PrivateKey *key, Value old,
                            Value *ret_column);
