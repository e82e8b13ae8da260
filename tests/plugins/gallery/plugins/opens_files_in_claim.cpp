// claim() leaves a file open until close().
#include <fcntl.h>
#include <unistd.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    descriptors_.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return Plugin::claim(provider, graph, sink, error);
  }
  void close(Provider& provider) override {
    for (const int descriptor : std::exchange(descriptors_, {})) ::close(descriptor);
    Plugin::close(provider);
  }

  std::vector<int> descriptors_;
};

MORTISE_GALLERY_PLUGIN(Broken);
