// SPDX-License-Identifier: Apache-2.0
//
// QuantizeLinear and DequantizeLinear between float32 and 8 bits, per tensor or per axis.
#include "quantized.h"

#include "../registry.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

class Scaling final : public Op {
 public:
  struct Options {
    bool to_bytes;
    bool is_signed;  // the bytes
    bool has_zero;
    int64_t axis;
  };
  explicit Scaling(const Options& options) : options_(options) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_TRY(shape_of(in).status());
    out[0] = in[0];
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    const QuantizeShape shape = shape_of(in).value();
    const bool has_zero = options_.has_zero;
    if (has_zero) add_zero_points(call, 2, options_.is_signed, shape.channels);
    call.split(quantize_work(shape), [=, options = options_](const Operands& o, uint64_t begin, uint64_t end) {
      const int32_t* zeros = has_zero ? zero_points(o) : nullptr;
      if (options.to_bytes) {
        quantize(shape, o.in<float>(0), o.in<float>(1), zeros, options.is_signed, o.outputs[0], begin, end);
      } else {
        dequantize(shape, o.inputs[0], options.is_signed, o.in<float>(1), zeros, o.out<float>(), begin, end);
      }
    });
  }

 private:
  Result<QuantizeShape> shape_of(std::span<const Shape> in) const {
    const Shape &x = in[0], &scale = in[1];
    if (options_.has_zero && in[2].num_elements() != scale.num_elements()) {
      return invalid_argument("a zero point ", to_string(in[2]), " for a scale ", to_string(scale));
    }
    if (scale.num_elements() == 1) {
      return QuantizeShape{.outer = 1, .channels = 1, .inner = static_cast<uint64_t>(x.num_elements())};
    }
    MORTISE_ASSIGN(const uint32_t axis, sdk::normalise_axis(options_.axis, x.rank()));
    if (scale != Shape{x[axis]}) {
      return invalid_argument("a scale ", to_string(scale), " for axis ", axis, " of ", to_string(x));
    }
    const sdk::AxisSplit split = sdk::split_at(x, axis);
    return QuantizeShape{static_cast<uint64_t>(split.outer), static_cast<uint64_t>(split.extent),
                         static_cast<uint64_t>(split.inner)};
  }
  const Options options_;
};

Lowered make(NodeReader& node, bool to_bytes) {
  if (node.get_int("block_size", 0) != 0) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "blocks are not supported");
  Scaling::Options options{
      .to_bytes = to_bytes, .is_signed = false, .has_zero = node.has_input(2), .axis = node.get_int("axis", 1)};
  const DType x = node.operand(0, to_bytes ? DTypes{DType::kF32} : DTypes{DType::kU8, DType::kI8});
  node.operand(1);
  const DType y = node.result(0, to_bytes ? DTypes{DType::kU8, DType::kI8} : DTypes{DType::kF32});
  if (options.has_zero) node.operand(2, {to_bytes ? y : x});
  options.is_signed = (to_bytes ? y : x) == DType::kI8;
  return node.make<Scaling>(options);
}

}  // namespace

Lowered lower_quantize_linear(NodeReader& node) { return make(node, true); }
Lowered lower_dequantize_linear(NodeReader& node) { return make(node, false); }

}  // namespace mortise::neon
