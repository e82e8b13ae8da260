// infer() says that the output has the extents of the input in another order.
#include <vector>

#include "operators.h"

class gallery::Broken : public OperatorsPlugin {
  mortise_status infer(const mortise_graph_t* graph, const mortise_infer_sink_t* sink,
                       mortise_error_t* error) override {
    const sdk::NodeView node(graph, 0);
    const sdk::ValueView input(graph, node.inputs()[0]);
    if (!input.static_shape()) return OperatorsPlugin::infer(graph, sink, error);
    const std::vector<mortise_dim_t> dims(input.dims().rbegin(), input.dims().rend());
    mortise_type_t type = input.type();
    type.dims = dims.data();
    return sink->set_type(sink, 0, &type);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
