// Slice, Split, Gather, Tile, ...: the operator itself, run over the positions of its input's elements, says where each
// element of its output comes from, whatever its attributes and other inputs are.
#include "core/gradient/rules/move.h"

#include <limits>

namespace mortise::gradient {
namespace {

// Side by side in one vector.
Term join(std::span<const Term> parts) {
  if (parts.size() == 1) return flat(parts[0]);
  std::vector<Term> vectors;
  for (const Term& part : parts) vectors.push_back(flat(part));
  return vectors[0] ? vectors[0].emitter().add("Concat", vectors, std::vector<Setting>{{"axis", int64_t{0}}}, 1)[0]
                    : Term();
}

// A vector of zeros to which the values are added.
Term sum_at(Term size, Term positions, Term values) {
  if (!size || !values) return {};
  const Term zeros = expand(number(0, values), unsqueeze(size, ints(size.emitter(), {0})));
  return op("ScatterElements", {zeros, flat(positions), flat(values)}, {{"axis", 0}, {"reduction", "add"}});
}

}  // namespace

Term positions_of(Term t) {
  const Term size = op("Size", {t});
  return reshape(op("Range", {number(0, size), size, number(1, size)}), shape_of(t));
}

Term scatter_to(Term like, Term positions, Term values) {
  return reshape(sum_at(op("Size", {like}), positions, values), shape_of(like));
}

Term scatter_behind_first(Term like, Term positions, Term values) {
  const Term sums = sum_at(op("Size", {like}) + 1.0, positions, values);
  return reshape(part_of(sums, 1, std::numeric_limits<int64_t>::max()), shape_of(like));
}

Status differentiate_move(Derivation& d) {
  std::vector<Term> inputs = {positions_of(d.x())};
  for (size_t i = 1; i < d.num_inputs(); ++i) inputs.push_back(d.x(i));
  const std::vector<Term> moved = d.emitter().add_like(d.id(), inputs);
  std::vector<Term> positions, derivatives;
  for (size_t i = 0; i < moved.size(); ++i) {
    if (!d.dy(i)) continue;
    positions.push_back(moved[i]);
    derivatives.push_back(d.dy(i));
  }
  d.give(0, scatter_to(d.x(), join(positions), join(derivatives)));
  return {};
}

// Pad, CenterCropPad: what they fill in is 0 where no value is given, and so is a position that is none.
Status differentiate_fill(Derivation& d) {
  if (d.wants(2)) return unimplemented("no derivative with respect to the value that fills is known");
  std::vector<Term> inputs = {positions_of(d.x()) + 1.0, d.x(1)};
  if (const Term axes = d.x(3)) inputs.insert(inputs.end(), {Term(), axes});
  d.give(0, scatter_behind_first(d.x(), d.emitter().add_like(d.id(), inputs)[0], d.dy()));
  return {};
}

// TopK: its second output says where the elements of its first come from.
Status differentiate_top_k(Derivation& d) {
  if (!d.y(1)) return unimplemented("the derivative needs the second output, which the model leaves out");
  const Term moved = op("GatherElements", {positions_of(d.x()), d.y(1)}, {{"axis", d.node().get_int("axis", -1)}});
  d.give(0, scatter_to(d.x(), moved, d.dy()));
  return {};
}

}  // namespace mortise::gradient
