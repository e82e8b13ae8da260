// ZipMap: a map from label to score for each row.
#include <algorithm>
#include <cstring>
#include <vector>

#include "providers/reference/ops/ml/map_value.h"
#include "providers/reference/ops/ml/rows.h"

namespace mortise::reference {
namespace {

// The first label that is there twice; an empty text if there is none.
template <class T>
std::string repeated(std::vector<T> labels) {
  std::sort(labels.begin(), labels.end());
  const auto found = std::adjacent_find(labels.begin(), labels.end());
  return found == labels.end() ? "" : concat('\'', *found, '\'');
}

}  // namespace

Result<Kernel> make_zip_map(const NodeSpec& node) {
  const auto ints = node.get_ints("classlabels_int64s");
  const auto strings = node.get_strings("classlabels_strings");
  if (ints.empty() == strings.empty()) {
    return invalid_argument("one of the attributes 'classlabels_int64s' and 'classlabels_strings' must be given");
  }
  const auto count = static_cast<int64_t>(std::max(ints.size(), strings.size()));
  const std::string twice =
      strings.empty() ? repeated(std::vector<int64_t>(ints.begin(), ints.end())) : repeated(strings);
  if (!twice.empty()) return invalid_argument("the label ", twice, " is there twice, which no map can hold");
  const Tensor keys =
      strings.empty() ? Tensor::of<int64_t>({count}, ints) : Tensor::strings({count}, {strings.begin(), strings.end()});
  return Kernel([keys, count](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Rows rows, rows_of(x, set_of(TypeList<float>{})));
    if (static_cast<int64_t>(rows.features) != count) {
      return invalid_argument("X ", to_string(x.shape()), " has ", rows.features, " columns for ", count, " labels");
    }
    // The maps share their keys and one copy of the scores.
    MORTISE_ASSIGN(Tensor scores, context.allocate(DType::kF32, x.shape()));
    if (scores.size_bytes() != 0) std::memcpy(scores.raw(), x.raw(), scores.size_bytes());
    std::vector<Value> maps;
    for (uint64_t r = 0; r < rows.count; ++r) {
      float* const row = scores.data<float>() + r * rows.features;
      maps.push_back(make_map(keys, Tensor::view(DType::kF32, {count}, row, scores.owner())));
    }
    context.set_output(0, Value(ValueKind::kSequence, std::move(maps)));
    return {};
  });
}

}  // namespace mortise::reference
