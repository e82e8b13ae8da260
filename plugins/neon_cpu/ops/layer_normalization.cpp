// SPDX-License-Identifier: Apache-2.0
//
// LayerNormalization and RMSNormalization over the axes from `axis` on.
#include "../kernels/normalize.h"
#include "../registry.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

class LayerNormalization final : public Op {
 public:
  struct Options {
    int64_t axis = -1;
    float epsilon = 1e-5f;
    bool centered = true;
    bool has_bias = false;
    int mean = -1, deviation = -1;  // which output, if any
  };
  explicit LayerNormalization(const Options& options) : options_(options) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    const Shape& x = in[0];
    MORTISE_ASSIGN(const uint32_t axis, sdk::normalise_axis(options_.axis, x.rank()));
    const Shape row(std::span(x.data() + axis, x.rank() - axis));
    for (const Shape& parameter : in.subspan(1)) {
      // Broadcasting of a smaller one is allowed by the standard, but nobody does it.
      if (parameter != row) {
        return invalid_argument("a parameter ", to_string(parameter), " is not as large as a row ", to_string(row));
      }
    }
    out[0] = x;
    Shape statistics = x;
    for (uint32_t i = axis; i < x.rank(); ++i) statistics[i] = 1;
    for (size_t i = 1; i < out.size(); ++i) out[i] = statistics;
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    const Shape& x = in[0];
    const uint32_t axis = sdk::normalise_axis(options_.axis, x.rank()).value();
    LayerNorm norm{.rows = static_cast<uint64_t>(x.product(0, axis)),
                   .n = static_cast<uint64_t>(x.product(axis, x.rank())),
                   .epsilon = options_.epsilon,
                   .centered = options_.centered};
    call.split(layer_norm_work(norm), [norm, options = options_](const Operands& o, uint64_t begin, uint64_t end) {
      LayerNorm now = norm;
      now.x = o.in<float>(0);
      now.scale = o.in<float>(1);
      if (options.has_bias) now.bias = o.in<float>(2);
      now.y = o.out<float>(0);
      if (options.mean >= 0) now.mean = o.out<float>(static_cast<size_t>(options.mean));
      if (options.deviation >= 0) now.inverse_deviation = o.out<float>(static_cast<size_t>(options.deviation));
      layer_norm(now, begin, end, o.scratch);
    });
  }

 private:
  const Options options_;
};

LayerNormalization::Options read_options(NodeReader& node) {
  if (node.get_int("stash_type", 1) != 1) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "stash_type is not float32");
  LayerNormalization::Options options{.axis = node.get_int("axis", -1), .epsilon = node.get_float("epsilon", 1e-5f)};
  const auto x = node.extents(0), scale = node.extents(1);
  if (!x || !scale) node.refuse(MORTISE_REFUSAL_DYNAMIC_SHAPE, "a rank is unknown");
  const int64_t rank = x->rank(), axis = options.axis < 0 ? options.axis + rank : options.axis;
  if (axis < 0 || axis >= rank || scale->rank() != static_cast<uint32_t>(rank - axis)) {
    node.refuse(MORTISE_REFUSAL_SHAPE, "scale ", to_string(*scale), " does not have the axes that are normalised");
  }
  for (uint32_t i = 0; i < scale->rank(); ++i) {
    const int64_t mine = (*scale)[i], wanted = (*x)[static_cast<uint32_t>(axis) + i];
    if (mine >= 0 && wanted >= 0 && mine != wanted) {
      node.refuse(MORTISE_REFUSAL_SHAPE, "scale ", to_string(*scale), " would have to be broadcast");
    }
  }
  node.operand(0);
  node.operand(1);
  return options;
}

}  // namespace

Lowered lower_layer_normalization(NodeReader& node) {
  LayerNormalization::Options options = read_options(node);
  options.has_bias = node.has_input(2);
  if (options.has_bias) node.operand(2);
  node.result(0);
  int next = 1;
  if (node.has_output(1)) {
    node.result(1);
    options.mean = next++;
  }
  if (node.has_output(2)) {
    node.result(2);
    options.deviation = next;
  }
  return node.make<LayerNormalization>(options);
}

Lowered lower_rms_normalization(NodeReader& node) {
  LayerNormalization::Options options = read_options(node);
  options.centered = false;
  node.result(0);
  return node.make<LayerNormalization>(options);
}

}  // namespace mortise::neon
