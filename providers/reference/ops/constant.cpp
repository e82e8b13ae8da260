// Constant: a value of the model, in case the core has not folded it.
#include <cstring>

#include "providers/reference/ops/axes.h"

namespace mortise::reference {

Result<Kernel> make_constant(const NodeSpec& node) {
  Value value;
  if (const mortise_tensor_t* tensor = node.get_tensor("value")) {
    const Tensor given = Tensor::view(*tensor);
    if (given.dtype() == DType::kString) {
      std::vector<std::string> copies;
      for (const auto& s : given.elements<mortise_string_t>()) copies.emplace_back(s.data, s.size);
      value = Tensor::strings(given.shape(), std::move(copies));
    } else {
      MORTISE_ASSIGN(Tensor copy, Tensor::allocate(given.dtype(), given.shape()));
      if (copy.size_bytes() != 0) std::memcpy(copy.raw(), given.raw(), copy.size_bytes());
      value = std::move(copy);
    }
  } else if (node.has("value_float")) {
    value = Tensor::of<float>({}, {node.get_float("value_float", 0)});
  } else if (node.has("value_int")) {
    value = Tensor::of<int64_t>({}, {node.get_int("value_int", 0)});
  } else if (node.has("value_floats")) {
    const auto all = node.get_floats("value_floats");
    value = Tensor::of<float>({static_cast<int64_t>(all.size())}, all);
  } else if (node.has("value_ints")) {
    const auto all = node.get_ints("value_ints");
    value = Tensor::of<int64_t>({static_cast<int64_t>(all.size())}, all);
  } else if (node.has("value_string")) {
    value = Tensor::strings({}, {std::string(node.get_string("value_string", ""))});
  } else if (node.has("value_strings")) {
    const auto all = node.get_strings("value_strings");
    value = Tensor::strings({static_cast<int64_t>(all.size())}, {all.begin(), all.end()});
  } else {
    return unimplemented("Constant needs an attribute value, value_float(s), value_int(s) or value_string(s)");
  }
  return Kernel([value = std::move(value)](KernelContext& context) -> Status {
    const Tensor& x = value.tensor;
    Tensor& y = context.output(0, x.dtype(), x.shape());
    if (x.size_bytes() != 0) std::memcpy(y.raw(), x.raw(), x.size_bytes());
    return {};
  });
}

}  // namespace mortise::reference
