// Any bytes are a model whose graph is valid and can be read through the ABI, or an error with a sentence.
#include <cstdlib>

#include "core/graph/abi_graph.h"
#include "core/model/load.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mortise::LoadOptions options;
  options.max_nodes = 100'000;
  options.max_densified_bytes = 1 << 20;
  const auto model = mortise::load_model(std::as_bytes(std::span(data, size)), {}, options);
  if (!model.ok()) {
    if (model.status().message().empty() || model.status().code() == mortise::StatusCode::kInternal) std::abort();
    return 0;
  }
  const mortise::AbiGraph view(model->graph);
  mortise_value_info_t value;
  for (uint32_t id = 0; id < model->graph.num_values(); ++id) {
    if (!view.abi()->get_value(view.abi(), id, &value)) std::abort();
  }
  return 0;
}
