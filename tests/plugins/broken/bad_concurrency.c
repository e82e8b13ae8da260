/* The concurrency class does not exist. */
#define BROKEN_CONCURRENCY 77
#include "plugin.h"
