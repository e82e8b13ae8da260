/* claim() claims a node that does not exist, and goes on as if nothing had happened. */
#include <mortise/mortise.h>

static mortise_status claim(const mortise_provider_t* self, const mortise_graph_t* graph,
                            const mortise_claim_sink_t* sink, mortise_error_t* error) {
  (void)self, (void)graph, (void)error;
  const uint32_t nodes[] = {0, 1000000};
  sink->claim(sink, nodes, 2, NULL);
  return MORTISE_OK;
}

#define BROKEN_CLAIM claim
#include "plugin.h"
