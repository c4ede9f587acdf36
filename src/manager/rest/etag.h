#pragma once

#include "manager/rest/cache.h"

/* Tags of answers, for conditional requests (RFC 9110 8.8.3, 13.1).
 *
 * Of an object: "<epoch>-<own>-<nested>", where own is the version of its row and nested the newest
 * version among the objects inside its body. The two are apart because they answer two questions:
 * "is what I have still what I would get?" (If-None-Match) needs both; "has somebody else changed
 * what I am about to change?" (If-Match) needs own alone, or a theme that is renamed would keep
 * people from saving the rooms that show it.
 *
 * Of a list: "<epoch>-l<seq>-<question>", the last change of the whole file and a hash of what was
 * asked: any change makes it another, which costs a reading too many and is never wrong. */

/* Of the rows of a file, for as long as the store is open: new at every restore, migration, and
 * change of what shows them (see renderer_id.h). */
Str etag_epoch(Arena *a, const Store *store, StoreFile file);

/* With its quotes. epoch: etag_epoch() of the resource's file. */
Str etag_of_object(Arena *a, Str epoch, CacheTag tag);

/* question: a hash of path, query and whatever else decides about the body. */
Str etag_of_list(Arena *a, Str epoch, int64_t seq, uint64_t question);

/* If-None-Match: true if one of its tags is this, weakly compared, also in the form of a compressed
 * answer ("…-gz"); or *. STR_NONE: false. */
bool etag_none_match(Str header, Str tag);

/* If-Match: true if one of its tags has this epoch and own version, whatever it says of nested
 * objects; or *. */
bool etag_match(Str header, Str epoch, int64_t own);
