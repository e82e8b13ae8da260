/* The descriptor is null. */
#include "common.h"

static const mortise_provider_descriptor_t* descriptor(const mortise_provider_factory_t* self, uint32_t index) {
  (void)self, (void)index;
  return NULL;
}
static const mortise_provider_factory_t factory = {
    .count = good_count, .descriptor = descriptor, .create = good_create};

static const void* get_factory(const char* id) {
  (void)id;
  return &factory;
}

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = good_init, .deinit = good_deinit, .get_factory = get_factory};
