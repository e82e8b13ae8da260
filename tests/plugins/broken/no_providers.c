/* The factory has no providers. */
#include <mortise/mortise.h>

static uint32_t count(const mortise_provider_factory_t* self) {
  (void)self;
  return 0;
}

#define BROKEN_COUNT count
#include "plugin.h"
