// Rules: how operators of ai.onnx are differentiated. rules.inc lists them, rules/<family>.cpp has them.
#pragma once

#include <cstdint>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise::gradient {

class Derivation;

struct Rule {
  std::string_view op_type;
  int32_t since_version;  // of the operator: what older ones mean is not covered
  Status (*differentiate)(Derivation&);
};

// Null if none is known.
const Rule* find_rule(std::string_view op_type);

}  // namespace mortise::gradient
