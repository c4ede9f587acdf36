/* Random UUIDs (RFC 9562 5.4): 122 bits of the system's generator, which nobody can guess. */
#include "base/uuid.h"

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "base/attr.h"

void uuid_new(char out[37])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[16];
    MUST(getentropy(bytes, sizeof bytes) == 0);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* the variant of RFC 9562 */
    char *to = out;
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *to++ = '-';
        }
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    *to = '\0';
}
