/* Has no provider factory. */
#include "common.h"

static const void* get_factory(const char* id) {
  (void)id;
  return NULL;
}

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = good_init, .deinit = good_deinit, .get_factory = get_factory};
