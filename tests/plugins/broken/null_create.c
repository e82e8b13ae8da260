/* The factory has no create(). */
#define BROKEN_CREATE NULL
#include "plugin.h"
