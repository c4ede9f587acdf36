#pragma once

#include "manager/rest/request.h"

/* Formats of bodies and answers (wire 1.5). */

typedef enum BodyType {
    BODY_REFUSED, /* 415 */
    BODY_JSON,
    BODY_FORM,
    BODY_MULTIPART,
    BODY_JSON_OR_FORM, /* no type was sent: JSON if it starts with a brace, else a form */
    BODY_RAW           /* the bytes of a file */
} BodyType;

/* Whether a body of the resource can hold a file, by its fields. */
bool body_takes_files(const Resource *r);

/* By Content-Type and what the address takes; valid after rest_route(). */
BodyType body_type_of(const RestRequest *request);

/* The types that are not refused there, for who sent another one; a literal. */
Str body_types_text(const RestRequest *request);

/* False for ?format= with a name that we know and don't have; the last one counts. */
bool answer_format_available(const RestRequest *request);
