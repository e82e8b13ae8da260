// Breaks no rule, and offers an extension.
#include "async.h"

MORTISE_GALLERY_PLUGIN(AsyncPlugin);
