// Resize. Where it interpolates nothing it moves elements. Otherwise it works along one axis after the other, and along
// each it is a product with a matrix: what Resize makes of the identity matrix, whatever its attributes are.
#include <algorithm>

#include "core/gradient/rules/move.h"

namespace mortise::gradient {
namespace {

enum Input : size_t { kRegion = 1, kScales = 2, kSizes = 3 };

bool crops(const Node& node) {
  return node.get_string("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize";
}

// What says how to interpolate. Outside of the image is 0, as a constant has no derivative.
std::vector<Setting> interpolation_of(const Node& node) {
  std::vector<Setting> settings;
  for (const std::string_view name : {"mode", "coordinate_transformation_mode", "nearest_mode"}) {
    if (const auto* text = node.get<std::string>(name)) settings.push_back({name, *text});
  }
  for (const std::string_view name : {"exclude_outside", "antialias"}) {
    if (const auto* flag = node.get<int64_t>(name)) settings.push_back({name, *flag});
  }
  if (const auto* a = node.get<float>("cubic_coeff_a")) settings.push_back({"cubic_coeff_a", *a});
  return settings;
}

// Element i of an input, or nothing where it is left out or empty.
Term element(Derivation& d, Input input, int64_t i) {
  const Term list = d.x(input);
  const Dims* dims = list.dims();
  if (!list || (dims != nullptr && dims->size() == 1 && (*dims)[0].value == 0)) return {};
  return part_of(list, i, i + 1);
}

// Whether nothing happens along the axis, which is entry i of scales or sizes, as far as inference knows.
bool stays(Derivation& d, int64_t axis, int64_t i) {
  if (crops(d.node())) return false;
  if (d.x(kSizes)) {
    const Dims *before = d.x().dims(), *after = d.y().dims();
    const auto at = static_cast<size_t>(axis);
    return after != nullptr && at < after->size() && same_extent((*before)[at], (*after)[at]);
  }
  const Term given = d.x(kScales);
  const Tensor* scales = given ? std::as_const(d.emitter().graph()).constant(given.id()) : nullptr;
  return scales != nullptr && i < scales->num_elements() && scales->data<float>()[i] == 1.0f;
}

// [extent before, extent after]
Term matrix_along(Derivation& d, Term x, int64_t axis, int64_t i, int64_t count) {
  const Term extent = part_of(shape_of(x), axis, axis + 1);
  const Term identity = op("EyeLike", {expand(number(0, x), concat_ints({extent, extent}))});
  std::vector<Term> inputs = {identity, Term()};
  if (crops(d.node())) {
    const Term start = element(d, kRegion, i), end = element(d, kRegion, count + i);
    const Term zero = start - start, one = zero + 1.0;
    inputs[kRegion] = op("Concat", {zero, start, one, end}, {{"axis", 0}});
  }
  if (const Term size = element(d, kSizes, i)) {
    inputs.insert(inputs.end(), {Term(), concat_ints({extent, size})});
  } else if (const Term scale = element(d, kScales, i)) {
    inputs.push_back(op("Concat", {d.emitter().constant(Tensor::of<float>({1}, {1.0f})), scale}, {{"axis", 0}}));
  }
  return d.emitter().add("Resize", inputs, interpolation_of(d.node()), 1)[0];
}

Status differentiate_interpolation(Derivation& d) {
  const Node& node = d.node();
  if (d.x(kSizes) && node.get_string("keep_aspect_ratio_policy", "stretch") != "stretch") {
    return unimplemented("the derivative is known for keep_aspect_ratio_policy 'stretch' only");
  }
  MORTISE_ASSIGN(const int64_t rank, rank_of(d.x()));
  const auto given = node.get_ints("axes");
  const std::vector<int64_t> axes = given.empty() ? range(0, rank) : std::vector<int64_t>(given.begin(), given.end());
  Term t = cast(d.x(), d.x().dtype() == DType::kF64 ? DType::kF64 : DType::kF32);
  for (int64_t i = 0; i < std::ssize(axes); ++i) {
    const int64_t axis = axes[static_cast<size_t>(i)] + (axes[static_cast<size_t>(i)] < 0 ? rank : 0);
    if (axis < 0 || axis >= rank) return invalid_argument("attribute axes names axis ", axis, " of ", rank);
    if (stays(d, axis, i)) continue;
    std::vector<int64_t> to_last = range(0, rank);
    std::swap(to_last[static_cast<size_t>(axis)], to_last.back());
    const Term matrix = matrix_along(d, t, axis, i, std::ssize(axes));
    t = transpose(op("MatMul", {transpose(t, to_last), matrix}), to_last);
  }
  return d.through({cast(t, d.y().dtype())});
}

}  // namespace

Status differentiate_resize(Derivation& d) {
  const bool moves = d.node().get_string("mode", "nearest") == "nearest" && !crops(d.node());
  return moves ? differentiate_move(d) : differentiate_interpolation(d);
}

}  // namespace mortise::gradient
