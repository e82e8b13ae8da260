// Cast and CastLike between all numeric types, bool and string; BitCast, which keeps the bytes.
#include "providers/reference/ops/cast.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include "providers/reference/ops/broadcast.h"

namespace mortise::reference {
namespace {

template <class T>
std::string print(T x) {
  char text[64];
  if constexpr (std::is_same_v<T, bool>) {
    return x ? "1" : "0";
  } else {
    if constexpr (is_float<T>) {
      const auto value = static_cast<Compute<T>>(x);
      if (std::isnan(value)) return "NaN";
      if (std::isinf(value)) return value < 0 ? "-INF" : "INF";
    }
    const auto end = std::to_chars(text, text + sizeof text, static_cast<Compute<T>>(x)).ptr;
    return std::string(text, end);
  }
}

// What a number becomes that is too large or too small for a double: infinity or 0, with its sign. Which of them it is
// says the power of ten of its first digit.
double beyond_double(std::string_view text) {
  const bool negative = text.front() == '-';
  const std::string_view digits = text.substr(0, text.find_first_of("eE"));
  const size_t first = digits.find_first_of("123456789"), point = std::min(digits.find('.'), digits.size());
  bool large = first < point;
  if (digits.size() != text.size()) {
    std::string_view power = text.substr(digits.size() + 1);
    if (power.front() == '+') power.remove_prefix(1);
    int64_t exponent = 0;
    const auto r = std::from_chars(power.data(), power.data() + power.size(), exponent);
    const int64_t place = static_cast<int64_t>(point) - static_cast<int64_t>(first);
    large = r.ec == std::errc::result_out_of_range ? power.front() != '-' : exponent > -place;
  }
  const double size = large ? std::numeric_limits<double>::infinity() : 0;
  return negative ? -size : size;
}

// One element of type `to` at `out`: whole integers exactly, anything else as a double that is then converted like one.
Status parse(std::string_view text, DType to, void* out, const ConvertOptions& options) {
  const std::string_view whole = text;
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n')) text.remove_suffix(1);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto put = [&](DType from, const void* value) { convert_elements(from, value, to, out, 0, 1, options); };
  int64_t integer = 0;
  uint64_t large = 0;
  double real = 0;
  if (const auto r = std::from_chars(text.data(), end, integer); r.ec == std::errc() && r.ptr == end) {
    put(DType::kI64, &integer);
  } else if (const auto u = std::from_chars(text.data(), end, large); u.ec == std::errc() && u.ptr == end) {
    put(DType::kU64, &large);
  } else if (const auto f = std::from_chars(text.data(), end, real);
             f.ec != std::errc::invalid_argument && f.ptr == end) {
    if (f.ec == std::errc::result_out_of_range) real = beyond_double(text);
    put(DType::kF64, &real);
  } else {
    return invalid_argument("the string '", whole.substr(0, 64), "' is no number");
  }
  return {};
}

Status from_strings(const Tensor& x, Tensor& y, const ConvertOptions& options) {
  const std::span<const mortise_string_t> texts = x.elements<mortise_string_t>();
  auto* const out = static_cast<uint8_t*>(y.raw());
  const uint32_t bits = info(y.dtype()).bits;
  if (bits < 8) std::fill_n(out, y.size_bytes(), uint8_t{0});
  for (uint64_t i = 0; i < texts.size(); ++i) {
    const std::string_view text(texts[i].data, texts[i].size);
    if (bits >= 8) {
      MORTISE_TRY(parse(text, y.dtype(), out + i * (bits / 8), options));
      continue;
    }
    // Elements that share a byte, the first in its low bits.
    uint8_t code = 0;
    MORTISE_TRY(parse(text, y.dtype(), &code, options));
    const uint64_t at = i * bits;
    out[at / 8] = static_cast<uint8_t>(out[at / 8] | code << (at % 8));
  }
  return {};
}

template <class T>
void print_all(KernelContext& context, std::span<const T> values, Tensor& y) {
  for (uint64_t i = 0; i < values.size(); ++i) y.data<mortise_string_t>()[i] = context.keep(print(values[i]));
}

Status to_strings(KernelContext& context, const Tensor& x, Tensor& y) {
  if (!contains(kNumbersAndBool, x.dtype())) {
    // Of 8 bits and fewer: float32 has each of their numbers.
    const std::span<float> values = context.scratch<float>(static_cast<uint64_t>(x.num_elements()));
    convert_elements(x.dtype(), x.raw(), DType::kF32, values.data(), 0, values.size());
    print_all<float>(context, values, y);
    return {};
  }
  return dispatch(NumbersAndBool{}, x.dtype(), [&]<class T>() -> Status {
    print_all<T>(context, x.elements<T>(), y);
    return {};
  });
}

Status cast(KernelContext& context, DType to, const ConvertOptions& options) {
  const Tensor& x = context.input(0);
  return cast_elements(context, x, context.output(0, to, x.shape()), options);
}

Result<ConvertOptions> options_of(const NodeSpec& node) {
  ConvertOptions options;
  options.saturate = node.get_int("saturate", 1) != 0;
  const auto mode = node.get_string("round_mode", "up");
  if (mode == "down") {
    options.rounding = ConvertOptions::kDown;
  } else if (mode == "nearest") {
    options.rounding = ConvertOptions::kNearest;
  } else if (mode != "up") {
    return invalid_argument("round_mode '", mode, "' is none of up, down and nearest");
  }
  return options;
}

// `to` is a number, or before version 6 a name.
Result<DType> target(const NodeSpec& node) {
  auto to = static_cast<DType>(node.get_int("to", 0));
  if (const auto name = node.get_string("to", ""); !name.empty()) {
    static constexpr std::pair<std::string_view, DType> kNames[] = {
        {"FLOAT", DType::kF32},   {"UINT8", DType::kU8},   {"INT8", DType::kI8},    {"UINT16", DType::kU16},
        {"INT16", DType::kI16},   {"INT32", DType::kI32},  {"INT64", DType::kI64},  {"BOOL", DType::kBool},
        {"FLOAT16", DType::kF16}, {"DOUBLE", DType::kF64}, {"UINT32", DType::kU32}, {"UINT64", DType::kU64}};
    for (const auto& [known, dtype] : kNames) {
      if (name == known) to = dtype;
    }
  }
  if (!is_known(to)) {
    return invalid_argument("attribute to is ", static_cast<int32_t>(to), ", which is the number of no element type");
  }
  return to;
}

}  // namespace

Status cast_elements(KernelContext& context, const Tensor& x, Tensor& y, const ConvertOptions& options) {
  const DType from = x.dtype(), to = y.dtype();
  const auto count = static_cast<uint64_t>(x.num_elements());
  if (from == to) {
    if (x.size_bytes() != 0) std::memcpy(y.raw(), x.raw(), x.size_bytes());
    return {};
  }
  for (const DType dtype : {from, to}) {
    if (dtype == DType::kString || is_convertible(dtype)) continue;
    return unimplemented("there is no cast from ", to_string(from), " to ", to_string(to));
  }
  if (from == DType::kString) return from_strings(x, y, options);
  if (to == DType::kString) return to_strings(context, x, y);
  void* const out = y.raw();
  const void* const in = x.raw();
  context.parallel_for(count, kElementGrain,
                       [=](uint64_t begin, uint64_t end) { convert_elements(from, in, to, out, begin, end, options); });
  return {};
}

Result<Kernel> make_cast(const NodeSpec& node) {
  MORTISE_ASSIGN(const DType to, target(node));
  MORTISE_ASSIGN(const ConvertOptions options, options_of(node));
  return Kernel([to, options](KernelContext& context) { return cast(context, to, options); });
}

Result<Kernel> make_cast_like(const NodeSpec& node) {
  MORTISE_ASSIGN(const ConvertOptions options, options_of(node));
  return Kernel([options](KernelContext& context) { return cast(context, context.input(1).dtype(), options); });
}

Result<Kernel> make_bit_cast(const NodeSpec& node) {
  MORTISE_ASSIGN(const DType to, target(node));
  return Kernel([to](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (to == DType::kString || x.dtype() == DType::kString || info(to).bits != info(x.dtype()).bits) {
      return invalid_argument("input is ", to_string(x.dtype()), ", of ", info(x.dtype()).bits, " bits; ",
                              to_string(to), " has ", info(to).bits, ", and must have as many");
    }
    Tensor& y = context.output(0, to, x.shape());
    if (x.size_bytes() != 0) std::memcpy(y.raw(), x.raw(), x.size_bytes());
    return {};
  });
}

}  // namespace mortise::reference
