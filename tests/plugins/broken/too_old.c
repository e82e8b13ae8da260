/* Built with an interface from before the first. */
#define BROKEN_VERSION \
  { MORTISE_VERSION_MAJOR - 1, 9, 0 }
#include "plugin.h"
