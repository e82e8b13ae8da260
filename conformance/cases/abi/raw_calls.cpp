#include "conformance/cases/abi/raw_calls.h"

namespace mortise::conformance::abi {

mortise_status raw_claim(const mortise_provider_t& provider, const AbiGraph& graph, mortise_error_t* error) {
  const mortise_claim_sink_t sink = {
      .host_data = nullptr,
      .claim = [](const mortise_claim_sink_t*, const uint32_t*, uint64_t,
                  const mortise_estimate_t*) noexcept -> mortise_status { return MORTISE_OK; },
      .decline = [](const mortise_claim_sink_t*, uint32_t, uint32_t, const char*) noexcept -> mortise_status {
        return MORTISE_OK;
      }};
  return provider.claim(&provider, graph.abi(), &sink, error);
}

RawRequest::RawRequest(const AbiGraph& graph, std::vector<uint32_t> nodes)
    : nodes_(std::move(nodes)),
      border_(border_of(graph.graph(), nodes_)),
      request_{.host_data = nullptr,
               .graph = graph.abi(),
               .node_ids = nodes_.data(),
               .inputs = border_.inputs.data(),
               .outputs = border_.outputs.data(),
               .num_nodes = nodes_.size(),
               .num_inputs = border_.inputs.size(),
               .num_outputs = border_.outputs.size(),
               .refuse = [](const mortise_compile_request_t*, uint32_t, uint32_t,
                            const char*) noexcept -> mortise_status { return MORTISE_OK; }} {}

}  // namespace mortise::conformance::abi
