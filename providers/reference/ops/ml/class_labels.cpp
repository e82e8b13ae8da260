#include "providers/reference/ops/ml/class_labels.h"

#include <algorithm>

namespace mortise::reference {

Result<ClassLabels> ClassLabels::read(const NodeSpec& node, std::string_view ints) {
  ClassLabels labels;
  const auto numbers = node.get_ints(ints);
  labels.ints_.assign(numbers.begin(), numbers.end());
  for (const std::string_view name : node.get_strings("classlabels_strings")) labels.strings_.emplace_back(name);
  if (!labels.ints_.empty() && !labels.strings_.empty()) {
    return invalid_argument("attributes '", ints, "' and 'classlabels_strings' are both given; leave one out");
  }
  return labels;
}

int64_t top_class(std::span<const double> scores) {
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

}  // namespace mortise::reference
