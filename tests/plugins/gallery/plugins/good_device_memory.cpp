// Breaks no rule, and offers an extension.
#include "device_memory.h"

MORTISE_GALLERY_PLUGIN(DevicePlugin);
