/* claim() claims a node twice, in sets of its own. */
#include <mortise/mortise.h>

static mortise_status claim(const mortise_provider_t* self, const mortise_graph_t* graph,
                            const mortise_claim_sink_t* sink, mortise_error_t* error) {
  (void)self, (void)graph, (void)error;
  const uint32_t node = 0;
  sink->claim(sink, &node, 1, NULL);
  sink->claim(sink, &node, 1, NULL);
  return MORTISE_OK;
}

#define BROKEN_CLAIM claim
#include "plugin.h"
