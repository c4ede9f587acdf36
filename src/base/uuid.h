#pragma once

/* A random UUID (RFC 9562, version 4) in lower case, ended by NUL. */
void uuid_new(char out[37]);
