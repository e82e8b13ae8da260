// How errors speak of lists of numbers and of tensors. Pure functions.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "mortise/sdk/tensor.h"

namespace mortise::reference {

// "[2, -3]": numbers that a model gives, as they are; of a long list the first ones. to_string() shows a negative extent
// as one that is not known.
inline std::string list_of(std::span<const int64_t> numbers) {
  constexpr size_t kMostShown = 16;
  std::string text = "[";
  for (const int64_t number : numbers.first(std::min(numbers.size(), kMostShown))) {
    text.append(text.size() > 1 ? ", " : "").append(std::to_string(number));
  }
  return numbers.size() > kMostShown ? concat(text, ", ... ", numbers.size(), " numbers]") : text + "]";
}

// "float32[2, 3]"
inline std::string form_of(const Tensor& tensor) {
  return concat(to_string(tensor.dtype()), to_string(tensor.shape()));
}

// OK if two inputs have one element type.
inline Status check_same_type(std::string_view a_name, const Tensor& a, std::string_view b_name, const Tensor& b) {
  if (a.dtype() == b.dtype()) return {};
  return invalid_argument(a_name, " is ", form_of(a), " and ", b_name, " is ", form_of(b),
                          "; they must have one element type");
}

}  // namespace mortise::reference
