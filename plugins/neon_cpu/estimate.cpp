// SPDX-License-Identifier: Apache-2.0
//
// See estimate.h.
#include "estimate.h"

namespace mortise::neon {

mortise_estimate_t estimate_of(const sdk::GraphView& graph, const Lowered& lowered) {
  mortise_estimate_t estimate{.time_ns = -1, .energy_nj = -1, .device_bytes = -1};
  std::vector<Shape> inputs, outputs(lowered.outputs.size());
  uint64_t bytes = 0;
  const auto count = [&](sdk::ValueId id, const Shape& shape) {
    const auto size = Tensor::storage_size(graph.value(id).dtype(), shape);
    bytes += size.ok() ? *size : 0;
    return size.ok();
  };
  for (const sdk::ValueId id : lowered.inputs) {
    const auto shape = graph.value(id).static_shape();
    if (!shape || !count(id, *shape)) return estimate;
    inputs.push_back(*shape);
  }
  if (!lowered.op->infer(inputs, outputs).ok()) return estimate;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!count(lowered.outputs[i], outputs[i])) return estimate;
  }
  Call call;
  if (!lowered.op->is_view()) lowered.op->plan(inputs, outputs, call);
  if (!call.status.ok()) return estimate;
  estimate.time_ns = call.ns();
  estimate.device_bytes = static_cast<double>(bytes);
  return estimate;
}

}  // namespace mortise::neon
