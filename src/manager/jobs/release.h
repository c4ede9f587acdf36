#pragma once

/* The software version that status shows: the number of the API's release that Rostra's model
 * follows, then the build. Clients read the first word as a number. A Conferencing Node has the
 * release of its Management Node. */
#define RELEASE_VERSION "39 (" ROSTRA_VERSION ")"
