// The end of the first run that was submitted is reported twice.
#include <atomic>

#include "async.h"

class gallery::Broken : public AsyncPlugin {
  void complete(const Provider& provider, uint64_t run_id, mortise_status status,
                const mortise_error_t& error) override {
    if (first_.exchange(false)) AsyncPlugin::complete(provider, run_id, status, error);
    AsyncPlugin::complete(provider, run_id, status, error);
  }

  std::atomic<bool> first_ = true;
};

MORTISE_GALLERY_PLUGIN(Broken);
