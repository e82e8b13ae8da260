// Breaks no rule: what the other plugins of the gallery are but for one.
#include "base.h"

MORTISE_GALLERY_PLUGIN(Plugin);
