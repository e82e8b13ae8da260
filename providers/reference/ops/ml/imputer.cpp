// Imputer: puts values in place of the one that stands for a missing value; NaN equals NaN.
#include <cmath>
#include <limits>
#include <vector>

#include "providers/reference/ops/ml/rows.h"

namespace mortise::reference {
namespace {

template <class T, class List>
Status impute(KernelContext& context, const List& imputed, typename List::value_type replaced, std::string_view name) {
  const Tensor& x = context.input(0);
  if (imputed.empty()) return invalid_argument("attribute '", name, "' is missing, which X needs");
  MORTISE_TRY(check_per_feature(imputed, x, name));
  if constexpr (std::is_integral_v<T>) {
    for (const auto value : imputed) {
      if (value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max()) continue;
      return invalid_argument("attribute '", name, "' has the entry ", value, ", which does not fit ",
                              to_string(x.dtype()));
    }
  }
  const T* const in = x.data<T>();
  T* const out = context.output(0, x.dtype(), x.shape()).template data<T>();
  context.parallel_for(static_cast<uint64_t>(x.num_elements()), grain_for(4), [&](uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) {
      bool missing = in[i] == replaced;
      if constexpr (!std::is_integral_v<T>) missing = missing || (std::isnan(in[i]) && std::isnan(replaced));
      out[i] = missing ? static_cast<T>(per_feature(imputed, i)) : in[i];
    }
  });
  return {};
}

}  // namespace

Result<Kernel> make_imputer(const NodeSpec& node) {
  const auto floats = node.get_floats("imputed_value_floats");
  const auto ints = node.get_ints("imputed_value_int64s");
  if (floats.empty() == ints.empty()) {
    return invalid_argument("one of the attributes 'imputed_value_floats' and 'imputed_value_int64s' must be given");
  }
  return Kernel([floats = std::vector<float>(floats.begin(), floats.end()),
                 ints = std::vector<int64_t>(ints.begin(), ints.end()),
                 replaced_float = node.get_float("replaced_value_float", 0),
                 replaced_int = node.get_int("replaced_value_int64", 0)](KernelContext& context) -> Status {
    return dispatch(Features{}, context.input(0).dtype(), [&]<class T>() -> Status {
      if constexpr (std::is_integral_v<T>) {
        return impute<T>(context, ints, replaced_int, "imputed_value_int64s");
      } else {
        return impute<T>(context, floats, replaced_float, "imputed_value_floats");
      }
    });
  });
}

}  // namespace mortise::reference
