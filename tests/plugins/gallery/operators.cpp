#include "operators.h"

namespace gallery {

namespace {

OperatorsPlugin& the_operators_plugin() { return static_cast<OperatorsPlugin&>(the_plugin()); }

constexpr mortise_provider_operators_t kTable = {
    .num_operators = [](const mortise_provider_t*) -> uint32_t { return 1; },
    .get_operator =
        [](const mortise_provider_t*, uint32_t index, mortise_operator_t* op) {
          if (index == 0) *op = the_operators_plugin().form;
          return index == 0;
        },
    .infer = [](const mortise_provider_t*, uint32_t, const mortise_graph_t* graph, const mortise_infer_sink_t* sink,
                mortise_error_t* error) { return the_operators_plugin().infer(graph, sink, error); }};

}  // namespace

const void* OperatorsPlugin::get_extension(Provider& provider, std::string_view id) {
  return id == MORTISE_EXT_OPERATORS ? &kTable : Plugin::get_extension(provider, id);
}

std::optional<sdk::Refusal> OperatorsPlugin::judge(const sdk::NodeView& node) {
  if (node.domain() == kDomain && node.op_type() == "Ramp") return std::nullopt;
  return Plugin::judge(node);
}

mortise_status OperatorsPlugin::infer(const mortise_graph_t* graph, const mortise_infer_sink_t* sink,
                                      mortise_error_t* /*error*/) {
  const sdk::NodeView node(graph, 0);
  const sdk::ValueView input(graph, node.inputs()[0]);
  return input.is_tensor() ? sink->set_type(sink, 0, &input.type()) : mortise_status{MORTISE_OK};
}

}  // namespace gallery
