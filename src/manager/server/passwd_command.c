/* Setting a password on the command line. */
#include "manager/server/passwd_command.h"

#include <stdio.h>

#include "manager/auth/local_password.h"
#include "manager/server/control_client.h"
#include "manager/server/open.h"
#include "manager/server/passphrase.h"
#include "manager/server/setup.h"
#include "model/model_ids.h"
#include "store/reader.h"

#define PROMPT "New password: "

Err *passwd_check_user(Store *store, Arena *a, Str user)
{
    const Resource *r = model_at(store_model(store), RES_ADMINISTRATOR);
    CLEANUP(reader_free) Reader *reader = NULL;
    Value key = VALUE_NONE;
    int64_t seq = 0;
    TRY(reader_new(a, store, &reader));
    TRY(reader_begin(reader, a, &seq));
    Err *e = reader_find(reader, a, &r->fields[FLD_ADMINISTRATOR_NAME], value_text(user), &key);
    reader_end(reader);
    TRY(e);
    return value_is_null(key)
               ? err(a, ERR_INVALID, "There is no administrator \"%.*s\".", STR_ARG(user))
               : NULL;
}

static CHECKED Err *set_here(Arena *a, const Options *options, Store *store, Str user,
                             Str *ret_note)
{
    Str password = STR_NONE;
    TRY(passwd_check_user(store, a, user));
    TRY(passphrase_ask_twice(a, PROMPT, &password));
    TRY(local_password_set(store, a, user, password, ret_note));
    setup_forget_password(options->data);
    return NULL;
}

static CHECKED Err *set_there(Arena *a, const char *data, Str user, Str *ret_note)
{
    Str password = STR_NONE;
    TRY(control_ask_user(a, data, user));
    TRY(passphrase_ask_twice(a, PROMPT, &password));
    return control_ask_passwd(a, data, user, password, ret_note);
}

static CHECKED Err *set(Arena *a, const Options *options, Str user, Str *ret_note)
{
    Opened opened;
    Err *e = opened_open(a, options, &opened);
    if (e != NULL) {
        return e->kind == ERR_BUSY ? set_there(a, options->data, user, ret_note) : e;
    }
    e = set_here(a, options, opened.store, user, ret_note);
    opened_close(&opened);
    return e;
}

Err *passwd_run(Arena *a, const Options *options)
{
    const Str user = str_from(options->argument);
    Str note = STR("");
    TRY(set(a, options, user, &note));
    (void)printf("The password of \"%.*s\" is another one now.%s%.*s\n", STR_ARG(user),
                 note.len > 0 ? " " : "", STR_ARG(note));
    return NULL;
}
