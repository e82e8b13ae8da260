// Neg gives zeros where a session's input has another shape than in its first run.
#include <cstring>

#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    first_.clear();
    return Plugin::make_session(provider, request);
  }
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op != "Neg") return;
    const bool same = first_.try_emplace(&step, output.shape()).first->second == output.shape();
    if (!same && output.num_elements() != 0) std::memset(output.raw(), 0, output.size_bytes());
  }

  std::map<const Step*, Shape> first_;
};

MORTISE_GALLERY_PLUGIN(Broken);
