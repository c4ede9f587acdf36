/* From a client_id to the client's rights. */
#include "manager/auth/api_client.h"

#include "store/row_values.h"

static Err *read_row(Reader *reader, Arena *a, const Row *row, const Row *settings,
                     ApiClient *client)
{
    Grant *grant = &client->grant;
    const Str name = row_text_or_empty(row, FLD_OAUTH2_CLIENT_CLIENT_NAME);
    client->found = true;
    client->public_key = row_text_or_empty(row, FLD_OAUTH2_CLIENT_PUBLIC_KEY);
    client->token_life_s = row_number(settings, FLD_AUTHENTICATION_API_OAUTH2_EXPIRATION);
    /* No administrator is called so: their names have no colon. */
    grant->principal.name = str_format(a, "oauth2:%.*s", STR_ARG(name));
    grant_note(grant, row->resource, row->key);
    TRY(grant_add_roles(grant, reader, a, &row->values[FLD_OAUTH2_CLIENT_ROLE], 1));
    if (row_true(settings, FLD_AUTHENTICATION_API_OAUTH2_ALLOW_ALL_PERMS)) {
        grant->principal.permissions = UINT64_MAX;
    }
    return NULL;
}

Err *api_client_read(Reader *reader, Arena *a, Str client_id, ApiClient *ret_client)
{
    const Resource *resource = model_at(reader_model(reader), RES_OAUTH2_CLIENT);
    const Field *field = &resource->fields[FLD_OAUTH2_CLIENT_CLIENT_ID];
    const Row *settings = NULL;
    const Row *row = NULL;
    ApiClient client = {.found = false};
    TRY(grant_read_settings(&client.grant, reader, a, &settings));
    TRY(reader_find_row(reader, a, field, value_text(client_id), &row));
    if (row != NULL) {
        TRY(read_row(reader, a, row, settings, &client));
    }
    *ret_client = client;
    return NULL;
}
