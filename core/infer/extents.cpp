#include "core/infer/extents.h"

namespace mortise::infer {

int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

int64_t saturating_subtract(int64_t a, int64_t b) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

int64_t saturating_multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a > 0) == (b > 0) ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

Dim multiply(const Dim& a, const Dim& b) {
  if (is_known(a) && is_known(b)) return known_dim(saturating_multiply(a.value, b.value));
  if (a.value == 0 || b.value == 0) return known_dim(0);
  if (a.value == 1) return b;
  return b.value == 1 ? a : kUnknownDim;
}

Dim divide(const Dim& dim, const Dim& divisor) {
  if (divisor.value == 1) return dim;
  return is_known(dim) && divisor.value > 0 ? known_dim(dim.value / divisor.value) : kUnknownDim;
}

Dim product(std::span<const Dim> dims) {
  Dim result = known_dim(1);
  for (const Dim& dim : dims) result = multiply(result, dim);
  // An unknown factor may come before the 0 that decides.
  for (const Dim& dim : dims) {
    if (dim.value == 0) return known_dim(0);
  }
  return result;
}

Dim add(const Dim& dim, int64_t amount) {
  if (amount == 0) return dim;
  return is_known(dim) ? known_dim(std::max<int64_t>(0, saturating_add(dim.value, amount))) : kUnknownDim;
}

Dim add(const Dim& a, const Dim& b) {
  if (is_known(b)) return add(a, b.value);
  return a.value == 0 ? b : kUnknownDim;
}

Dim common(const Dim& a, const Dim& b) { return same_extent(a, b) ? a : kUnknownDim; }

Type common(const Type& a, const Type& b) {
  if (a.kind != b.kind || a.dtype != b.dtype) return {};
  Type result = a;
  if (a.dims && b.dims && a.dims->size() == b.dims->size()) {
    for (size_t i = 0; i < a.dims->size(); ++i) (*result.dims)[i] = common((*a.dims)[i], (*b.dims)[i]);
  } else {
    result.dims.reset();
  }
  if (a.element && b.element) {
    result.element = std::make_shared<const Type>(common(*a.element, *b.element));
  } else {
    result.element.reset();
  }
  return result;
}

Type without_shape(const Type& type) {
  Type result = type;
  result.dims.reset();
  if (type.element) result.element = std::make_shared<const Type>(without_shape(*type.element));
  return result;
}

Result<Type> merge(const Type& a, const Type& b) {
  if (a.kind == ValueKind::kNone) return b;
  if (b.kind == ValueKind::kNone) return a;
  const auto contradiction = [&] { return invalid_argument(to_string(a), " is declared, but it is ", to_string(b)); };
  if (a.kind != b.kind) return contradiction();
  Type result = b;
  if (b.dtype == DType::kUndefined) {
    result.dtype = a.dtype;
  } else if (a.dtype != DType::kUndefined && a.dtype != b.dtype) {
    return contradiction();
  }
  if (!b.dims) {
    result.dims = a.dims;
  } else if (a.dims) {
    if (a.dims->size() != b.dims->size()) return contradiction();
    for (size_t i = 0; i < a.dims->size(); ++i) {
      const Dim& declared = (*a.dims)[i];
      Dim& inferred = (*result.dims)[i];
      if (is_known(declared) && is_known(inferred) && declared.value != inferred.value) return contradiction();
      if (is_known(declared) || (!is_known(inferred) && inferred.symbol == nullptr)) inferred = declared;
    }
  }
  if (!b.element) {
    result.element = a.element;
  } else if (a.element) {
    MORTISE_ASSIGN(Type element, merge(*a.element, *b.element));
    result.element = std::make_shared<const Type>(std::move(element));
  }
  return result;
}

}  // namespace mortise::infer
