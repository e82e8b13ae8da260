// Values as text for people.
#pragma once

#include <string>

#include "mortise/sdk/value.h"

namespace mortise::tool {

// "float32[1, 10] 0.01 0.93 …": type, shape, then the first elements; sequences element by element.
std::string printed(const Value& value);

}  // namespace mortise::tool
