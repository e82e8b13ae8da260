// SPDX-License-Identifier: Apache-2.0
//
// Transpose, of any element type.
#include "../registry.h"
#include "copy_call.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

class Transpose final : public Op {
 public:
  Transpose(std::vector<int64_t> perm, uint64_t element_bytes) : perm_(std::move(perm)), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const Shape perm, permutation(in[0].rank()));
    out[0] = perm;
    for (uint32_t i = 0; i < perm.rank(); ++i) out[0][i] = in[0][static_cast<uint64_t>(perm[i])];
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const Shape perm = permutation(in[0].rank()).value();
    const Shape from = sdk::strides_of(in[0]), to = sdk::strides_of(out[0]);
    std::vector<CopyAxis> axes;
    for (uint32_t i = 0; i < perm.rank(); ++i) axes.push_back({out[0][i], from[static_cast<uint64_t>(perm[i])], to[i]});
    add_copy(call, bytes_, axes, {0, 0}, {0, 0});
  }

 private:
  Result<Shape> permutation(uint32_t rank) const {
    if (perm_.empty()) {
      Shape reversed(rank, 0);
      for (uint32_t i = 0; i < rank; ++i) reversed[i] = rank - 1 - i;
      return reversed;
    }
    if (perm_.size() != rank) return invalid_argument("perm has ", perm_.size(), " numbers for rank ", rank);
    return sdk::normalise_axes(perm_, rank, "perm");
  }
  const std::vector<int64_t> perm_;
  const uint64_t bytes_;
};

}  // namespace

Lowered lower_transpose(NodeReader& node) {
  const uint64_t bytes = movable_operand(node, 0);
  node.result(0, {});
  return node.make<Transpose>(node.get_ints("perm"), bytes);
}

}  // namespace mortise::neon
