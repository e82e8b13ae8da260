// Values as text for people and as JSON for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mortise/sdk/value.h"

namespace mortise::tool {

// "float32[1, 10] 0.01 0.93 …": type, shape, then the first elements; sequences element by element.
std::string printed(const Value& value);

// {"dtype": "float32", "shape": [1, 10], "data": [0.01, …]} with all elements in row-major order; numbers that JSON
// does not have are the strings "nan", "inf" and "-inf", and complex ones are [real, imaginary]. A sequence is
// {"kind": "sequence", "elements": […]}.
nlohmann::ordered_json json_of(const Value& value);

}  // namespace mortise::tool
