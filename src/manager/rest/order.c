/* Orders of lists: which fields may be named, by the model, and the way to them. */
#include "manager/rest/order.h"

#include "manager/rest/parameters.h"

static Err *no_field(Arena *a, Str name)
{
    return err(a, ERR_INVALID, "No field %.*s to order by.", STR_ARG(parameter_quoted(a, name)));
}

static Err *not_allowed(Arena *a, Str name)
{
    return err(a, ERR_INVALID, "Ordering by %.*s is not allowed.",
               STR_ARG(parameter_quoted(a, name)));
}

/* What has one plain value in the row; nobody learns about secrets by sorting. */
static bool is_sortable(const Field *f)
{
    return f->secret == SECRET_NONE && !f->write_only && (f->stored || f->is_key) &&
           f->type != FIELD_LIST && f->type != FIELD_DICT && f->type != FIELD_FILE &&
           (f->type != FIELD_RELATED ||
            (field_is_to_one(f) && f->target->family != FAMILY_EMBEDDED));
}

/* Status and history may be sorted by every scalar, whatever their schemas show: scripts do. */
static bool is_listed(const Resource *r, const Field *f)
{
    for (size_t i = 0; i < r->n_ordering; i++) {
        if (r->ordering[i] == f) {
            return true;
        }
    }
    return f->is_key || ((r->family == FAMILY_STATUS || r->family == FAMILY_HISTORY) &&
                         f->type != FIELD_RELATED);
}

/* One step through a to-one: *field becomes its target's field of that name. */
static Err *follow(Arena *a, PermissionSet set, Str name, Str part, const Field **field)
{
    const Field *f = *field;
    const bool leads_on = field_is_to_one(f) && f->target->family != FAMILY_EMBEDDED;
    const Field *next = leads_on ? resource_shown_field(f->target, part) : NULL;
    if (next == NULL) {
        return no_field(a, name);
    }
    if (!permission_set_has(set, f->target->permission_view)) {
        return err(a, ERR_FORBIDDEN, "You do not have the permission to order through %.*s.",
                   STR_ARG(parameter_quoted(a, f->name)));
    }
    *field = next;
    return NULL;
}

/* The name up to the next "__", which separates fields on a way. */
static Str cut_part(Str *rest)
{
    const size_t at = str_find_str(*rest, STR("__"));
    const Str part = at == SIZE_MAX ? *rest : str_slice(*rest, 0, at);
    *rest = at == SIZE_MAX ? STR_NONE : str_slice(*rest, at + 2, rest->len);
    return part;
}

/* name: without the sign. */
static Err *parse_one(Arena *a, const Resource *r, PermissionSet set, Str name, Order *ret_order)
{
    const Field **path = ARENA_ARRAY(a, const Field *, QUERY_PATH_MAX);
    Order order = {.path = path};
    Str rest = name;
    const Field *f = resource_shown_field(r, cut_part(&rest));
    if (f == NULL) {
        return no_field(a, name);
    }
    if (!is_listed(r, f)) {
        return not_allowed(a, name);
    }
    while (rest.len > 0) {
        if (order.n_path == QUERY_PATH_MAX) {
            return err(a, ERR_INVALID, "An order leads through at most %d relations.",
                       QUERY_PATH_MAX);
        }
        path[order.n_path++] = f;
        TRY(follow(a, set, name, cut_part(&rest), &f));
    }
    if (!is_sortable(f)) {
        return not_allowed(a, name);
    }
    order.field = f;
    *ret_order = order;
    return NULL;
}

static bool is_order(const FormPair *parameter)
{
    return parameter->value.len > 0 && (str_equal(parameter->name, STR("order_by")) ||
                                        str_equal(parameter->name, STR("sort_by")));
}

/* Numbers are given in the order of creation; other keys say nothing about it. */
static size_t default_order(const Resource *r, Order *order)
{
    if (r->family == FAMILY_CONFIGURATION || (r->has_key && r->key_type == KEY_INTEGER)) {
        return 0;
    }
    for (size_t i = 0; i < r->n_ordering; i++) {
        if (r->ordering[i]->type == FIELD_DATETIME && r->ordering[i]->stored) {
            order->field = r->ordering[i];
            return 1;
        }
    }
    return 0;
}

Err *orders_parse(Arena *a, const Resource *r, PermissionSet set, const FormPair parameters[],
                  size_t n, const Order **ret_orders, size_t *ret_n)
{
    Order *orders = ARENA_ARRAY(a, Order, n + 1);
    size_t n_orders = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_order(&parameters[i])) {
            continue;
        }
        const Str name = parameters[i].value;
        const bool descending = str_starts_with(name, STR("-"));
        TRY(parse_one(a, r, set, str_slice(name, descending, name.len), &orders[n_orders]));
        orders[n_orders++].descending = descending;
    }
    *ret_n = n_orders > 0 ? n_orders : default_order(r, &orders[0]);
    *ret_orders = orders;
    return NULL;
}
