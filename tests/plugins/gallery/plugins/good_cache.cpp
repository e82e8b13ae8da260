// Breaks no rule, and offers an extension.
#include "cache.h"

MORTISE_GALLERY_PLUGIN(CachedPlugin);
