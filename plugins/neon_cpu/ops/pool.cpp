// SPDX-License-Identifier: Apache-2.0
//
// MaxPool and AveragePool over one to three spatial axes, GlobalMaxPool and GlobalAveragePool over any.
#include "../kernels/pool.h"
#include "../kernels/reduce.h"
#include "../registry.h"
#include "image.h"

namespace mortise::neon {
namespace {

class Pool final : public Op {
 public:
  Pool(PoolKind kind, sdk::WindowAttributes window) : kind_(kind), attributes_(std::move(window)) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const sdk::Window window, sdk::resolve_window(attributes_, in[0], Shape()));
    MORTISE_TRY(check_window(window));
    out[0] = {in[0][0], in[0][1]};
    for (const int64_t extent : window.output) out[0].push_back(extent);
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    const sdk::Window window = sdk::resolve_window(attributes_, in[0], Shape()).value();
    const PoolShape shape{.planes = static_cast<uint64_t>(in[0].product(0, 2)),
                          .in = extents_of(window.input),
                          .out = extents_of(window.output),
                          .kernel = extents_of(window.kernel),
                          .stride = extents_of(window.stride),
                          .dilation = extents_of(window.dilation),
                          .pad = extents_of(window.pad_begin, 0),
                          .pad_end = extents_of(window.pad_end, 0)};
    call.split(pool_work(kind_, shape), [kind = kind_, shape](const Operands& o, uint64_t begin, uint64_t end) {
      pool(kind, shape, o.in<float>(0), o.out<float>(), begin, end, o.scratch);
    });
  }

 private:
  const PoolKind kind_;
  const sdk::WindowAttributes attributes_;
};

class GlobalPool final : public Op {
 public:
  explicit GlobalPool(Reduction reduction) : reduction_(reduction) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    const Shape& x = in[0];
    if (x.rank() < 3) return invalid_argument("input ", to_string(x), " has no spatial axes");
    out[0] = Shape(x.rank(), 1);
    out[0][0] = x[0];
    out[0][1] = x[1];
    if (x.product(2, x.rank()) == 0) return invalid_argument("input ", to_string(x), " has no pixels");
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    const ReduceShape shape{.outer = static_cast<uint64_t>(in[0].product(0, 2)),
                            .n = static_cast<uint64_t>(in[0].product(2, in[0].rank()))};
    call.split(reduce_work(reduction_, shape),
               [reduction = reduction_, shape](const Operands& o, uint64_t begin, uint64_t end) {
                 reduce(reduction, shape, o.in<float>(0), o.out<float>(), begin, end, o.scratch);
               });
  }

 private:
  const Reduction reduction_;
};

Lowered make_pool(NodeReader& node, PoolKind kind) {
  check_image(node);
  sdk::WindowAttributes window = window_attributes(node);
  if (window.kernel.empty()) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "kernel_shape is missing");
  if (node.has_output(1)) node.refuse(MORTISE_REFUSAL_OTHER, "the output of indices is not supported");
  node.operand(0);
  node.result();
  return node.make<Pool>(kind, std::move(window));
}

Lowered make_global_pool(NodeReader& node, Reduction reduction) {
  node.operand(0);
  node.result();
  return node.make<GlobalPool>(reduction);
}

}  // namespace

Lowered lower_average_pool(NodeReader& node) {
  return make_pool(node, node.get_int("count_include_pad", 0) != 0 ? PoolKind::kAverageWithPad : PoolKind::kAverage);
}
Lowered lower_max_pool(NodeReader& node) { return make_pool(node, PoolKind::kMax); }
Lowered lower_global_average_pool(NodeReader& node) { return make_global_pool(node, Reduction::kMean); }
Lowered lower_global_max_pool(NodeReader& node) { return make_global_pool(node, Reduction::kMax); }

}  // namespace mortise::neon
