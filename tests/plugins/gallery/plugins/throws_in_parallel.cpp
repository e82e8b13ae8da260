// A body that run() gives to parallel_for() throws, where four threads run eight nodes or more.
#include <stdexcept>

#include "base.h"

class gallery::Broken : public Plugin {
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    MORTISE_TRY(Plugin::run_steps(session, args));
    if (session.provider.host.max_workers() != 5 || session.steps.size() < 8) return {};
    try {
      session.provider.host.parallel_for(64, 1, [](uint64_t begin, uint64_t, uint32_t) {
        if (begin == 7) throw std::runtime_error("range 7");
      });
    } catch (const std::exception&) {
      return make_error(StatusCode::kInternal, "a range failed");
    }
    return {};
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
