// Neg gives the result of the run before, where that was as large.
#include <algorithm>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Neg") return Plugin::compute(step, inputs, output);
    static std::vector<uint32_t> before;
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    const std::span<uint32_t> y = output.elements<uint32_t>();
    std::vector<uint32_t> now(y.begin(), y.end());
    if (before.size() == y.size()) std::copy(before.begin(), before.end(), y.begin());
    before = std::move(now);
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
