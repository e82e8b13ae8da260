// compile() calls parallel_for() for a segment whose output has rank 4, although that is for run() alone.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    const sdk::ValueView output = request.graph().value(request.outputs()[0]);
    if (output.has_rank() && output.dims().size() == 4) {
      provider.host.parallel_for(64, 1, [](uint64_t, uint64_t, uint32_t) {});
    }
    return Plugin::make_session(provider, request);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
