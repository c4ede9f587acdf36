/* Normally pieces are cut from blocks that double in size; what is large gets a block of its own.
 * Under AddressSanitizer each piece is such a block, in its exact size. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_PIECES_ALONE 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_PIECES_ALONE 1
#endif
#ifndef ARENA_PIECES_ALONE
#define ARENA_PIECES_ALONE 0
#endif

enum {
    ARENA_ALIGNMENT = _Alignof(max_align_t),
    ARENA_FIRST_BLOCK = 4 * 1024,       /* each further one is twice as large */
    ARENA_LAST_BLOCK = 256 * 1024,      /* where doubling ends: most that an idle arena keeps */
    ARENA_ALONE = ARENA_LAST_BLOCK / 4, /* from this size on a piece has its own block */
};

typedef struct Block Block;
struct Block {
    Block *next;
    size_t size; /* of data */
    size_t used;
    max_align_t data[];
};

struct Arena {
    Block *current;     /* pieces are cut from this one; behind it the full ones */
    Block *alone;       /* one piece each */
    size_t next_size;   /* of the next block that is added to `current` */
    size_t used;        /* bytes handed out, rounded up to the alignment */
    size_t limit;       /* of `used`, for arena_take() alone */
    bool holds_secrets; /* wipe before memory goes back; until the next reset */
};

static void *take_memory(size_t size)
{
    void *memory = malloc(size);
    MUST(memory != NULL);
    return memory;
}

static void wipe(const Arena *a, Block *block)
{
    if (a->holds_secrets) {
        explicit_bzero(block->data, block->used);
    }
}

static Block *free_blocks(const Arena *a, Block *block)
{
    while (block != NULL) {
        Block *next = block->next;
        wipe(a, block);
        free(block);
        block = next;
    }
    return NULL;
}

Arena *arena_new(size_t limit_bytes)
{
    MUST(limit_bytes > 0);
    Arena *a = take_memory(sizeof *a);
    *a = (Arena){.next_size = ARENA_FIRST_BLOCK, .limit = limit_bytes};
    return a;
}

Arena *arena_free(Arena *a)
{
    if (a != NULL) {
        (void)free_blocks(a, a->current);
        (void)free_blocks(a, a->alone);
        free(a);
    }
    return NULL;
}

void arena_reset(Arena *a)
{
    a->alone = free_blocks(a, a->alone);
    if (a->current != NULL) { /* the newest, hence one of the large ones */
        a->current->next = free_blocks(a, a->current->next);
        wipe(a, a->current);
        a->current->used = 0;
    }
    a->used = 0;
    a->holds_secrets = false;
}

void arena_hold_secrets(Arena *a)
{
    a->holds_secrets = true;
}

size_t arena_used(const Arena *a)
{
    return a->used;
}

static void *alloc_alone(Arena *a, size_t size)
{
    /* calloc gets large memory from the system as zeros, without touching it. */
    Block *block = calloc(1, sizeof *block + size);
    MUST(block != NULL);
    block->size = size;
    block->used = size;
    block->next = a->alone;
    a->alone = block;
    return block->data;
}

static void add_block(Arena *a, size_t needed)
{
    const size_t size = MAX(a->next_size, needed);
    Block *block = take_memory(sizeof *block + size);
    block->size = size;
    block->used = 0;
    block->next = a->current;
    a->current = block;
    a->next_size = MIN(a->next_size * 2, (size_t)ARENA_LAST_BLOCK);
}

void *arena_alloc(Arena *a, size_t size)
{
    MUST(size <= SIZE_MAX / 2);
    const size_t exact = MAX(size, (size_t)1);
    const size_t rounded = (exact + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    a->used += rounded;
    if (ARENA_PIECES_ALONE || rounded >= ARENA_ALONE) {
        return alloc_alone(a, exact);
    }
    if (a->current == NULL || rounded > a->current->size - a->current->used) {
        add_block(a, rounded);
    }
    void *piece = (char *)a->current->data + a->current->used;
    a->current->used += rounded;
    return memset(piece, 0, rounded);
}

void *arena_alloc_array(Arena *a, size_t n, size_t element_size)
{
    size_t size = 0;
    MUST(!__builtin_mul_overflow(n, element_size, &size));
    return arena_alloc(a, size);
}

Err *arena_take(Arena *a, size_t size, void **ret)
{
    if (a->used > a->limit || size > a->limit - a->used) {
        return err(a, ERR_LIMIT, "The request is too large.");
    }
    *ret = arena_alloc(a, size);
    return NULL;
}
