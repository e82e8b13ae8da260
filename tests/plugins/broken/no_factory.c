/* Has no provider factory. */
#include <stddef.h>

static const void* get_factory(const char* id) {
  (void)id;
  return NULL;
}

#define BROKEN_GET_FACTORY get_factory
#include "plugin.h"
