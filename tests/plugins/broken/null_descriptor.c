/* The descriptor is null. */
#include <mortise/mortise.h>

static const mortise_provider_descriptor_t* descriptor(const mortise_provider_factory_t* self, uint32_t index) {
  (void)self, (void)index;
  return NULL;
}

#define BROKEN_GET_DESCRIPTOR descriptor
#include "plugin.h"
