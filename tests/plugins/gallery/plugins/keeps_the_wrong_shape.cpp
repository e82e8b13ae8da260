// Takes the preallocated output for right, whatever its shape.
#include "base.h"

class gallery::Broken : public Plugin {
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    std::vector<mortise_tensor_t> outputs(args.raw()->outputs, args.raw()->outputs + args.num_outputs());
    if (session.steps.size() != 1 || outputs.size() != 1 || args.output(0).unallocated()) {
      return Plugin::run_steps(session, args);
    }
    const auto dims = args.input(0).dims();
    if (outputs[0].size_bytes < args.input(0).size_bytes() || outputs[0].rank != dims.size()) {
      return make_error(StatusCode::kInternal, "the output is too small");
    }
    outputs[0].dims = dims.data();
    mortise_run_args_t changed = *args.raw();
    changed.outputs = outputs.data();
    return Plugin::run_steps(session, sdk::RunArgs(&changed));
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
