// SPDX-License-Identifier: Apache-2.0
//
// Pad and Tile, and the dispatch that they share with Resize.
#include "sample.h"

#include <bit>

#include "mortise/provider.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::vulkan {
namespace {

constexpr uint32_t kMaxSampledRank = 6;  // of shaders/sample.comp
// Entries of all axes, 32 MiB: the sides of an image are short beside its area.
constexpr int64_t kMaxEntries = int64_t{1} << 22;

}  // namespace

void require_tables(const Lowering& l, const Shape& output, uint32_t taps) {
  int64_t entries = 0;
  for (const int64_t extent : output) {
    if (extent > (kMaxEntries - entries) / taps) {
      l.refuse(MORTISE_REFUSAL_TOO_BIG, "the axes of ", to_string(output), " are too long for the shader's tables");
    }
    entries += extent * taps;
  }
}

void add_sample(Lowering& l, TensorId y, TensorId x, const std::vector<AxisTaps>& axes, bool copies, uint32_t outside) {
  const Shape dims = l.dims(y), strides = sdk::strides_of(l.dims(x));
  if (dims.rank() > kMaxSampledRank)
    l.refuse(MORTISE_REFUSAL_RANK, "rank ", dims.rank(), "; at most ", kMaxSampledRank);
  std::vector<uint32_t> words;
  std::array<uint32_t, kMaxSampledRank> extents{}, steps{}, begins{}, taps{};
  for (uint32_t axis = 0; axis < dims.rank(); ++axis) {
    extents[axis] = static_cast<uint32_t>(dims[axis]);
    steps[axis] = static_cast<uint32_t>(strides[axis]);
    begins[axis] = static_cast<uint32_t>(words.size() / 2);
    taps[axis] = axes[axis].taps;
    for (const Tap& tap : axes[axis].entries) {
      words.push_back(static_cast<uint32_t>(static_cast<int32_t>(tap.position)));
      words.push_back(std::bit_cast<uint32_t>(tap.weight));
    }
  }
  const TensorId tables = add_words(l.program(), std::move(words));
  const auto count = static_cast<uint64_t>(dims.num_elements());
  Step& step = l.add(Shader::sample, {Lowering::kGroup, copies ? 1u : 0u}, {y}, {x, tables});
  step.push = {static_cast<uint32_t>(count), dims.rank()};
  for (const auto* list : {&extents, &steps, &begins, &taps}) {
    step.push.insert(step.push.end(), list->begin(), list->end());
  }
  step.push.push_back(outside);
  l.cover(step, count);
}

namespace ops {
namespace {

constexpr auto kOneWord = {DType::kF32, DType::kI32, DType::kU32};

// The position that padding takes, or -1 for the constant.
int64_t padded_position(std::string_view mode, int64_t at, int64_t extent) {
  if (at >= 0 && at < extent) return at;
  if (mode == "edge") return at < 0 ? 0 : extent - 1;
  if (mode == "wrap") return ((at % extent) + extent) % extent;
  if (mode == "reflect") {
    if (extent == 1) return 0;
    const int64_t period = 2 * (extent - 1), in_period = ((at % period) + period) % period;
    return in_period < extent ? in_period : period - in_period;
  }
  return -1;
}

}  // namespace

void pad(Lowering& l) {
  const TensorId x = l.input(0, kOneWord), y = l.output(0, {l.tensor(x).dtype});
  const Shape dims = l.dims(x);
  const uint32_t rank = dims.rank();
  const std::string_view mode = l.node().get_string("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "wrap" && mode != "reflect") {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "mode = '", mode, "' is unknown");
  }
  const bool by_inputs = l.node().since_version() >= 11;
  const auto given = l.node().get_ints(l.node().since_version() < 2 ? "paddings" : "pads");
  const auto pads = by_inputs ? l.ints(1) : std::vector<int64_t>(given.begin(), given.end());
  Shape axes;
  if (l.node().has_input(3)) {
    axes = l.take(sdk::normalise_axes(l.ints(3), rank));
  } else {
    for (uint32_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
  }
  if (pads.size() != 2 * axes.size()) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "pads has not two numbers per axis");
  uint32_t outside = std::bit_cast<uint32_t>(by_inputs ? 0.0f : l.node().get_float("value", 0));
  if (l.node().has_input(2)) {
    if (l.tensor(x).dtype == DType::kF32) {
      outside = std::bit_cast<uint32_t>(l.number(2, 0));
    } else {
      const auto number = l.ints(2);
      if (number.size() != 1) l.refuse(MORTISE_REFUSAL_SHAPE, "the constant is not one number");
      outside = static_cast<uint32_t>(number[0]);
    }
  }
  Shape before(rank, 0);
  require_tables(l, l.dims(y), 1);
  for (const int64_t pad : pads) {
    if (pad < INT32_MIN || pad > INT32_MAX) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "a padding of ", pad);
  }
  for (uint32_t i = 0; i < axes.rank(); ++i) {
    const auto axis = static_cast<uint64_t>(axes[i]);
    before[axis] = pads[i];
    if (l.dims(y)[axis] != dims[axis] + pads[i] + pads[i + axes.rank()]) {
      l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(l.dims(y)));
    }
  }
  std::vector<AxisTaps> taps(rank);
  for (uint32_t axis = 0; axis < rank; ++axis) {
    for (int64_t at = 0; at < l.dims(y)[axis]; ++at) {
      taps[axis].entries.push_back({padded_position(mode, at - before[axis], dims[axis]), 1});
    }
  }
  add_sample(l, y, x, taps, true, outside);
}

void tile(Lowering& l) {
  const TensorId x = l.input(0, kOneWord), y = l.output(0, {l.tensor(x).dtype});
  const Shape dims = l.dims(x);
  if (l.node().since_version() < 6 || l.dims(y).rank() != dims.rank()) {
    l.refuse(MORTISE_REFUSAL_OPSET, "a single axis, as before opset 6, is not supported");
  }
  require_tables(l, l.dims(y), 1);
  std::vector<AxisTaps> taps(dims.rank());
  for (uint32_t axis = 0; axis < dims.rank(); ++axis) {
    for (int64_t at = 0; at < l.dims(y)[axis]; ++at) taps[axis].entries.push_back({at % dims[axis], 1});
  }
  add_sample(l, y, x, taps, true, 0);
}

}  // namespace ops
}  // namespace mortise::vulkan
