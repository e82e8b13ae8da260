// A run that is cancelled keeps 1 MiB for ever.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    const mortise_status status = Plugin::run(session, args, error);
    if (status == MORTISE_CANCELLED) kept_.emplace_back(std::size_t{1} << 20, 'x');
    return status;
  }

  std::vector<std::string> kept_;
};

MORTISE_GALLERY_PLUGIN(Broken);
