#pragma once

#include "manager/rest/hooks.h"

/* The table of each file in this folder, for resources.c. */
extern const ResourceHooks administrator_hooks;
extern const ResourceHooks authentication_hooks;
extern const ResourceHooks autobackup_hooks;
extern const ResourceHooks ca_certificate_hooks;
extern const ResourceHooks certificate_signing_request_hooks;
extern const ResourceHooks conference_hooks;
extern const ResourceHooks gateway_routing_rule_hooks;
extern const ResourceHooks gms_gateway_token_hooks;
extern const ResourceHooks identity_provider_hooks;
extern const ResourceHooks ivr_theme_hooks;
extern const ResourceHooks licence_hooks;
extern const ResourceHooks media_library_entry_hooks;
extern const ResourceHooks media_processing_server_hooks;
extern const ResourceHooks oauth2_client_hooks;
extern const ResourceHooks role_hooks;
extern const ResourceHooks snapshot_request_hooks;
extern const ResourceHooks ssh_authorized_key_hooks;
extern const ResourceHooks system_backup_hooks;
extern const ResourceHooks teams_proxy_hooks;
extern const ResourceHooks tls_certificate_hooks;
extern const ResourceHooks webapp_branding_hooks;
extern const ResourceHooks worker_vm_hooks;
