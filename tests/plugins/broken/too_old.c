/* Built with an interface from before the first. */
#include "common.h"

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {.abi_version = {MORTISE_VERSION_MAJOR - 1, 9, 0},
                                                             .init = good_init,
                                                             .deinit = good_deinit,
                                                             .get_factory = good_get_factory};
