// claim() of a graph of eight nodes and as many outputs starts a process in a session of its own and leaves it to itself.
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"

namespace {

using namespace gallery;

void start_daemon() {
  const pid_t parent = fork();
  if (parent == 0) {
    setsid();
    if (fork() == 0) pause();
    _exit(0);
  }
  waitpid(parent, nullptr, 0);
}

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const sdk::GraphView view(graph);
    if (view.num_nodes() == 8 && view.outputs().size() == 8) start_daemon();
    return Plugin::claim(provider, graph, sink, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
