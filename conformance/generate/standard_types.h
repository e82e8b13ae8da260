// The versions of the standard's operators and the element types that they allow, for what goes through all of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/infer/operator_table.h"
#include "providers/reference/types.h"

namespace mortise::conformance {

using infer::variable_of;
using reference::TypeSet;

// One version of one operator.
struct OperatorVersion {
  const infer::Operator* op;
  const infer::Signature* signature;
  int32_t version;

  // What its types are about: its inputs, or its outputs where it has no input.
  const std::vector<infer::Parameter>& parameters() const {
    return signature->inputs.empty() ? signature->outputs : signature->inputs;
  }
};

// Every version of every operator of ai.onnx up to opset 27, ai.onnx.ml and ai.onnx.preview.training.
std::vector<OperatorVersion> standard_operators();

// What the standard allows for a parameter, as a set and as it is written in the table. Empty for maps, of which it has
// nothing to say.
struct AllowedTypes {
  TypeSet set = 0;
  std::string text;
};
AllowedTypes allowed_types(const infer::Parameter& parameter);

// The core runs it or replaces it by other nodes, before a provider sees it.
bool runs_in_core(std::string_view op_type);

}  // namespace mortise::conformance
