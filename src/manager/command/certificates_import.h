#pragma once

#include "manager/rest/commands.h"

/* platform/certificates_import: each private key of the bundle makes a tls_certificate of its
 * certificate, all other certificates become ca_certificates, trusted intermediates unless they are
 * roots; what is there already stays as it is. All of it or nothing. */
Err *certificates_import_run(CommandCall *call);
