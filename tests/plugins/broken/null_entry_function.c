/* The entry has no get_factory(). */
#define BROKEN_GET_FACTORY NULL
#include "plugin.h"
