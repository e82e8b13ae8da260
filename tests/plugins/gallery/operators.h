// OperatorsPlugin: the gallery's provider with "mortise.operators/1": one operator of its own, Ramp, which is Relu.
#pragma once

#include "base.h"

namespace gallery {

inline constexpr char kDomain[] = "org.mortise.gallery";

class OperatorsPlugin : public Plugin {
 public:
  const void* get_extension(Provider& provider, std::string_view id) override;
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override;

  // What the provider says of the operator.
  mortise_operator_t form = {.domain = kDomain,
                             .op_type = "Ramp",
                             .inputs = "X:float32",
                             .outputs = "Y:float32",
                             .attributes = "",
                             .since_version = 1,
                             .reserved = 0};
  virtual mortise_status infer(const mortise_graph_t* graph, const mortise_infer_sink_t* sink, mortise_error_t* error);
};

}  // namespace gallery
