/* One write request. */
#include "manager/auth/local_password.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "manager/auth/grant.h"
#include "manager/auth/password.h"
#include "manager/auth/sign_in_source.h"
#include "store/row_values.h"
#include "store/writer.h"

#define NOTE_MAX ((size_t)400)

typedef struct PasswordChange {
    Str user;
    Str hash;
    bool basic_was_off;
    bool source_was_other;
    Str source; /* from now on; a literal */
} PasswordChange;

/* Or a password would be of no use. */
static Err *take_passwords(Tx *tx, PasswordChange *change)
{
    Grant grant = {.n_rows = 0};
    const Row *old = NULL;
    TRY(grant_read_settings(&grant, tx_reader(tx), tx_arena(tx), &old));
    Row *new = row_copy(tx_arena(tx), old);
    change->basic_was_off = row_true(old, FLD_AUTHENTICATION_API_OAUTH2_DISABLE_BASIC);
    change->source = sign_in_source_with_local(sign_in_source(old));
    change->source_was_other = !row_is(old, FLD_AUTHENTICATION_SOURCE, change->source);
    new->values[FLD_AUTHENTICATION_API_OAUTH2_DISABLE_BASIC] = value_integer(0);
    new->values[FLD_AUTHENTICATION_SOURCE] = value_text(change->source);
    return tx_update(tx, old, new);
}

static Err *write_password(Tx *tx, WriteRequest *request)
{
    PasswordChange *change = request->context;
    Arena *a = tx_arena(tx);
    const Resource *r = model_at(tx_model(tx), RES_ADMINISTRATOR);
    const Row *old = NULL;
    TRY(take_passwords(tx, change));
    TRY(reader_find_row(tx_reader(tx), a, &r->fields[FLD_ADMINISTRATOR_NAME],
                        value_text(change->user), &old));
    if (old == NULL) {
        return err(a, ERR_INVALID, "There is no administrator \"%.*s\".", STR_ARG(change->user));
    }
    Row *new = row_copy(a, old);
    new->values[FLD_ADMINISTRATOR_PASSWORD] = value_text(change->hash);
    new->values[FLD_ADMINISTRATOR_ENABLED] = value_integer(1);
    return tx_update(tx, old, new);
}

static Str note_of(Arena *a, const PasswordChange *change)
{
    CLEANUP(buf_free) Buf *note = buf_new(NOTE_MAX);
    if (change->source_was_other) {
        buf_printf(note, "Local accounts may sign in again: authentication.source is %.*s now.",
                   STR_ARG(change->source));
    }
    if (change->basic_was_off) {
        buf_printf(note, "%sThe API takes passwords again.", note->len > 0 ? " " : "");
    }
    return str_dup(a, buf_str(note));
}

Err *local_password_set(Store *store, Arena *a, Str user, Str password, Str *ret_note)
{
    const Resource *r = model_at(store_model(store), RES_ADMINISTRATOR);
    const Field *name = &r->fields[FLD_ADMINISTRATOR_NAME];
    if (user.len == 0 || !utf8_valid(user) || utf8_count(user) > name->max_length ||
        regex_match(name->pattern, user) != REGEX_YES) {
        return err(a, ERR_INVALID,
                   "Not a valid user name: give 1 to %zu characters without a colon.",
                   name->max_length);
    }
    if (password.len == 0 || !utf8_valid(password) ||
        utf8_count(password) > r->fields[FLD_ADMINISTRATOR_PASSWORD].max_length) {
        return err(a, ERR_INVALID, "Not a valid password: give 1 to %zu characters.",
                   r->fields[FLD_ADMINISTRATOR_PASSWORD].max_length);
    }
    PasswordChange change = {.user = user};
    TRY(password_hash(a, password, &change.hash));
    TRY(store_write_as_system(store, STORE_CONFIG, a, write_password, &change, 2));
    *ret_note = note_of(a, &change);
    return NULL;
}
