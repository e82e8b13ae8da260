#include "core/run/copy.h"

#include <cstring>

namespace mortise::run {

Result<Value> copied(MemoryBudget& memory, const Value& value) {
  Value copy = value;
  if (value.is_tensor()) {
    const Tensor& source = value.tensor;
    if (source.dtype() == DType::kString) {
      std::vector<std::string> strings;
      for (const mortise_string_t& s : source.elements<mortise_string_t>()) strings.emplace_back(s.data, s.size);
      return Value(Tensor::strings(source.shape(), std::move(strings)));
    }
    MORTISE_ASSIGN(copy.tensor, memory.allocate(source.dtype(), source.shape()));
    if (source.size_bytes() != 0) std::memcpy(copy.tensor.raw(), source.raw(), source.size_bytes());
  }
  for (Value& element : copy.elements) {
    MORTISE_ASSIGN(element, copied(memory, element));
  }
  return copy;
}

}  // namespace mortise::run
