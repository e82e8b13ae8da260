// SPDX-License-Identifier: Apache-2.0
//
// Pools over up to three axes, and over whole images.
#include "chained.h"
#include "mortise/provider.h"
#include "mortise/sdk/onnx/window.h"

namespace mortise::vulkan::ops {
namespace {

// Of shaders/pool.comp.
enum Mode : uint32_t { kMax = 0, kMean = 1, kMeanWithPadding = 2 };

// Taps of all windows, a few seconds of any device: a window may be far larger than the image under it.
constexpr uint64_t kMaxTaps = uint64_t{1} << 32;

void add_pool(Lowering& l, Mode mode, const sdk::Window& window, TensorId y, TensorId x) {
  const auto count = static_cast<uint64_t>(l.dims(y).num_elements());
  if (window.taps() > kMaxTaps / count) {
    l.refuse(MORTISE_REFUSAL_TOO_BIG, "windows of ", to_string(window.kernel), " over ", count, " elements");
  }
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    if (window.input[axis] + window.pad_begin[axis] + window.pad_end[axis] > INT32_MAX) {
      l.refuse(MORTISE_REFUSAL_TOO_BIG, "the padded image has 2^31 elements or more along spatial axis ", axis);
    }
  }
  Step& step = add_chained(l, Shader::pool, {Lowering::kGroup, mode}, y, {x});
  step.push = {static_cast<uint32_t>(count)};
  const auto push = [&](auto value_of, int64_t otherwise) {
    for (uint32_t i = 0; i < 3; ++i) {
      const uint32_t missing = 3 - window.axes;
      step.push.push_back(static_cast<uint32_t>(i < missing ? otherwise : value_of(i - missing)));
    }
  };
  push([&](uint32_t axis) { return window.input[axis]; }, 1);
  push([&](uint32_t axis) { return window.output[axis]; }, 1);
  push([&](uint32_t axis) { return window.kernel[axis]; }, 1);
  push([&](uint32_t axis) { return window.stride[axis]; }, 1);
  push([&](uint32_t axis) { return window.dilation[axis]; }, 1);
  push([&](uint32_t axis) { return window.pad_begin[axis]; }, 0);
  push([&](uint32_t axis) { return window.input[axis] + window.pad_end[axis]; }, 1);
  l.cover(step, count);
}

void require_images(const Lowering& l, TensorId x) {
  const uint32_t rank = l.dims(x).rank();
  if (rank < 3 || rank > 5) {
    l.refuse(MORTISE_REFUSAL_RANK, "the input has rank ", rank, "; one to three spatial axes are supported");
  }
}

void require_output(const Lowering& l, const sdk::Window& window, TensorId y, TensorId x) {
  Shape expected = window.output;
  expected.insert(0, l.dims(x)[1]);
  expected.insert(0, l.dims(x)[0]);
  if (l.dims(y) != expected) l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(l.dims(y)));
}

}  // namespace

void pool(Lowering& l) {
  const TensorId x = l.input(0), y = l.output();
  require_images(l, x);
  if (l.node().has_output(1)) l.refuse(MORTISE_REFUSAL_OTHER, "the output of indices is not supported");
  const auto window = l.take(sdk::resolve_window(l.take(sdk::read_window(l.node())), l.dims(x), Shape()));
  require_output(l, window, y, x);
  const bool padding_counts = l.node().get_int("count_include_pad", 0) != 0;
  add_pool(l, l.node().op_type() == "MaxPool" ? kMax : padding_counts ? kMeanWithPadding : kMean, window, y, x);
}

void global_pool(Lowering& l) {
  const TensorId x = l.input(0), y = l.output();
  require_images(l, x);
  const Shape whole(std::span(l.dims(x).data() + 2, l.dims(x).rank() - 2));
  const auto window = l.take(sdk::resolve_window({}, l.dims(x), whole));
  require_output(l, window, y, x);
  add_pool(l, l.node().op_type() == "GlobalMaxPool" ? kMax : kMean, window, y, x);
}

}  // namespace mortise::vulkan::ops
