#pragma once

#include "store/store_private.h"

/* The key that seals secrets: its file, and what a store notes of it. In secret.c; private to
 * store/. */

/* Reads the key named by the options, or makes it for a new store. Errors: ERR_INVALID (an old
 * store without its key), ERR_IO. */
CHECKED Err *secret_key_open(Arena *a, const StoreOptions *options, bool is_new,
                             SecretKey **ret_key);
SecretKey *secret_key_free(SecretKey *key);

/* Notes in the tables of a new config.db which key seals its secrets; refuses another one. */
CHECKED Err *secret_key_note(const Store *s, Db *db, Arena *a);
CHECKED Err *secret_key_check(const Store *s, Db *db, Arena *a);

/* Its hexadecimal digits, and a key of such digits; ERR_INVALID if they are none. */
void secret_key_put_text(const SecretKey *key, char *ret_hex, size_t size);
CHECKED Err *secret_key_from_text(Arena *a, Str hex, SecretKey **ret_key);

/* Whether they are the same key. */
bool secret_key_equal(const SecretKey *a, const SecretKey *b);

/* The same text with every secret in it that `from` opens sealed with `to`, under the same mask;
 * texts that only look like secrets stay. In `a`, unless nothing changed. */
Str secret_reseal(Arena *a, const SecretKey *from, const SecretKey *to, Str text);

/* Which key the secrets of a config.db are sealed with. */
CHECKED Err *secret_key_put_note(const SecretKey *key, Db *db, Arena *a);
CHECKED Err *secret_key_check_note(const SecretKey *key, Db *db, Arena *a);
