/* Whether a value of the model itself, a default or a seed, is one that its field may have. */
#include "base/utf8.h"
#include "model/loading.h"

static bool is_choice(const Field *f, Value value)
{
    for (size_t i = 0; i < f->n_choices; i++) {
        if (value_equal(f->choices[i], value)) {
            return true;
        }
    }
    return f->n_choices == 0 || f->open_choices;
}

static const char *text_fault(const Field *f, Str text)
{
    const size_t length = utf8_count(text);
    if (length > f->max_length || (length > 0 && length < f->min_length)) {
        return "its length is out of bounds";
    }
    if (length > 0 && f->pattern != NULL && !f->open_format &&
        regex_match(f->pattern, text) != REGEX_YES) {
        return "it doesn't match the pattern";
    }
    return NULL;
}

static const char *number_fault(const Field *f, Value value)
{
    const bool below = value.type == VALUE_FLOAT ? f->has_min && value.number < (double)f->min
                                                 : value.integer < f->min;
    const bool above = value.type == VALUE_FLOAT ? f->has_max && value.number > (double)f->max
                                                 : value.integer > f->max;
    return below || above ? "it is out of bounds" : NULL;
}

const char *model_value_fault(const Field *f, Value value)
{
    if (value_is_null(value)) {
        return f->nullable ? NULL : "null isn't allowed";
    }
    if (f->type != FIELD_STRING && f->type != FIELD_INTEGER && f->type != FIELD_FLOAT) {
        return NULL;
    }
    if (!is_choice(f, value)) {
        return "it is none of the choices";
    }
    return value.type == VALUE_TEXT ? text_fault(f, value.text) : number_fault(f, value);
}
