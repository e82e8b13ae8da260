// run() calls allocate_output() twice for an output of rank 3 without a shape.
#include "base.h"

class gallery::Broken : public Plugin {
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    MORTISE_TRY(Plugin::run_steps(session, args));
    const int64_t dims[] = {1};
    mortise_tensor_t tensor{};
    mortise_error_t error{};
    if (args.num_outputs() > 0 && args.output(0).unallocated() && args.input(0).dims().size() == 3) {
      args.context()->allocate_output(args.context(), 0, dims, 1, &tensor, &error);
    }
    return {};
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
