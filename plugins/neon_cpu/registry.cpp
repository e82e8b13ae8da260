// SPDX-License-Identifier: Apache-2.0
//
// See registry.h.
#include "registry.h"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace mortise::neon {

#define NEON_OP(op, first, last, function) Lowered function(NodeReader& node);
#include "ops.inc"
#undef NEON_OP

namespace {

struct Operator {
  int32_t first, last;
  LowerFunction function;
};

using Table = std::unordered_map<std::string_view, std::vector<Operator>>;

const Table& table() {
  static const Table kTable = [] {
    Table made;
#define NEON_OP(op, first, last, function) made[#op].push_back({first, last, function});
#include "ops.inc"
#undef NEON_OP
    return made;
  }();
  return kTable;
}

}  // namespace

LowerFunction find_operator(const NodeReader& node) {
  const auto found = node.node().domain().empty() ? table().find(node.node().op_type()) : table().end();
  if (found == table().end()) node.refuse(MORTISE_REFUSAL_OP, "not among the operators of this provider");
  for (const Operator& each : found->second) {
    if (node.version() >= each.first && node.version() <= each.last) return each.function;
  }
  const int32_t last = found->second.back().last;
  node.refuse(MORTISE_REFUSAL_OPSET, "version ", node.version(), " is not supported, only those from ",
              found->second.front().first, last == kNewest ? std::string(" on") : concat(" to ", last));
}

}  // namespace mortise::neon
