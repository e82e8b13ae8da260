/* The schema of the options is not JSON. */
#define BROKEN_SCHEMA "{\"type\": "
#include "plugin.h"
