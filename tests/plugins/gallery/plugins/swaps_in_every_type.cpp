// Identity, which is all that is claimed, of every element type, swaps the first element and the last.
#include <algorithm>
#include <cstring>

#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.op_type() == "Identity") return std::nullopt;
    return sdk::Refusal{MORTISE_REFUSAL_OP, "another operator"};
  }
  Status compute(const Step&, std::span<const Tensor> inputs, Tensor& output) override {
    const uint64_t size = output.size_bytes(), width = size / static_cast<uint64_t>(output.num_elements());
    auto* bytes = static_cast<char*>(output.raw());
    std::memcpy(bytes, inputs[0].raw(), size);
    std::swap_ranges(bytes, bytes + width, bytes + size - width);
    return {};
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
