#pragma once

#include <stddef.h>

#include "base/attr.h"

/* Memory of one request or job: allocated piece by piece, freed at once. Nothing in it is freed
 * alone, so nothing in it can leak or be freed twice; what must outlive it is copied out.
 *
 * Two ways in, since memory that we ask for and memory that a client makes us ask for differ: sizes
 * of our own choosing always succeed, sizes from outside are measured against the arena's limit.
 *
 * Confined to one thread at a time. Under AddressSanitizer every allocation is a malloc of its own,
 * so that overflows show. Allocations are aligned for any type and zeroed. */

typedef struct Arena Arena;
typedef struct Err Err;

/* limit_bytes: what arena_take() may reach in all, > 0. Never NULL: no memory ends the process. */
Arena *arena_new(size_t limit_bytes);
Arena *arena_free(Arena *a);
DEFINE_CLEANUP(Arena, arena_free);

/* Frees everything in it, keeps one block (at most 256 KiB) for the next use. It also forgets that
 * it held secrets, after it has wiped them. */
void arena_reset(Arena *a);

/* What is in it until the next arena_reset() may be a password or a key in clear: it is wiped
 * before its memory is given back. */
void arena_hold_secrets(Arena *a);

/* Bytes handed out so far. */
size_t arena_used(const Arena *a);

/* For sizes that we choose ourselves; never NULL, counts in arena_used() but ignores the limit. */
void *arena_alloc(Arena *a, size_t size) __attribute__((returns_nonnull, malloc, alloc_size(2)));

/* Zeroed array of n elements; the product must not overflow. */
void *arena_alloc_array(Arena *a, size_t n, size_t element_size) __attribute__((returns_nonnull));

/* For sizes that come from outside. Errors: ERR_LIMIT (text "The request is too large.") above the
 * arena's limit; *ret is then untouched. */
CHECKED Err *arena_take(Arena *a, size_t size, void **ret);

#define ARENA_NEW(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define ARENA_ARRAY(arena, Type, n) ((Type *)arena_alloc_array((arena), (n), sizeof(Type)))
