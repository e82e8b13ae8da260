// run() prints to the standard error stream.
#include <cstdio>

#include "base.h"

class gallery::Broken : public Plugin {
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    std::fputs("a run begins\n", stderr);
    return Plugin::run_steps(session, args);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
