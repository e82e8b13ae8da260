/* The id has characters that an id may not have. */
#define BROKEN_ID "Vendor NPU!"
#include "plugin.h"
