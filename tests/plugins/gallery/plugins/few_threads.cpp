// Each thread that runs something takes one of 24 places, and never gives it back.
#include <atomic>

#include "base.h"

class gallery::Broken : public Plugin {
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    thread_local const int place = ++places_;
    if (place <= 24) return Plugin::run_steps(session, args);
    return make_error(StatusCode::kResourceExhausted, "there are too many threads");
  }

  std::atomic<int> places_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
