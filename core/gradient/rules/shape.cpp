// Operators that give the same elements another shape, order or type: Reshape, Transpose, Concat, Expand, Cast, ...
#include <utility>

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {

Status differentiate_identity(Derivation& d) {
  d.give(0, d.dy());
  return {};
}

Status differentiate_reshape(Derivation& d) {
  d.give(0, reshape_like(d.dy(), d.x()));
  return {};
}

Status differentiate_cast(Derivation& d) {
  d.give(0, cast(d.dy(), d.x().dtype()));
  return {};
}

Status differentiate_expand(Derivation& d) {
  d.give_sum(0, d.dy());
  return {};
}

// Without `perm` the order is reversed, and reversed again.
Status differentiate_transpose(Derivation& d) {
  const auto perm = d.node().get_ints("perm");
  const auto rank = static_cast<int64_t>(perm.size());
  std::vector<int64_t> inverse(perm.size(), -1);
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t axis = perm[static_cast<size_t>(i)] + (perm[static_cast<size_t>(i)] < 0 ? rank : 0);
    if (axis < 0 || axis >= rank || std::exchange(inverse[static_cast<size_t>(axis)], i) != -1) {
      return invalid_argument("attribute perm is no permutation of its ", rank, " axes");
    }
  }
  d.give(0, perm.empty() ? op("Transpose", {d.dy()}) : transpose(d.dy(), std::move(inverse)));
  return {};
}

// Trilu and ReverseSequence do to the derivative what they do to the input.
Status differentiate_alike(Derivation& d) {
  std::vector<Term> inputs = {d.dy()};
  for (size_t i = 1; i < d.num_inputs(); ++i) inputs.push_back(d.x(i));
  d.give(0, d.emitter().add_like(d.id(), inputs)[0]);
  return {};
}

Status differentiate_concat(Derivation& d) {
  const int64_t axis = d.node().get_int("axis", 1);
  std::vector<Term> extents;
  for (size_t i = 0; i < d.num_inputs(); ++i) {
    extents.push_back(op("Gather", {shape_of(d.x(i)), ints(d.emitter(), {axis})}));
  }
  const std::vector<Setting> along_axis = {{"axis", axis}}, along_list = {{"axis", int64_t{0}}};
  const std::vector<Term> inputs = {d.dy(), d.emitter().add("Concat", extents, along_list, 1)[0]};
  const std::vector<Term> parts = d.emitter().add("Split", inputs, along_axis, d.num_inputs());
  for (size_t i = 0; i < parts.size(); ++i) d.give(i, parts[i]);
  return {};
}

}  // namespace mortise::gradient
