// Files that are compiled into the program, so that it needs none beside it.
#pragma once

#include <string_view>

namespace mortise::conformance {

// JSON Schemas (draft 7), from docs/spec.
std::string_view report_schema();
std::string_view expectations_schema();

}  // namespace mortise::conformance
