// Neg gives the result of the run before, where that was as large.
#include <algorithm>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op != "Neg") return;
    const std::span<uint32_t> y = output.elements<uint32_t>();
    std::vector<uint32_t> now(y.begin(), y.end());
    if (before_.size() == y.size()) std::copy(before_.begin(), before_.end(), y.begin());
    before_ = std::move(now);
  }

  std::vector<uint32_t> before_;
};

MORTISE_GALLERY_PLUGIN(Broken);
