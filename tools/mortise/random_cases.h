// Test cases whose results are random by nature, and what they are judged by instead of values: random_cases.inc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mortise/sdk/value.h"

namespace mortise::tool {

// Empty if the results can have been drawn for the inputs; otherwise a sentence that says why not. Results have the
// expected types and shapes.
using Judge = std::string (*)(std::span<const Value> inputs, std::span<const Value> results);

struct RandomCase {
  std::string_view name;
  std::string_view reason;
  Judge judge;
};

// Null for a case whose values are compared.
const RandomCase* find_random_case(std::string_view name);

}  // namespace mortise::tool
