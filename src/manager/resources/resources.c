/* The table of all hooks. */
#include "manager/resources/resources.h"

#include "manager/resources/tables.h"

const ResourceHooks *const resources_hooks[] = {
    &administrator_hooks,
    &authentication_hooks,
    &autobackup_hooks,
    &ca_certificate_hooks,
    &certificate_signing_request_hooks,
    &conference_hooks,
    &gateway_routing_rule_hooks,
    &gms_gateway_token_hooks,
    &identity_provider_hooks,
    &ivr_theme_hooks,
    &licence_hooks,
    &media_library_entry_hooks,
    &media_processing_server_hooks,
    &oauth2_client_hooks,
    &role_hooks,
    &snapshot_request_hooks,
    &ssh_authorized_key_hooks,
    &system_backup_hooks,
    &teams_proxy_hooks,
    &tls_certificate_hooks,
    &webapp_branding_hooks,
    &worker_vm_hooks,
};
const size_t resources_n_hooks = ARRAY_N(resources_hooks);
