/* Services (rooms, auditoriums, virtual receptions): rules about PINs and captions that go across
 * fields. Their aliases and participants need nothing but the model. */
#include "manager/resources/captions.h"
#include "manager/resources/tables.h"
#include "model/keys.h"

/* Guests get in by their own PIN or none, so that Hosts are known by theirs. */
static void check_pins(const Row *row, Problems *problems)
{
    Str pin = row_text(row, FLD_CONFERENCE_PIN);
    Str guest_pin = row_text(row, FLD_CONFERENCE_GUEST_PIN);
    if (row_true(row, FLD_CONFERENCE_ALLOW_GUESTS) && pin.len == 0) {
        problems_add(problems, row_field_name(row, FLD_CONFERENCE_PIN),
                     "A Host PIN is needed when Guests are admitted.");
    }
    if (guest_pin.len > 0 && str_equal(pin, guest_pin)) {
        problems_add(problems, row_field_name(row, FLD_CONFERENCE_GUEST_PIN),
                     "The Guest PIN must differ from the Host PIN.");
    }
}

static void check(const Row *old, const Row *new, const Str clear[], Problems *problems)
{
    (void)old; /* the rules are about what it becomes */
    (void)clear;
    check_pins(new, problems);
    if (row_is(new, FLD_CONFERENCE_SERVICE_TYPE, STR("two_stage_dialing"))) {
        captions_check(new, FLD_CONFERENCE_LIVE_CAPTIONS_ENABLED,
                       FLD_CONFERENCE_TWO_STAGE_DIAL_TYPE, problems);
    }
}

/* Only of a PIN that is new: one from before the policy changed stays good. */
static void check_length(const Row *old, const Row *new, uint16_t field, const Row *global,
                         Problems *problems)
{
    Str pin = row_text(new, field);
    if (pin.len == 0 || (old != NULL && row_is(old, field, pin))) {
        return;
    }
    size_t n_digits = str_ends_with(pin, STR("#")) ? pin.len - 1 : pin.len;
    int64_t least = row_number(global, FLD_GLOBAL_MIN_PIN_LENGTH);
    if (n_digits < (size_t)MAX(least, 0)) {
        problems_add(problems, row_field_name(new, field), "At least %lld digits.",
                     (long long)least);
    }
}

/* The least length is a setting, so it needs the transaction. Rooms without a PIN, which are most
 * of ten thousand in a list, cost no look at it. */
static Err *before_write(Tx *tx, const Row *old, Row *new, Problems *problems)
{
    const Row *global = NULL;
    bool has_pin = row_text(new, FLD_CONFERENCE_PIN).len > 0 ||
                   row_text(new, FLD_CONFERENCE_GUEST_PIN).len > 0;
    if (!has_pin) {
        return NULL;
    }
    TRY(reader_get(tx_reader(tx), tx_arena(tx), model_at(tx_model(tx), RES_GLOBAL),
                   value_integer(SINGLETON_KEY), &global));
    check_length(old, new, FLD_CONFERENCE_PIN, global, problems);
    check_length(old, new, FLD_CONFERENCE_GUEST_PIN, global, problems);
    return NULL;
}

const ResourceHooks conference_hooks = {
    .resource = STR_INIT("conference"),
    .check = check,
    .before_write = before_write,
};
