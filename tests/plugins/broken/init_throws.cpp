/* init() throws across the C boundary. */
#include "common.h"

#include <stdexcept>

static mortise_status init(const char*, mortise_error_t*) { throw std::runtime_error("no licence found"); }

extern "C" MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = init, .deinit = good_deinit, .get_factory = good_get_factory};
