// SPDX-License-Identifier: Apache-2.0
//
// ConvTranspose of float32 images over one to three spatial axes, any groups: products into columns, then every output
// pixel gathers its own.
#include "../registry.h"
#include "image.h"

namespace mortise::neon {
namespace {

class ConvTranspose final : public Op {
 public:
  ConvTranspose(sdk::WindowAttributes window, int64_t groups) : attributes_(std::move(window)), groups_(groups) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    const Shape &x = in[0], &w = in[1];
    if (x.rank() != w.rank() || groups_ < 1 || x[1] != w[0] || x[1] % groups_ != 0) {
      return invalid_argument("an image ", to_string(x), " and weights ", to_string(w), " do not fit in ", groups_,
                              " groups");
    }
    MORTISE_ASSIGN(const sdk::Window window, sdk::resolve_transposed_window(attributes_, x, kernel_of(w)));
    if (window.kernel != kernel_of(w)) return invalid_argument("kernel_shape is not that of weights ", to_string(w));
    MORTISE_TRY(check_window(window));
    int64_t channels = 0;
    if (__builtin_mul_overflow(w[1], groups_, &channels)) return invalid_argument("too many channels");
    if (in.size() > 2 && in[2] != Shape{channels}) {
      return invalid_argument("a bias ", to_string(in[2]), " for ", channels, " channels");
    }
    // The columns are larger than the image by the taps of the window; both fit into memory.
    Shape columns = {x[0], channels};
    for (const int64_t extent : window.input) columns.push_back(extent);
    for (const int64_t extent : window.kernel) columns.push_back(extent);
    MORTISE_TRY(Tensor::storage_size(DType::kF32, columns).status());
    out[0] = {x[0], channels};
    for (const int64_t extent : window.output) out[0].push_back(extent);
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const sdk::Window window = sdk::resolve_transposed_window(attributes_, in[0], kernel_of(in[1])).value();
    const ConvShape shape = conv_shape(window, in[0], static_cast<uint64_t>(out[0][1]), static_cast<uint64_t>(groups_));
    call.temporary_bytes = conv_transpose_columns(shape) * sizeof(float);
    call.split(conv_transpose_gemm_work(shape), [shape](const Operands& o, uint64_t begin, uint64_t end) {
      conv_transpose_gemm(shape, o.in<float>(0), o.in<float>(1), reinterpret_cast<float*>(o.temporary), begin, end,
                          o.scratch);
    });
    const bool biased = in.size() > 2;
    call.split(conv_transpose_gather_work(shape), [shape, biased](const Operands& o, uint64_t begin, uint64_t end) {
      Epilogue epilogue;
      if (biased) epilogue.row_bias = o.in<float>(2);
      conv_transpose_gather(shape, reinterpret_cast<const float*>(o.temporary), epilogue, o.out<float>(), begin, end,
                            o.scratch);
    });
  }

 private:
  const sdk::WindowAttributes attributes_;
  const int64_t groups_;
};

}  // namespace

Lowered lower_conv_transpose(NodeReader& node) {
  check_image(node);
  sdk::WindowAttributes window = window_attributes(node);
  node.operand(0);
  node.operand(1);
  if (node.has_input(2)) node.operand(2);
  node.result();
  return node.make<ConvTranspose>(std::move(window), node.get_int("group", 1));
}

}  // namespace mortise::neon
