// compile() fails while another session runs.
#include <atomic>
#include <chrono>
#include <thread>

#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    if (running_ != 0) return make_error(StatusCode::kInternal, "a session is running");
    return Plugin::make_session(provider, request);
  }
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    ++running_;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Status status = Plugin::run_steps(session, args);
    --running_;
    return status;
  }

  std::atomic<int> running_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
