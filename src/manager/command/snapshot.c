/* platform/snapshot. */
#include "manager/command/context.h"
#include "manager/command/tables.h"
#include "model/model_ids.h"

#define HOURS_MAX 1000000

static int64_t hours_of(const CommandCall *call, uint16_t argument)
{
    const Value hours = call->arguments->values[argument];
    return hours.type == VALUE_INTEGER ? MIN(hours.integer, HOURS_MAX) : -1;
}

static Err *make_later(CommandCall *call, const SnapshotRange *range)
{
    const CommandContext *context = NULL;
    TRY(command_context_of(call, &context));
    Str uri = STR_NONE;
    TRY(requests_add_snapshot(context->requests, call->arena, range, &uri));
    command_answer_request(call->answer, uri);
    return NULL;
}

static Err *run_snapshot(CommandCall *call)
{
    const CommandContext *context = NULL;
    TRY(command_context_of(call, &context));
    SnapshotRange range = {
        .from_hours = hours_of(call, FLD_COMMAND_PLATFORM__SNAPSHOT_LIMIT),
        .to_hours = hours_of(call, FLD_COMMAND_PLATFORM__SNAPSHOT_END_LIMIT),
    };
    const Value metrics =
        call->arguments->values[FLD_COMMAND_PLATFORM__SNAPSHOT_INCLUDE_DIAGNOSTIC_METRICS];
    const Value request = call->arguments->values[FLD_COMMAND_PLATFORM__SNAPSHOT_REQUEST];
    range.with_metrics = metrics.type == VALUE_INTEGER && metrics.integer != 0;
    if (range.from_hours >= 0 && range.to_hours > range.from_hours) {
        command_problem(call, FLD_COMMAND_PLATFORM__SNAPSHOT_END_LIMIT,
                        STR("The end lies before the beginning."));
        return NULL;
    }
    if (request.type == VALUE_INTEGER && request.integer != 0) {
        return make_later(call, &range);
    }
    int fd = -1;
    uint64_t size_bytes = 0;
    Str name = STR_NONE;
    Err *e = snapshots_make(context->snapshots, call->arena, &range, &fd, &size_bytes, &name);
    if (e != NULL) {
        return e->kind == ERR_IO ? err(call->arena, ERR_INVALID, "%s", e->text) : e;
    }
    answer_attachment(call->answer, call->arena, fd, size_bytes, name);
    return NULL;
}

const CommandEntry snapshot_commands[] = {
    {.command = RES_COMMAND_PLATFORM__SNAPSHOT, .run = run_snapshot},
    {.run = NULL},
};
