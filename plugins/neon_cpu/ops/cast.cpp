// SPDX-License-Identifier: Apache-2.0
//
// Cast: between float32, float16, bool and the common integers through the pointwise kernel where float32 holds the
// values, between integers by a loop of its own.
#include "../cost.h"
#include "../registry.h"
#include "pointwise.h"

namespace mortise::neon {
namespace {

bool is_integer(DType dtype) {
  return dtype == DType::kU8 || dtype == DType::kI8 || dtype == DType::kI32 || dtype == DType::kI64;
}

// Integers wrap around, as C's conversions do.
class IntegerCast final : public Op {
 public:
  IntegerCast(DType from, DType to) : from_(from), to_(to) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    out[0] = in[0];
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    with(from_, [&]<class From>() {
      with(to_, [&]<class To>() {
        call.split(static_cast<uint64_t>(in[0].num_elements()), (sizeof(From) + sizeof(To)) / kBytesPerNs,
                   [](const Operands& o, uint64_t begin, uint64_t end) {
                     for (uint64_t i = begin; i < end; ++i) o.out<To>()[i] = static_cast<To>(o.in<From>(0)[i]);
                   });
      });
    });
  }

 private:
  template <class Function>
  static void with(DType dtype, Function&& function) {
    switch (dtype) {
      case DType::kU8:
        return function.template operator()<uint8_t>();
      case DType::kI8:
        return function.template operator()<int8_t>();
      case DType::kI32:
        return function.template operator()<int32_t>();
      default:
        return function.template operator()<int64_t>();
    }
  }
  const DType from_, to_;
};

}  // namespace

Lowered lower_cast(NodeReader& node) {
  const DTypes kinds = {DType::kF32, DType::kBool, DType::kU8, DType::kI8, DType::kI32, DType::kI64, DType::kF16};
  const DType from = node.input_value(0).dtype();
  const auto to = static_cast<DType>(node.get_int("to", 0));
  if (is_integer(from) && is_integer(to)) {
    node.operand(0, kinds);
    node.result(0, {to});
    return node.make<IntegerCast>(from, to);
  }
  PointwiseBuilder builder(node);
  const uint8_t x = builder.input(0, kinds);
  if (to == DType::kBool) {
    builder.emit(PointwiseOp::kNot, builder.emit(PointwiseOp::kNot, x));
  } else {
    builder.emit(is_integer(to) ? PointwiseOp::kTruncate : PointwiseOp::kCopy, x);
  }
  if (!element_of(to)) node.refuse(MORTISE_REFUSAL_DTYPE, "to ", to_string(to), " is not supported");
  return builder.finish({to});
}

}  // namespace mortise::neon
