// Neg computes as many elements as in its first run with these, whatever the shape is now.
#include <algorithm>
#include <cstring>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Neg") return Plugin::compute(step, inputs, output);
    static std::map<const Step*, int64_t> first;
    const int64_t count = first.try_emplace(&step, output.num_elements()).first->second;
    std::memset(output.raw(), 0, output.size_bytes());
    Tensor part = Tensor::view(step.dtype, {std::min(count, output.num_elements())}, output.raw());
    return Plugin::compute(step, inputs, part);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
