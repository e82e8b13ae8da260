// SPDX-License-Identifier: Apache-2.0
//
// Pad in all its modes, of elements of 1, 2, 4 or 8 bytes; pads are constant, a negative one crops.
#include <cstring>

#include "../cost.h"
#include "../registry.h"
#include "copy_call.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

// With every pad below this no sum overflows.
constexpr int64_t kLargestPad = int64_t{1} << 40;

enum class Mode { kConstant, kEdge, kReflect, kWrap };

int64_t floor_mod(int64_t a, int64_t n) { return ((a % n) + n) % n; }

// What is added to an axis before and behind it; negative: cut off.
struct Rim {
  int64_t begin, end;

  // The positions of the output that hold the input.
  std::pair<int64_t, int64_t> inside(int64_t input, int64_t output) const {
    return {std::clamp<int64_t>(begin, 0, output), std::clamp<int64_t>(begin + input, 0, output)};
  }
};

// Where position `at` of an output axis comes from, -1 for the constant.
int64_t source(int64_t at, Rim rim, int64_t extent, Mode mode) {
  const int64_t low = std::max<int64_t>(0, -rim.begin), high = extent - std::max<int64_t>(0, -rim.end);
  const int64_t i = at - rim.begin;
  if (i >= low && i < high) return i;
  const int64_t n = high - low;
  switch (mode) {
    case Mode::kConstant:
      return -1;
    case Mode::kEdge:
      return i < low ? low : high - 1;
    case Mode::kWrap:
      return low + floor_mod(i - low, n);
    case Mode::kReflect:
      break;
  }
  if (n == 1) return low;
  const int64_t folded = floor_mod(i - low, 2 * (n - 1));
  return low + (folded < n ? folded : 2 * (n - 1) - folded);
}

class Pad final : public Op {
 public:
  // axes empty: all of them. pads: the begins, then the ends, of those axes.
  Pad(Mode mode, std::vector<int64_t> pads, std::vector<int64_t> axes, bool has_axes, uint64_t constant,
      uint64_t element_bytes)
      : mode_(mode),
        pads_(std::move(pads)),
        axes_(std::move(axes)),
        has_axes_(has_axes),
        constant_(constant),
        bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const auto rims, rims_of(in[0].rank()));
    out[0] = in[0];
    for (uint32_t i = 0; i < out[0].rank(); ++i) {
      const auto [begin, end] = rims[i];
      if (__builtin_add_overflow(out[0][i], begin, &out[0][i]) || __builtin_add_overflow(out[0][i], end, &out[0][i]) ||
          out[0][i] < 0) {
        return invalid_argument("pads ", begin, " and ", end, " do not fit axis ", i, " of ", to_string(in[0]));
      }
      const int64_t left = in[0][i] + std::min<int64_t>(0, begin) + std::min<int64_t>(0, end);
      if (left <= 0 && mode_ != Mode::kConstant && out[0][i] > 0) {
        return invalid_argument("axis ", i, " of ", to_string(in[0]), " has nothing to pad from");
      }
    }
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    switch (bytes_) {
      case 1:
        return plan_for<uint8_t>(in[0], out[0], call);
      case 2:
        return plan_for<uint16_t>(in[0], out[0], call);
      case 4:
        return plan_for<uint32_t>(in[0], out[0], call);
      default:
        return plan_for<uint64_t>(in[0], out[0], call);
    }
  }

 private:
  Result<std::vector<Rim>> rims_of(uint32_t rank) const {
    Shape axes;
    if (has_axes_) {
      MORTISE_ASSIGN(axes, sdk::normalise_axes(axes_, rank));
    } else {
      for (uint32_t i = 0; i < rank; ++i) axes.push_back(i);
    }
    if (pads_.size() != 2 * axes.size()) return invalid_argument(pads_.size(), " pads for ", axes.size(), " axes");
    for (const int64_t pad : pads_) {
      if (pad < -kLargestPad || pad > kLargestPad) return invalid_argument("a pad of ", pad, " is impossible");
    }
    std::vector<Rim> rims(rank, {0, 0});
    for (uint32_t i = 0; i < axes.rank(); ++i) rims[static_cast<size_t>(axes[i])] = {pads_[i], pads_[i + axes.rank()]};
    return rims;
  }

  template <class T>
  void plan_for(Shape x, Shape y, Call& call) const {
    std::vector<Rim> rims = rims_of(x.rank()).value();
    if (x.rank() == 0) {
      x = y = Shape{1};
      rims = {{0, 0}};
    }
    T constant;
    std::memcpy(&constant, &constant_, sizeof constant);
    const int64_t length = y.back();
    call.split(static_cast<uint64_t>(y.product(0, y.rank() - 1)), 5 + static_cast<double>(length) / 4,
               [=, mode = mode_](const Operands& o, uint64_t begin, uint64_t end) {
                 for (uint64_t row = begin; row < end; ++row) {
                   pad_row(x, y, rims, mode, constant, o.in<T>(0), static_cast<int64_t>(row),
                           o.out<T>() + row * static_cast<uint64_t>(length));
                 }
               });
  }

  template <class T>
  static void pad_row(const Shape& x, const Shape& y, const std::vector<Rim>& rims, Mode mode, T constant,
                      const T* from, int64_t row, T* to) {
    const uint32_t last = x.rank() - 1;
    int64_t offset = 0, stride = x[last];
    for (uint32_t i = last; i-- > 0; stride *= x[i], row /= y[i]) {
      const int64_t at = source(row % y[i], rims[i], x[i], mode);
      if (at < 0) {
        std::fill_n(to, y[last], constant);
        return;
      }
      offset += at * stride;
    }
    from += offset;
    // What lies in the input as it does here, between the rims.
    const auto [first, end] = rims[last].inside(x[last], y[last]);
    const auto rim = [&](int64_t at) {
      const int64_t i = source(at, rims[last], x[last], mode);
      to[at] = i < 0 ? constant : from[i];
    };
    for (int64_t at = 0; at < first; ++at) rim(at);
    if (first < end) std::copy(from + first - rims[last].begin, from + end - rims[last].begin, to + first);
    for (int64_t at = std::max(first, end); at < y[last]; ++at) rim(at);
  }

  const Mode mode_;
  const std::vector<int64_t> pads_, axes_;
  const bool has_axes_;
  const uint64_t constant_;  // its first bytes
  const uint64_t bytes_;
};

}  // namespace

Lowered lower_pad(NodeReader& node) {
  const uint64_t bytes = movable_operand(node, 0);
  node.result(0, {});
  const std::string_view name = node.node().get_string("mode", "constant");
  if (name != "constant" && name != "edge" && name != "reflect" && name != "wrap") {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "mode '", name, "' is not supported");
  }
  const Mode mode = name == "edge"      ? Mode::kEdge
                    : name == "reflect" ? Mode::kReflect
                    : name == "wrap"    ? Mode::kWrap
                                        : Mode::kConstant;
  uint64_t constant = 0;
  if (node.version() < 11) {
    const float value = node.get_float("value", 0);
    if (node.input_value(0).dtype() != DType::kF32)
      node.refuse(MORTISE_REFUSAL_DTYPE, "before version 11 only float32");
    std::memcpy(&constant, &value, sizeof value);
    return node.make<Pad>(mode, node.get_ints("pads"), std::vector<int64_t>(), false, constant, bytes);
  }
  if (node.has_input(2)) {
    const sdk::TensorView value = node.constant(2);
    if (value.num_elements() != 1 || value.size_bytes() != bytes) {
      node.refuse(MORTISE_REFUSAL_SHAPE, "the constant value is not one element of the input's type");
    }
    std::memcpy(&constant, value.raw().data, bytes);
  }
  const bool has_axes = node.has_input(3);
  return node.make<Pad>(mode, node.integers(1), has_axes ? node.integers(3) : std::vector<int64_t>(), has_axes,
                        constant, bytes);
}

}  // namespace mortise::neon
