// FeatureVectorizer: the features of all inputs beside one another, as floats.
//
// An input gets the width that inputdimensions says: what it has more is left out, what it lacks is 0. The text is
// silent on this; ONNX's and other implementations agree.
#include <algorithm>
#include <vector>

#include "providers/reference/ops/ml/rows.h"

namespace mortise::reference {
namespace {

struct Part {
  std::span<const double> values;
  uint64_t features, width;
};

Result<std::vector<Part>> parts_of(KernelContext& context, std::span<const int64_t> widths, uint64_t& rows) {
  if (!widths.empty() && widths.size() != context.num_inputs()) {
    return invalid_argument("attribute 'inputdimensions' has ", widths.size(), " entries for ", context.num_inputs(),
                            " inputs");
  }
  std::vector<Part> parts;
  for (uint64_t i = 0; i < context.num_inputs(); ++i) {
    const Tensor& x = context.input(i);
    MORTISE_ASSIGN(const Rows shape, rows_of(x));
    if (i == 0) rows = shape.count;
    if (shape.count != rows) {
      return invalid_argument("input #", i, " ", to_string(x.shape()), " has ", shape.count, " rows instead of ", rows);
    }
    parts.push_back({.values = read_doubles(context, x),
                     .features = shape.features,
                     .width = widths.empty() ? shape.features : static_cast<uint64_t>(widths[i])});
  }
  return parts;
}

}  // namespace

Result<Kernel> make_feature_vectorizer(const NodeSpec& node) {
  const auto given = node.get_ints("inputdimensions");
  std::vector<int64_t> widths(given.begin(), given.end());
  for (const int64_t width : widths) {
    if (width < 0) return invalid_argument("attribute 'inputdimensions' has the entry ", width);
  }
  return Kernel([widths = std::move(widths)](KernelContext& context) -> Status {
    uint64_t rows = 0;
    MORTISE_ASSIGN(const std::vector<Part> parts, parts_of(context, widths, rows));
    int64_t total = 0;
    for (const Part& part : parts) {
      if (__builtin_add_overflow(total, static_cast<int64_t>(part.width), &total)) {
        return invalid_argument("attribute 'inputdimensions' adds up to more than a tensor can have");
      }
    }
    const Shape result{static_cast<int64_t>(rows), total};
    MORTISE_TRY(check_shape(DType::kF32, result));
    float* y = context.output(0, DType::kF32, result).data<float>();
    for (uint64_t r = 0; r < rows; ++r) {
      for (const Part& part : parts) {
        const uint64_t copied = std::min(part.features, part.width);
        const auto row = part.values.subspan(r * part.features, copied);
        std::transform(row.begin(), row.end(), y, [](double v) { return static_cast<float>(v); });
        std::fill(y + copied, y + part.width, 0.0f);
        y += part.width;
      }
    }
    return {};
  });
}

}  // namespace mortise::reference
