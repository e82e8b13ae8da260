// compile() fails on another thread than that of open().
#include <thread>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    const mortise_status status = Plugin::open(provider, error);
    if (status == MORTISE_OK) threads_[&provider] = std::this_thread::get_id();
    return status;
  }
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    if (threads_[&provider] == std::this_thread::get_id()) return Plugin::make_session(provider, request);
    return make_error(StatusCode::kInternal, "open() was called on another thread");
  }

  std::map<const Provider*, std::thread::id> threads_;
};

MORTISE_GALLERY_PLUGIN(Broken);
