/* init() throws across the C boundary. */
#include <mortise/mortise.h>

#include <stdexcept>

static mortise_status init(const char*, mortise_error_t*) { throw std::runtime_error("no licence found"); }

#define BROKEN_INIT init
#include "plugin.h"
