// Lists of real numbers that are attributes, as doubles: what the tree ensembles have in floats or in a tensor.
#pragma once

#include <vector>

#include "providers/reference/ops/convert.h"
#include "providers/reference/types.h"

namespace mortise::reference {

// Of a tensor attribute; empty if the node does not have it.
inline Result<std::vector<double>> numbers_of_tensor(const NodeSpec& node, std::string_view name) {
  const mortise_tensor_t* attribute = node.get_tensor(name);
  if (attribute == nullptr) return std::vector<double>();
  const Tensor tensor = Tensor::view(*attribute);
  if (!contains(kNumbers, tensor.dtype()) || tensor.rank() > 1) {
    return invalid_argument("attribute '", name, "' is ", to_string(tensor.dtype()), to_string(tensor.shape()),
                            "; it must be a list of numbers");
  }
  std::vector<double> numbers(static_cast<size_t>(tensor.num_elements()));
  convert_elements(tensor.dtype(), tensor.raw(), DType::kF64, numbers.data(), 0, numbers.size());
  return numbers;
}

// Of the floats `name` or of the tensor <name>_as_tensor; empty if the node has neither.
inline Result<std::vector<double>> numbers_of(const NodeSpec& node, const std::string& name) {
  const auto floats = node.get_floats(name);
  if (floats.empty()) return numbers_of_tensor(node, name + "_as_tensor");
  if (node.has(name + "_as_tensor")) {
    return invalid_argument("attributes '", name, "' and '", name, "_as_tensor' are both given; leave one out");
  }
  return std::vector<double>(floats.begin(), floats.end());
}

// OK if an attribute's list has as many entries as another one; an empty one passes if it may be left out.
enum class Required { kNo, kYes };
inline Status check_entries(std::string_view name, uint64_t entries, std::string_view other, uint64_t wanted,
                            Required required = Required::kYes) {
  if (entries == wanted || (entries == 0 && required == Required::kNo)) return {};
  return invalid_argument("attribute '", name, "' has ", entries, " entries; '", other, "' has ", wanted);
}

}  // namespace mortise::reference
