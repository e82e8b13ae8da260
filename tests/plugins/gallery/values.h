// ValuesPlugin: the gallery's provider with "mortise.values/1": SequenceInsert at the end, of sequences of float32, and
// Concat of string tensors of rank 1.
#pragma once

#include "base.h"

namespace gallery {

class ValuesPlugin : public Plugin {
 public:
  const void* get_extension(Provider& provider, std::string_view id) override;
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override;
  Status run_steps(Session& session, const sdk::RunArgs& args) override;

  // --- Pieces
  // What is done with the tensor that the run made when it is the output, or a part of it: nothing any more.
  virtual void after_output(const mortise_host_values_t& /*values*/, mortise_value_t* /*value*/,
                            const mortise_tensor_t& /*tensor*/) {}
};

}  // namespace gallery
