// SPDX-License-Identifier: Apache-2.0
//
// See pointwise.h.
#include "pointwise.h"

#include "mortise/provider.h"

namespace mortise::vulkan {

void require_broadcast(const Lowering& l, TensorId from, TensorId to) {
  const Shape &a = l.dims(from), &b = l.dims(to);
  bool fits = a.rank() <= b.rank();
  for (uint32_t i = 0; fits && i < a.rank(); ++i) fits = a[i] == 1 || a[i] == b[b.rank() - a.rank() + i];
  if (!fits) l.refuse(MORTISE_REFUSAL_SHAPE, to_string(a), " is not broadcast to ", to_string(b));
}

Step& add_pointwise(Lowering& l, TensorId output, std::vector<TensorId> inputs, std::vector<ChainStep> steps) {
  if (inputs.size() > kMaxChainInputs || steps.size() > kMaxChainSteps) {
    l.refuse(MORTISE_REFUSAL_OTHER, "more than ", kMaxChainInputs, " inputs or ", kMaxChainSteps, " steps");
  }
  if (l.dims(output).rank() > kMaxChainRank) {
    l.refuse(MORTISE_REFUSAL_RANK, "rank ", l.dims(output).rank(), "; shaders go to ", kMaxChainRank);
  }
  for (const TensorId input : inputs) require_broadcast(l, input, output);
  const auto count = static_cast<uint64_t>(l.dims(output).num_elements());
  Step& step = l.add(Shader::pointwise, {Lowering::kGroup}, {output}, std::move(inputs));
  step.chain = Chain{std::move(steps)};
  step.push = {static_cast<uint32_t>(count)};
  l.cover(step, (count + 3) / 4);
  return step;
}

}  // namespace mortise::vulkan
