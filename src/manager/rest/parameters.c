/* Parameters of a query: words that are no filters, whatever fields a resource has (wire 4.1). */
#include "manager/rest/parameters.h"

bool parameter_is_reserved(Str name)
{
    static const Str reserved[] = {
        STR_INIT("limit"),   STR_INIT("offset"),     STR_INIT("format"), STR_INIT("order_by"),
        STR_INIT("sort_by"), STR_INIT("fullschema"), STR_INIT("wait"),   STR_INIT("timeout"),
        STR_INIT("preview"), STR_INIT("_"),
    };
    for (size_t i = 0; i < ARRAY_N(reserved); i++) {
        if (str_equal(reserved[i], name)) {
            return true;
        }
    }
    return false;
}

bool parameter_is_private(Str name)
{
    return str_starts_with(name, STR("_"));
}

Str parameter_last(const FormPair parameters[], size_t n, Str name)
{
    for (size_t i = n; i > 0; i--) {
        if (str_equal(parameters[i - 1].name, name)) {
            return parameters[i - 1].value;
        }
    }
    return STR_NONE;
}

/* The words are those for which one client looks in the text of any error (wire 10.4). */
Str parameter_quoted(Arena *a, Str name)
{
    static const Str telling[] = {STR_INIT("404"), STR_INIT("not found"), STR_INIT("Not Found"),
                                  STR_INIT("lookup")};
    for (size_t i = 0; i < ARRAY_N(telling); i++) {
        if (str_find_str(name, telling[i]) != SIZE_MAX) {
            return STR("this");
        }
    }
    return str_format(a, "'%.*s'", STR_ARG(name));
}
