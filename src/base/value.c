/* One stored value. */
#include "base/value.h"

#include <string.h>

bool value_equal(Value a, Value b)
{
    if (a.type != b.type) {
        return false;
    }
    switch (a.type) {
    case VALUE_NULL:
        return true;
    case VALUE_INTEGER:
        return a.integer == b.integer;
    case VALUE_FLOAT:
        /* The same bits: 0.0 and -0.0 differ, NaN is itself.
         * NOLINTNEXTLINE(*-memory-comparison,cert-exp42-c,cert-flp37-c): nothing else says that */
        return memcmp(&a.number, &b.number, sizeof a.number) == 0;
    case VALUE_TEXT:
        return str_equal(a.text, b.text);
    }
    return false;
}

int value_compare_keys(Value a, Value b)
{
    if (a.type == VALUE_TEXT && b.type == VALUE_TEXT) {
        return str_compare(a.text, b.text);
    }
    return (a.integer > b.integer) - (a.integer < b.integer);
}

uint64_t value_hash_key(Value key)
{
    return key.type == VALUE_TEXT ? str_hash(key.text) : (uint64_t)key.integer;
}

Value value_dup(Arena *a, Value v)
{
    return v.type == VALUE_TEXT ? value_text(str_dup(a, v.text)) : v;
}
