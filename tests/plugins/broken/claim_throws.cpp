/* claim() throws across the C boundary; compile() leaves the error record alone. */
#include <mortise/mortise.h>

#include <stdexcept>

static mortise_status claim(const mortise_provider_t*, const mortise_graph_t*, const mortise_claim_sink_t*,
                            mortise_error_t*) {
  throw std::runtime_error("out of luck");
}

#define BROKEN_CLAIM claim
#include "plugin.h"
