// run() returns INTERNAL where it is cancelled between the first node and the second.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    steps_ = 0;
    Status status = Plugin::run_steps(session, args);
    if (status.code() == StatusCode::kCancelled && steps_ == 1)
      status = make_error(StatusCode::kInternal, "the second node was not reached");
    return status;
  }
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    ++steps_;
    return Plugin::compute(step, inputs, output);
  }

 private:
  int steps_ = 0;  // of the run that is under way: the suite makes one at a time
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
