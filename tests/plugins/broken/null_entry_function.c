/* The entry has no get_factory(). */
#include "common.h"

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = good_init, .deinit = good_deinit, .get_factory = NULL};
