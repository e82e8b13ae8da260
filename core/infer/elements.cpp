#include "core/infer/elements.h"

#include <cmath>
#include <concepts>
#include <utility>

namespace mortise::infer {

namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

bool is_followed_integer(DType dtype) { return dtype == DType::kI64 || dtype == DType::kI32 || dtype == DType::kBool; }
bool is_followed_real(DType dtype) { return dtype == DType::kF32 || dtype == DType::kF64; }

// An integer that fits the element type; what wraps around at run time is not followed.
Element fitting(int64_t value, DType dtype) {
  if (dtype == DType::kI32 && value != static_cast<int32_t>(value)) return {};
  return is_followed_integer(dtype) ? integer_element(value) : Element();
}

Element rounded(double value, DType dtype) {
  if (!std::isfinite(value) || !is_followed_real(dtype)) return {};
  return real_element(dtype == DType::kF32 ? static_cast<double>(static_cast<float>(value)) : value);
}

Element truth(bool value) { return integer_element(value ? 1 : 0); }

bool same_name(const Element& a, const Element& b) {
  return a.kind == Element::Kind::kExtent && b.kind == Element::Kind::kExtent && std::string_view(a.symbol) == b.symbol;
}

template <class T>
Element compare(std::string_view op_type, T a, T b) {
  if (op_type == "Equal") return truth(a == b);
  if (op_type == "Less") return truth(a < b);
  if (op_type == "LessOrEqual") return truth(a <= b);
  if (op_type == "Greater") return truth(a > b);
  if (op_type == "GreaterOrEqual") return truth(a >= b);
  return {};
}

// What is certain of a named extent, which is at least 0.
Element compute_names(std::string_view op_type, const Element& a, const Element& b) {
  const bool one = b.is_integer() && b.integer == 1;
  const bool zero = b.is_integer() && b.integer == 0;
  const bool negative = b.is_integer() && b.integer < 0;
  if (((op_type == "Mul" || op_type == "Div") && one) || ((op_type == "Add" || op_type == "Sub") && zero)) return a;
  if (op_type == "Max" && (zero || negative)) return a;
  if (op_type == "Equal" && negative) return truth(false);
  if (op_type == "Less" && (zero || negative)) return truth(false);
  if (op_type == "GreaterOrEqual" && (zero || negative)) return truth(true);
  if (op_type == "Greater" && negative) return truth(true);
  if (!same_name(a, b)) return {};
  if (op_type == "Min" || op_type == "Max") return a;
  if (op_type == "Sub") return integer_element(0);
  return compare<int64_t>(op_type, 0, 0);
}

Element compute_integers(std::string_view op_type, int64_t a, int64_t b, DType dtype) {
  int64_t value = 0;
  if (op_type == "Add") return __builtin_add_overflow(a, b, &value) ? Element() : fitting(value, dtype);
  if (op_type == "Sub") return __builtin_sub_overflow(a, b, &value) ? Element() : fitting(value, dtype);
  if (op_type == "Mul") return __builtin_mul_overflow(a, b, &value) ? Element() : fitting(value, dtype);
  if (op_type == "Min") return fitting(std::min(a, b), dtype);
  if (op_type == "Max") return fitting(std::max(a, b), dtype);
  if (op_type == "And") return truth(a != 0 && b != 0);
  if (op_type == "Or") return truth(a != 0 || b != 0);
  if (op_type == "Div") return b == 0 || (a == kLeast && b == -1) ? Element() : fitting(a / b, dtype);
  if (op_type == "Mod") return a < 0 || b <= 0 ? Element() : fitting(a % b, dtype);
  return compare(op_type, a, b);
}

Element compute_reals(std::string_view op_type, double a, double b, DType dtype) {
  if (op_type == "Add") return rounded(a + b, dtype);
  if (op_type == "Sub") return rounded(a - b, dtype);
  if (op_type == "Mul") return rounded(a * b, dtype);
  if (op_type == "Div") return rounded(a / b, dtype);
  if (op_type == "Min") return rounded(std::min(a, b), dtype);
  if (op_type == "Max") return rounded(std::max(a, b), dtype);
  return compare(op_type, a, b);
}

// A bool in a file is any byte.
struct Truth {
  uint8_t byte;
};

Element to_element(Truth value) { return truth(value.byte != 0); }
Element to_element(double value) { return std::isfinite(value) ? real_element(value) : Element(); }
template <std::integral T>
Element to_element(T value) {
  return std::in_range<int64_t>(value) ? integer_element(static_cast<int64_t>(value)) : Element();
}

template <class T>
Elements read(const Tensor& tensor) {
  Elements result;
  for (const T value : tensor.elements<T>()) {
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
      result.push_back(to_element(static_cast<double>(static_cast<float>(value))));
    } else {
      result.push_back(to_element(value));
    }
  }
  return result;
}

bool is_commutative(std::string_view op_type) {
  return op_type == "Add" || op_type == "Mul" || op_type == "Max" || op_type == "Min" || op_type == "Equal";
}

}  // namespace

std::optional<Elements> read_elements(const Tensor& tensor) {
  if (tensor.rank() > 1 || tensor.num_elements() > kMaxFollowedElements) return std::nullopt;
  switch (tensor.dtype()) {
    case DType::kI64:
      return read<int64_t>(tensor);
    case DType::kI32:
      return read<int32_t>(tensor);
    case DType::kI16:
      return read<int16_t>(tensor);
    case DType::kI8:
      return read<int8_t>(tensor);
    case DType::kU64:
      return read<uint64_t>(tensor);
    case DType::kU32:
      return read<uint32_t>(tensor);
    case DType::kU16:
      return read<uint16_t>(tensor);
    case DType::kU8:
      return read<uint8_t>(tensor);
    case DType::kBool:
      return read<Truth>(tensor);
    case DType::kF64:
      return read<double>(tensor);
    case DType::kF32:
      return read<float>(tensor);
    case DType::kF16:
      return read<Half>(tensor);
    case DType::kBF16:
      return read<BFloat16>(tensor);
    default:
      return std::nullopt;
  }
}

Element compute(std::string_view op_type, const Element& a, const Element& b, DType dtype) {
  if (a.is_integer() && b.is_integer()) return compute_integers(op_type, a.integer, b.integer, dtype);
  if (a.is_real() && b.is_real()) return compute_reals(op_type, a.real, b.real, dtype);
  if (op_type == "And" || op_type == "Or") {
    const Element decides = truth(op_type == "Or");
    const bool known =
        (a.is_integer() && a.integer == decides.integer) || (b.is_integer() && b.integer == decides.integer);
    return known ? decides : Element();
  }
  if (a.kind == Element::Kind::kExtent) return compute_names(op_type, a, b);
  return b.kind == Element::Kind::kExtent && is_commutative(op_type) ? compute_names(op_type, b, a) : Element();
}

Element compute(std::string_view op_type, const Element& a, DType dtype) {
  if (op_type == "Identity") return a;
  if (op_type == "Not" && a.is_integer()) return truth(a.integer == 0);
  if (op_type == "Neg" && a.is_integer() && a.integer != kLeast) return fitting(-a.integer, dtype);
  if (op_type == "Abs" && a.is_integer() && a.integer != kLeast) return fitting(std::abs(a.integer), dtype);
  if (!a.is_real()) return {};
  if (op_type == "Floor") return rounded(std::floor(a.real), dtype);
  if (op_type == "Ceil") return rounded(std::ceil(a.real), dtype);
  if (op_type == "Sqrt" && a.real >= 0) return rounded(std::sqrt(a.real), dtype);
  return {};
}

Element convert(const Element& element, DType to) {
  // A name stays only where every extent does: float32 has no room for large ones.
  if (element.kind == Element::Kind::kExtent) return to == DType::kI64 ? element : Element();
  if (element.is_integer()) {
    if (is_followed_real(to)) {
      return to == DType::kF32 ? real_element(static_cast<double>(static_cast<float>(element.integer)))
                               : real_element(static_cast<double>(element.integer));
    }
    return to == DType::kBool ? truth(element.integer != 0) : fitting(element.integer, to);
  }
  if (!element.is_real()) return {};
  if (is_followed_real(to)) return rounded(element.real, to);
  if (to == DType::kBool) return truth(element.real != 0);
  return std::abs(element.real) < 0x1p53 ? fitting(static_cast<int64_t>(element.real), to) : Element();
}

}  // namespace mortise::infer
