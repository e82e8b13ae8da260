/* Built with an interface that does not exist yet. */
#define BROKEN_VERSION \
  { MORTISE_VERSION_MAJOR + 1, 0, 0 }
#include "plugin.h"
