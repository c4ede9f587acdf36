#pragma once

#include "manager/rest/answer.h"
#include "store/row_values.h"

/* Captions can't be offered in calls to Teams and Google Meet, whether a rule or a room leads
 * there. "default" counts as no there.
 *
 *   captions, protocol   FLD_… of the row's resource: yes, no or default; where the call goes */
static inline void captions_check(const Row *row, uint16_t captions, uint16_t protocol,
                                  Problems *problems)
{
    bool foreign = row_is(row, protocol, STR("teams")) || row_is(row, protocol, STR("gms"));
    if (foreign && row_is(row, captions, STR("yes"))) {
        problems_add(problems, row_field_name(row, captions),
                     "Captions can't be offered in calls of this type.");
    }
}
