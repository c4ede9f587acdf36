#pragma once

#include "base/buf.h"
#include "model/resource.h"

/* Addresses of objects, and the keys in them. What is written here is path-absolute, since clients
 * put scheme and host in front; what is read may have been written by any of them (wire 9.2). */

/* The path of an object: list path, percent-encoded key, slash. */
void uri_put(Buf *out, const Resource *r, Value key);

/* The path of a list. parent_id: of nested resources. */
void uri_put_list(Buf *out, const Resource *r, Str parent_id);

/* A text as key of the resource: digits, or any text in the spelling of stored keys (UUIDs in lower
 * case). False if it can't be one. Says nothing of whether such an object exists, or might. */
bool uri_key_from_text(Arena *a, const Resource *r, Str text, Value *ret_key);

/* The key in a path of an object of the resource: also with scheme and host, without the first or
 * the last slash. False if it is no such path. */
bool uri_parse(Arena *a, const Resource *r, Str text, Value *ret_key);

/* 8-4-4-4-12 hexadecimal digits. */
bool uri_is_uuid(Str text);
