#pragma once

#include "base/err.h"

/* Sends a file to a server: FTP, FTPS, SFTP, HTTP and HTTPS (PUT), by libcurl. */

typedef struct UploadTarget {
    Str url;  /* of a folder; the file's name is put behind it */
    Str user; /* empty: none */
    Str password;
} UploadTarget;

/* Whether the scheme is one of those. */
bool upload_takes(Str url);

/* Sends an open file from its start under that name. FTP uses TLS if the server has it. Gives up
 * when nothing moves for two minutes. Blocks; any thread, after curl_global_init(). Errors:
 * ERR_INVALID (the URL), ERR_IO with the reason, which names no secret. */
CHECKED Err *upload_file(Arena *a, const UploadTarget *target, int fd, Str name);
