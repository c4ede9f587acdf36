/* What a query costs. */
#include "store/query.h"

/* Pages for a loop thread. */
enum { CHEAP_LIMIT = 20, CHEAP_OFFSET = 100 };

static bool is_key(const Field *f)
{
    return f == NULL || f->is_key;
}

static bool is_one_row(const Filter *f)
{
    return f->lookup == LOOKUP_EXACT && f->n_path == 0 && f->count_of == NULL &&
           (is_key(f->field) || f->field->unique);
}

/* The rows lie together in an index, in the order of their keys. */
static bool is_in_index(const Filter *f)
{
    return f->lookup == LOOKUP_EXACT && f->n_path == 0 && f->count_of == NULL &&
           (is_key(f->field) || f->field->indexed || f->field->unique) &&
           !field_is_to_many(f->field);
}

/* Descending, rows of the same value have to be sorted: hence only where few share one. */
static bool is_in_order(const Order *o)
{
    if (o->n_path != 0) {
        return false;
    }
    if (is_key(o->field)) {
        return true;
    }
    if (o->field->fold) {
        return false; /* its index holds the caseless text */
    }
    return o->field->unique ||
           (o->field->indexed && (!o->descending || o->field->type == FIELD_DATETIME));
}

bool query_is_cheap(const Query *q)
{
    if (q->limit > CHEAP_LIMIT || q->offset > CHEAP_OFFSET || q->n_orders > 1 || q->n_filters > 1) {
        return false;
    }
    if (q->n_filters == 0) {
        return q->n_orders == 0 || is_in_order(&q->orders[0]);
    }
    return is_one_row(&q->filters[0]) ||
           (is_in_index(&q->filters[0]) &&
            (q->n_orders == 0 || (is_key(q->orders[0].field) && q->orders[0].n_path == 0)));
}
