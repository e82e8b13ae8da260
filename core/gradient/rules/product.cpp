// MatMul, Gemm: each factor's derivative is a product of the other, transposed, with that of the result.
#include <numeric>

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

Result<Term> transpose_matrices(Term t) {
  MORTISE_ASSIGN(const int64_t rank, rank_of(t));
  std::vector<int64_t> perm = range(0, rank);
  if (rank >= 2) std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return transpose(t, std::move(perm));
}

}  // namespace

// Vectors are matrices of one row (left) or one column (right); what stands before the matrices is broadcast.
Status differentiate_matmul(Derivation& d) {
  MORTISE_ASSIGN(const int64_t rank_a, rank_of(d.x(0)));
  MORTISE_ASSIGN(const int64_t rank_b, rank_of(d.x(1)));
  const auto axis = [&](int64_t number) { return ints(d.emitter(), {number}); };
  const Term a = rank_a == 1 ? unsqueeze(d.x(0), axis(0)) : d.x(0);
  const Term b = rank_b == 1 ? unsqueeze(d.x(1), axis(1)) : d.x(1);
  Term dy = d.dy();
  if (rank_b == 1) dy = unsqueeze(dy, axis(-1));
  if (rank_a == 1) dy = unsqueeze(dy, axis(-2));
  if (d.wants(0)) {
    MORTISE_ASSIGN(const Term transposed, transpose_matrices(b));
    d.give(0, reshape_like(sum_to(op("MatMul", {dy, transposed}), a), d.x(0)));
  }
  if (d.wants(1)) {
    MORTISE_ASSIGN(const Term transposed, transpose_matrices(a));
    d.give(1, reshape_like(sum_to(op("MatMul", {transposed, dy}), b), d.x(1)));
  }
  return {};
}

// Y = alpha A' B' + beta C, where A' and B' are A and B, transposed on request.
Status differentiate_gemm(Derivation& d) {
  const int64_t a_flips = d.node().get_int("transA", 0) != 0, b_flips = d.node().get_int("transB", 0) != 0;
  const float alpha = d.node().get_float("alpha", 1);
  const Term a = d.x(0), b = d.x(1), dy = d.dy();
  const auto product = [&](Term left, Term right, int64_t left_flips, int64_t right_flips) {
    return op("Gemm", {left, right}, {{"alpha", alpha}, {"transA", left_flips}, {"transB", right_flips}});
  };
  if (d.wants(0)) d.give(0, a_flips ? product(b, dy, b_flips, 1) : product(dy, b, 0, 1 - b_flips));
  if (d.wants(1)) d.give(1, b_flips ? product(dy, a, 1, a_flips) : product(a, dy, 1 - a_flips, 0));
  if (d.wants(2)) d.give_sum(2, d.real("beta", 1) * dy);
  return {};
}

}  // namespace mortise::gradient
