#pragma once

/* Which code shows rows: a hash over the sources and the model that decide how an answer looks,
 * made with each build by tools/renderer_id.py. Hexadecimal digits. */
extern const char renderer_id[];
