// What the criteria of placement and require rules say of a node.
#pragma once

#include <string_view>

#include "core/graph/graph.h"

namespace mortise::plan {

// glob: '*' any characters, '?' one character.
bool matches_glob(std::string_view glob, std::string_view text);
// op: "Conv", or "domain::Op".
bool matches_op(std::string_view op, const Node& node);

}  // namespace mortise::plan
