// run() prints to the standard error stream.
#include <cstdio>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    std::fputs("a run begins\n", stderr);
    return Plugin::run_steps(session, args);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
