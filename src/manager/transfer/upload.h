#pragma once

#include "base/err.h"

/* Sends a file to a server: FTP, FTPS, HTTP and HTTPS (PUT), by libcurl.
 *
 * Certificates must fit and be trusted by the system; redirects are failures, since they would take
 * the password elsewhere. SFTP isn't taken: nothing would say whose server it is. */

typedef struct UploadTarget {
    Str url;  /* of a folder; the file's name is put behind it */
    Str user; /* empty: none */
    Str password;
} UploadTarget;

/* Whether the scheme is one of those. */
bool upload_takes(Str url);

/* The longest upload. */
#define UPLOAD_MAX_S 21600L

/* Sends an open file from its start under that name. FTP uses TLS if the server has it. Gives up
 * when nothing moves for two minutes, after UPLOAD_MAX_S, and soon after stop(context), which is
 * asked every second or more often, says so. Blocks; any thread, after curl_global_init(). Errors:
 * ERR_INVALID (the URL), ERR_IO with the reason, which names no secret. */
CHECKED Err *upload_file(Arena *a, const UploadTarget *target, int fd, Str name,
                         bool (*stop)(void *context), void *context);
