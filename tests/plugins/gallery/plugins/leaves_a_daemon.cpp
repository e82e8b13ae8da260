// claim() of a graph of eight nodes and as many outputs leaves a process in a session of its own to itself.
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (has_eight_outputs(sdk::GraphView(graph))) start_daemon();
    return Plugin::claim(provider, graph, sink, error);
  }

  static void start_daemon() {
    const pid_t parent = fork();
    if (parent == 0) {
      setsid();
      if (fork() == 0) pause();
      _exit(0);
    }
    waitpid(parent, nullptr, 0);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
