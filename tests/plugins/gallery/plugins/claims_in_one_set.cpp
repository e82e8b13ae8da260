// claim() claims all nodes as one set, and compile() refuses more than one.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const sdk::GraphView view(graph);
    std::vector<uint32_t> nodes;
    for (uint32_t id = 0; id < view.num_nodes(); ++id) {
      if (!judge(view.node(id))) nodes.push_back(id);
    }
    if (nodes.size() < 2) return Plugin::claim(provider, graph, sink, error);
    return sdk::report(sdk::ClaimSink(sink).claim(nodes), error);
  }
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    if (request.nodes().size() > 1) return request.refuse(request.nodes()[1], {MORTISE_REFUSAL_OTHER, "one is enough"});
    return Plugin::make_session(provider, request);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
