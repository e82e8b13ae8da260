/* The id is null. */
#define BROKEN_ID NULL
#include "plugin.h"
