/* init() reports an error. */
#include "common.h"

static mortise_status init(const char* path, mortise_error_t* error) {
  (void)path;
  __builtin_strcpy(error->message, "the driver's kernel module is not loaded");
  return MORTISE_UNAVAILABLE;
}

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = init, .deinit = good_deinit, .get_factory = good_get_factory};
