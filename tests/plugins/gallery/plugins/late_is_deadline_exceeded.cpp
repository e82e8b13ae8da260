// run() returns DEADLINE_EXCEEDED, which is for the host to say, where it is cancelled after eight nodes.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    steps_ = 0;
    Status status = Plugin::run_steps(session, args);
    if (status.code() == StatusCode::kCancelled && steps_ >= 8)
      status = make_error(StatusCode::kDeadlineExceeded, "the deadline has passed");
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
