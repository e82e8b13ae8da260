// run() reads the input of the run before.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    if (before_ != nullptr) seen_ = *before_;
    before_ = args.num_inputs() > 0 ? static_cast<const char*>(args.input(0).raw().data) : nullptr;
    return Plugin::run_steps(session, args);
  }

 private:
  const volatile char* before_ = nullptr;
  volatile char seen_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
