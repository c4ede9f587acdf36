/* Opens and seals private keys. */
#include "manager/resources/sealed_key.h"

static bool holds_key(Value column)
{
    return column.type == VALUE_TEXT && column.text.len > 0;
}

Err *sealed_key_open(const Store *store, Arena *a, Value column, PrivateKey **ret_key)
{
    Str text = STR_NONE;
    if (!holds_key(column)) {
        return NULL;
    }
    TRY(secret_open(store, a, column.text, &text));
    return private_key_read(a, text, STR_NONE, ret_key);
}

Err *sealed_key_open_checked(const Store *store, Arena *a, Value column, PrivateKey **ret_key)
{
    Str text = STR_NONE;
    if (!holds_key(column)) {
        return NULL;
    }
    TRY(secret_open(store, a, column.text, &text));
    return private_key_read_own(a, text, ret_key);
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
