#include "conformance/generate/standard_types.h"

#include <algorithm>
#include <set>

namespace mortise::conformance {
namespace {

constexpr int32_t kNewestOpset = 27;

}  // namespace

std::vector<OperatorVersion> standard_operators() {
  std::vector<OperatorVersion> rows;
  for (const infer::Operator& op : infer::operators()) {
    if (op.domain == "ai.onnx.preview") continue;
    for (const infer::Signature& signature : op.signatures) {
      if (op.domain.empty() && signature.since_version > kNewestOpset) continue;
      rows.push_back({&op, &signature, signature.since_version});
    }
  }
  return rows;
}

AllowedTypes allowed_types(const infer::Parameter& parameter) {
  std::string text(parameter.allowed);
  std::replace(text.begin(), text.end(), '|', '+');
  return {parameter.dtypes, text};
}

bool runs_in_core(std::string_view op_type) {
  static const std::set<std::string_view> kNames = {"If", "Loop", "Scan", "SequenceMap", "Gradient"};
  return kNames.contains(op_type);
}

}  // namespace mortise::conformance
