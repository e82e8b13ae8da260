// The manifest beside the library names a provider that the plugin does not have.
#include "base.h"

MORTISE_GALLERY_PLUGIN(Plugin);
