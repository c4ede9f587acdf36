/* Opens and seals private keys. */
#include "manager/resources/sealed_key.h"

Err *sealed_key_open(const Store *store, Arena *a, Value column, PrivateKey **ret_key)
{
    Str text = STR_NONE;
    if (column.type != VALUE_TEXT || column.text.len == 0) {
        return NULL;
    }
    TRY(secret_open(store, a, column.text, &text));
    return private_key_read(a, text, STR_NONE, ret_key);
}

Err *sealed_key_put(const Store *store, Arena *a, const PrivateKey *key, Value old,
                    Value *ret_column)
{
    CLEANUP(private_key_free) PrivateKey *kept = NULL;
    const Err *unreadable = sealed_key_open(store, a, old, &kept);
    Str text = STR_NONE;
    if (unreadable == NULL && kept != NULL && private_key_equal(kept, key)) {
        *ret_column = old;
        return NULL;
    }
    TRY(private_key_text(a, key, &text));
    *ret_column = value_text(secret_seal(store, a, text));
    return NULL;
}
