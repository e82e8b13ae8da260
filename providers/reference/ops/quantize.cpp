// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear: per tensor, per axis and in blocks. Elements pass through
// convert.h, which knows how every type is stored.
#include <cmath>
#include <limits>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"

namespace mortise::reference {
namespace {

// Which scale belongs to an element.
struct ScaleMap {
  uint64_t extent = 1, inner = 1, block = 1, blocks = 1;
  bool blocked = false, single = false;

  uint64_t operator()(uint64_t i) const {
    if (single) return 0;
    const uint64_t at = i / inner % extent;
    if (!blocked) return at;
    return (i / inner / extent * blocks + at / block) * inner + i % inner;
  }
};

Result<ScaleMap> map_scales(const Tensor& x, const Tensor& scale, int64_t axis_attribute, int64_t block_size) {
  if (scale.num_elements() == 1 && block_size == 0) return ScaleMap{.single = true};
  MORTISE_ASSIGN(const uint32_t axis, normalise_axis(axis_attribute, x.rank()));
  const AxisSplit split = split_at(x.shape(), axis);
  ScaleMap map{.extent = static_cast<uint64_t>(std::max<int64_t>(split.extent, 1)),
               .inner = static_cast<uint64_t>(std::max<int64_t>(split.inner, 1))};
  Shape expected{split.extent};
  if (block_size != 0) {
    map.blocked = true;
    map.block = static_cast<uint64_t>(block_size);
    map.blocks = (map.extent - 1) / map.block + 1;
    expected = x.shape();
    expected[axis] = split.extent == 0 ? 0 : static_cast<int64_t>(map.blocks);
  }
  if (!(scale.shape() == expected)) {
    return invalid_argument("a scale ", to_string(scale.shape()), " should be ", to_string(expected), " for ",
                            to_string(x.shape()), " along axis ", axis);
  }
  return map;
}

// Smallest and largest number of an integer type; nothing for the others.
struct Range {
  double low, high;
};
std::optional<Range> integer_range(DType dtype) {
  const double bits = info(dtype).bits;
  switch (dtype) {
    case DType::kU2:
    case DType::kU4:
    case DType::kU8:
    case DType::kU16:
      return Range{0, std::exp2(bits) - 1};
    case DType::kI2:
    case DType::kI4:
    case DType::kI8:
    case DType::kI16:
    case DType::kI32:
      return Range{-std::exp2(bits - 1), std::exp2(bits - 1) - 1};
    default:
      return {};
  }
}

Status check_parameters(const Tensor& x, const Tensor& scale, const Tensor* zero) {
  if (!is_convertible(x.dtype()) || !is_convertible(scale.dtype())) {
    return invalid_argument("elements of ", to_string(x.dtype()), " and ", to_string(scale.dtype()),
                            " cannot be scaled");
  }
  if (zero == nullptr) return {};
  if (!is_convertible(zero->dtype())) return invalid_argument("a zero point cannot be ", to_string(zero->dtype()));
  // The standard's own models give a scalar with a list of one.
  const auto is_one = [](const Tensor& tensor) { return tensor.rank() <= 1 && tensor.num_elements() == 1; };
  if (!(zero->shape() == scale.shape()) && !(is_one(*zero) && is_one(scale))) {
    return invalid_argument("the zero point is ", form_of(*zero), " and the scale ", form_of(scale),
                            "; they must have one shape");
  }
  return {};
}

struct QuantizeAttributes {
  int64_t axis, block_size;
  DType output;
  bool saturate;
  DType precision;  // of QuantizeLinear's division; undefined: the scale's type
};

// The quotient in the arithmetic of a type: since version 23 the standard names it, the scale's if the attribute
// `precision` does not; before, and for integer scales, it is float32. Ties fall where that type puts them.
double quotient(double x, double scale, DType precision) {
  switch (precision) {
    // Rounding a float32 quotient of halves once more gives the correctly rounded one: 24 bits are at least twice as
    // many as a half has, and two.
    case DType::kF16:
      return Half(static_cast<float>(Half(static_cast<float>(x)) / double{Half(static_cast<float>(scale))}));
    case DType::kBF16:
      return BFloat16(
          static_cast<float>(BFloat16(static_cast<float>(x)) / double{BFloat16(static_cast<float>(scale))}));
    case DType::kF64:
      return x / scale;
    default:
      return static_cast<float>(x / scale);
  }
}

Result<QuantizeAttributes> read_attributes(const NodeSpec& node) {
  const QuantizeAttributes attributes{
      .axis = node.get_int("axis", 1),
      .block_size = node.get_int("block_size", 0),
      .output = static_cast<DType>(node.get_int("output_dtype", 0)),
      .saturate = node.get_int("saturate", 1) != 0,
      .precision = node.since_version() < 23 ? DType::kF32 : static_cast<DType>(node.get_int("precision", 0))};
  if (attributes.block_size < 0) {
    return invalid_argument("attribute block_size is ", attributes.block_size, "; it must be at least 0");
  }
  if (attributes.output != DType::kUndefined && !is_convertible(attributes.output)) {
    return invalid_argument("attribute output_dtype is ", node.get_int("output_dtype", 0), ", which is no number type");
  }
  return attributes;
}

}  // namespace

Result<Kernel> make_quantize_linear(const NodeSpec& node) {
  MORTISE_ASSIGN(const QuantizeAttributes attributes, read_attributes(node));
  return Kernel([attributes](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& scale = context.input(1);
    const Tensor* zero = context.has_input(2) ? &context.input(2) : nullptr;
    MORTISE_TRY(check_parameters(x, scale, zero));
    MORTISE_ASSIGN(const ScaleMap map, map_scales(x, scale, attributes.axis, attributes.block_size));
    const DType type = zero != nullptr                          ? zero->dtype()
                       : attributes.output != DType::kUndefined ? attributes.output
                                                                : DType::kU8;
    Tensor& y = context.output(0, type, x.shape());
    const std::span<double> values = read_doubles(context, x), scales = read_doubles(context, scale);
    const std::span<double> zeros = zero != nullptr ? read_doubles(context, *zero) : std::span<double>();
    const auto range = integer_range(type);
    const DType precision = attributes.precision != DType::kUndefined ? attributes.precision : scale.dtype();
    context.parallel_for(values.size(), 8 * kConvertBlock, [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i) {
        const uint64_t p = map(i);
        double value = quotient(values[i], scales[p], precision);
        if (range) value = std::nearbyint(value);
        if (!zeros.empty()) value += zeros[p];
        if (range) value = std::isnan(value) ? 0.0 : std::min(std::max(value, range->low), range->high);
        values[i] = value;
      }
      convert_elements(DType::kF64, values.data(), type, y.raw(), begin, end, {.saturate = attributes.saturate});
    });
    return {};
  });
}

Result<Kernel> make_dequantize_linear(const NodeSpec& node) {
  MORTISE_ASSIGN(const QuantizeAttributes attributes, read_attributes(node));
  return Kernel([attributes](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& scale = context.input(1);
    const Tensor* zero = context.has_input(2) ? &context.input(2) : nullptr;
    MORTISE_TRY(check_parameters(x, scale, zero));
    MORTISE_ASSIGN(const ScaleMap map, map_scales(x, scale, attributes.axis, attributes.block_size));
    const DType type = attributes.output != DType::kUndefined ? attributes.output : scale.dtype();
    Tensor& y = context.output(0, type, x.shape());
    const std::span<double> values = read_doubles(context, x), scales = read_doubles(context, scale);
    const std::span<double> zeros = zero != nullptr ? read_doubles(context, *zero) : std::span<double>();
    context.parallel_for(values.size(), 8 * kConvertBlock, [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i) {
        const uint64_t p = map(i);
        values[i] = (values[i] - (zeros.empty() ? 0.0 : zeros[p])) * scales[p];
      }
      convert_elements(DType::kF64, values.data(), type, y.raw(), begin, end);
    });
    return {};
  });
}

Result<Kernel> make_dynamic_quantize_linear(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    float low = 0, high = 0;
    for (const float value : x.elements<float>()) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
    const float scale = high == low ? 1.0f : (high - low) / 255.0f;
    const float zero = std::nearbyint(std::min(std::max(-low / scale, 0.0f), 255.0f));
    Tensor& y = context.output(0, DType::kU8, x.shape());
    context.output(1, DType::kF32, Shape()).data<float>()[0] = scale;
    context.output(2, DType::kU8, Shape()).data<uint8_t>()[0] = static_cast<uint8_t>(zero);
    std::transform(x.data<float>(), x.data<float>() + x.num_elements(), y.data<uint8_t>(), [=](float value) {
      const float q = std::nearbyint(value / scale) + zero;
      return static_cast<uint8_t>(q >= 0 ? std::min(q, 255.0f) : 0.0f);  // NaN becomes 0
    });
    return {};
  });
}

}  // namespace mortise::reference
