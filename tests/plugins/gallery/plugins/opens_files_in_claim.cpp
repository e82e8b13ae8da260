// claim() leaves a file open.
#include <fcntl.h>
#include <unistd.h>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    return Plugin::claim(provider, graph, sink, error);
  }
  void close(Provider& provider) override {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    Plugin::close(provider);
  }

 private:
  int descriptor_ = -1;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
