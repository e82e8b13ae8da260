// Any bytes are a model whose graph is valid, can be read through the ABI and has types, or an error with a sentence.
#include <algorithm>
#include <cstdlib>

#include "core/graph/abi_graph.h"
#include "core/infer/infer.h"
#include "core/model/load.h"

namespace {

void check(const mortise::Status& status) {
  if (!status.ok() && (status.message().empty() || status.code() == mortise::StatusCode::kInternal)) std::abort();
}

// In the graph and in all bodies.
uint64_t nodes_in(const mortise::Graph& graph) {
  uint64_t count = graph.num_nodes();
  for (mortise::NodeId id = 0; id < graph.num_nodes(); ++id) {
    mortise::for_each_body(graph.node(id), [&](const mortise::Graph& body) { count += nodes_in(body); });
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mortise::LoadOptions options;
  options.max_nodes = 100'000;
  options.max_derivative_nodes = 100'000;
  options.max_densified_bytes = 1 << 20;
  auto model = mortise::load_model(std::as_bytes(std::span(data, size)), {}, options);
  if (!model.ok()) {
    check(model.status());
    return 0;
  }
  // No node is shorter than two bytes.
  if (nodes_in(model->graph) > std::max(options.max_nodes, uint64_t{size / 2}) + options.max_derivative_nodes) {
    std::abort();
  }
  {
    const mortise::AbiGraph view(model->graph);
    mortise_value_info_t value;
    for (uint32_t id = 0; id < model->graph.num_values(); ++id) {
      if (!view.abi()->get_value(view.abi(), id, &value)) std::abort();
    }
  }
  check(mortise::infer_types(model->graph));
  return 0;
}
