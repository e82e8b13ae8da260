/* For plugins that break a rule after claim(): the provider claims every node, and compile() makes sessions that run
   BROKEN_RUN, which is defined before this is included. */
#pragma once

#include <mortise/mortise.h>

static mortise_status claim_all(const mortise_provider_t* self, const mortise_graph_t* graph,
                                const mortise_claim_sink_t* sink, mortise_error_t* error) {
  (void)self, (void)error;
  mortise_graph_info_t info;
  graph->get_info(graph, &info);
  for (uint32_t node = 0; node < info.num_nodes; ++node) sink->claim(sink, &node, 1, 0);
  return MORTISE_OK;
}

static void destroy_session(const mortise_session_t* session) { (void)session; }
static const mortise_session_t broken_session = {.provider_data = 0, .run = BROKEN_RUN, .destroy = destroy_session};
__attribute__((unused)) static mortise_status compile_any(const mortise_provider_t* self,
                                                          const mortise_compile_request_t* request,
                                                          const mortise_session_t** session, mortise_error_t* error) {
  (void)self, (void)request, (void)error;
  *session = &broken_session;
  return MORTISE_OK;
}

#define BROKEN_CLAIM claim_all
#ifndef BROKEN_COMPILE
#define BROKEN_COMPILE compile_any
#endif
