/* The provider has no claim(). */
#define BROKEN_CLAIM NULL
#include "plugin.h"
