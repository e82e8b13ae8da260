#include "core/plan/match.h"

namespace mortise::plan {

bool matches_glob(std::string_view glob, std::string_view text) {
  size_t g = 0, t = 0, star = glob.npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g, ++t;
    } else if (star != glob.npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == glob.npos;
}

bool matches_op(std::string_view op, const Node& node) {
  const size_t colons = op.rfind("::");
  if (colons == op.npos) return node.domain.empty() && node.op_type == op;
  const std::string_view domain = op.substr(0, colons);
  return node.op_type == op.substr(colons + 2) && node.domain == (domain == "ai.onnx" ? std::string_view() : domain);
}

}  // namespace mortise::plan
