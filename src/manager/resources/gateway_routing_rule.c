/* Call routing rules: captions only where the other side has them. Patterns and replacements are
 * checked by the model (`format: regex`). */
#include "manager/resources/captions.h"
#include "manager/resources/tables.h"

static void check(const Row *old, const Row *new, const Str clear[], Problems *problems)
{
    (void)old; /* the rule is about what it becomes */
    (void)clear;
    captions_check(new, FLD_GATEWAY_ROUTING_RULE_LIVE_CAPTIONS_ENABLED,
                   FLD_GATEWAY_ROUTING_RULE_OUTGOING_PROTOCOL, problems);
}

const ResourceHooks gateway_routing_rule_hooks = {
    .resource = STR_INIT("gateway_routing_rule"),
    .check = check,
};
