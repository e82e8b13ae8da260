/* The factory has no create(). */
#include "common.h"

static const mortise_provider_factory_t factory = {
    .count = good_count, .descriptor = good_get_descriptor, .create = NULL};

static const void* get_factory(const char* id) {
  (void)id;
  return &factory;
}

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = good_init, .deinit = good_deinit, .get_factory = get_factory};
