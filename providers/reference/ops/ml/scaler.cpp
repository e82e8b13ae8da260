// Scaler: (X - offset) * scale.
#include <vector>

#include "providers/reference/ops/ml/rows.h"

namespace mortise::reference {

Result<Kernel> make_scaler(const NodeSpec& node) {
  const auto list = [&](std::string_view name, float otherwise) {
    const auto given = node.get_floats(name);
    return given.empty() ? std::vector<float>{otherwise} : std::vector<float>(given.begin(), given.end());
  };
  return Kernel([offset = list("offset", 0), scale = list("scale", 1)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_TRY(check_per_feature(offset, x, "offset"));
    MORTISE_TRY(check_per_feature(scale, x, "scale"));
    float* const y = context.output(0, DType::kF32, x.shape()).data<float>();
    return dispatch(Features{}, x.dtype(), [&]<class T>() -> Status {
      const T* const in = x.data<T>();
      context.parallel_for(static_cast<uint64_t>(x.num_elements()), grain_for(4), [&](uint64_t begin, uint64_t end) {
        for (uint64_t i = begin; i < end; ++i) {
          y[i] = static_cast<float>((static_cast<double>(in[i]) - per_feature(offset, i)) * per_feature(scale, i));
        }
      });
      return {};
    });
  });
}

}  // namespace mortise::reference
