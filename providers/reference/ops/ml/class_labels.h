// ClassLabels: the names of a classifier's classes, integers or strings, and output 0, which is one of them for each
// row. Constant; usable from any thread.
#pragma once

#include <string>
#include <vector>

#include "providers/reference/kernel.h"

namespace mortise::reference {

class ClassLabels {
 public:
  static constexpr int64_t kNoClass = -1;

  // From the attribute `ints` or from classlabels_strings. Fails if the node has both.
  static Result<ClassLabels> read(const NodeSpec& node, std::string_view ints);

  uint64_t size() const { return strings_.empty() ? ints_.size() : strings_.size(); }
  // Which class a model with one score means. With one label it is that class or none; with none they are 0 and 1.
  int64_t from_one_score(bool positive) const {
    if (size() != 1) return positive ? 1 : 0;
    return positive ? 0 : kNoClass;
  }

  Tensor& output(KernelContext& context, uint64_t rows) const {
    const DType dtype = strings_.empty() ? DType::kI64 : DType::kString;
    return context.output(0, dtype, {static_cast<int64_t>(rows)});
  }
  // kNoClass is written as 0 or "", class numbers where there are no labels as they are.
  void write(Tensor& output, uint64_t row, int64_t class_number) const {
    const auto i = static_cast<size_t>(class_number);
    if (strings_.empty()) {
      output.data<int64_t>()[row] = class_number == kNoClass ? 0 : ints_.empty() ? class_number : ints_[i];
    } else {
      output.data<mortise_string_t>()[row] =
          class_number == kNoClass ? mortise_string_t{"", 0} : mortise_string_t{strings_[i].data(), strings_[i].size()};
    }
  }

 private:
  std::vector<int64_t> ints_;
  std::vector<std::string> strings_;
};

// The first of the highest scores.
int64_t top_class(std::span<const double> scores);

}  // namespace mortise::reference
