/* Built with an interface that does not exist yet. */
#include "common.h"

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {.abi_version = {MORTISE_VERSION_MAJOR + 1, 0, 0},
                                                             .init = good_init,
                                                             .deinit = good_deinit,
                                                             .get_factory = good_get_factory};
