// GridSample, mode linear, computed by nodes: each place of the grid is between the two pixels of every axis, whose
// values count by how near they are. Both the image and the grid have derivatives.
#include <algorithm>

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

// Of an axis, for every place of the grid [batch, places ...].
struct Neighbours {
  Term index[2];   // int64, of pixels that exist
  Term weight[2];  // 0 where padding is meant
};

Term clamp(Term t, Term low, Term high) { return op("Min", {op("Max", {t, low}), high}); }

// Thrown back at the borders until it lies between them.
Term reflect(Term x, Term low, Term high) {
  const Term length = high - low, none = equal(length, number(0, x));
  const Term round_trip = where(none, number(1, x), 2.0 * length);
  const Term way = op("Mod", {op("Abs", {x - low}), round_trip}, {{"fmod", 1}});
  return where(none, low, low + op("Min", {way, round_trip - way}));
}

// extent: of the axis, as a vector of one int64. coordinate: from -1 to 1 over the image.
Neighbours neighbours_of(const Node& node, Term coordinate, Term extent) {
  const bool align = node.get_int("align_corners", 0) != 0;
  const std::string_view padding = node.get_string("padding_mode", "zeros");
  const Term length = cast(extent, coordinate.dtype()), zero = number(0, coordinate), last = length - 1.0;
  const Term from_zero = 0.5 * (coordinate + 1.0);
  Term x = align ? from_zero * last : from_zero * length - 0.5;
  if (padding == "border") x = clamp(x, zero, last);
  if (padding == "reflection") x = align ? reflect(x, zero, last) : reflect(x, number(-0.5, x), length - 0.5);
  const Term base = op("Floor", {x}), above = x - base;
  Neighbours neighbours;
  for (int i = 0; i < 2; ++i) {
    const Term pixel = base + static_cast<double>(i);
    const Term inside = op("And", {op("GreaterOrEqual", {pixel, zero}), op("LessOrEqual", {pixel, last})});
    const Term weight = i == 0 ? 1.0 - above : above;
    neighbours.weight[i] = padding == "zeros" ? only_where(inside, weight) : weight;
    neighbours.index[i] = clamp(cast(pixel, DType::kI64), number(0, extent), extent - 1.0);
  }
  return neighbours;
}

}  // namespace

// Every corner of the cube around a place is one GatherND from the image with its channels last.
Status differentiate_grid_sample(Derivation& d) {
  const std::string_view mode = d.node().get_string("mode", "linear");
  if (!mode.ends_with("linear")) return unimplemented("the derivative is known for mode 'linear' only");
  MORTISE_ASSIGN(const int64_t rank, rank_of(d.x()));
  const int64_t axes = rank - 2;
  if (axes < 1 || axes > 3) return unimplemented("the derivative is known for one to three spatial axes only");
  const DType wide = d.x().dtype() == DType::kF64 ? DType::kF64 : DType::kF32;
  const Term last = ints(d.emitter(), {-1}), grid = cast(d.x(1), wide);
  std::vector<Neighbours> neighbours;
  for (int64_t axis = 0; axis < axes; ++axis) {
    const Term which =
        d.emitter().constant(Tensor::of<int64_t>({}, {axes - 1 - axis}));  // the grid's first is the last
    const Term extent = part_of(shape_of(d.x()), 2 + axis, 3 + axis);
    neighbours.push_back(neighbours_of(d.node(), op("Gather", {grid, which}, {{"axis", -1}}), extent));
  }
  std::vector<int64_t> channels_last = range(1, rank), channels_second = range(0, rank - 1);
  channels_last.front() = 0;
  for (int64_t axis = 2; axis < rank; ++axis) channels_last[static_cast<size_t>(axis - 1)] = axis;
  channels_last.push_back(1);
  channels_second.insert(channels_second.begin() + 1, rank - 1);
  const Term image = transpose(cast(d.x(), wide), std::move(channels_last));
  Term sum;
  for (uint32_t corner = 0; corner < 1u << axes; ++corner) {
    std::vector<Term> index;
    Term weight;
    for (size_t axis = 0; axis < neighbours.size(); ++axis) {
      const uint32_t side = corner >> axis & 1;
      index.push_back(unsqueeze(neighbours[axis].index[side], last));
      weight = axis == 0 ? neighbours[axis].weight[side] : weight * neighbours[axis].weight[side];
    }
    const std::vector<Setting> side_by_side = {{"axis", int64_t{-1}}};
    const Term pixels =
        op("GatherND", {image, d.emitter().add("Concat", index, side_by_side, 1)[0]}, {{"batch_dims", 1}});
    const Term part = unsqueeze(weight, last) * pixels;
    sum = corner == 0 ? part : sum + part;
  }
  return d.through({cast(transpose(sum, std::move(channels_second)), d.y().dtype())});
}

}  // namespace mortise::gradient
