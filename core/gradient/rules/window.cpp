#include "core/gradient/rules/window.h"

#include <limits>

namespace mortise::gradient {
namespace {

std::vector<int64_t> list(const Node& node, std::string_view attribute, int64_t length) {
  const auto given = node.get_ints(attribute);
  return given.empty() ? std::vector<int64_t>(static_cast<size_t>(length), 1)
                       : std::vector<int64_t>(given.begin(), given.end());
}

}  // namespace

Term spatial_of(Term t) { return part_of(shape_of(t), 2, std::numeric_limits<int64_t>::max()); }

Result<Term> sum_to_channels(Term t, Term like) {
  MORTISE_ASSIGN(const int64_t rank, rank_of(t));
  std::vector<int64_t> axes = range(2, rank);
  axes.insert(axes.begin(), 0);
  return reshape_like(sum_over(t, ints(t.emitter(), std::move(axes))), like);
}

Result<Windows> Windows::of(Derivation& d, Term image, Term positions, Term kernel) {
  MORTISE_ASSIGN(const int64_t rank, rank_of(image));
  const int64_t axes = rank - 2;
  if (axes < 1) return invalid_argument("an image of rank ", rank, " has no spatial axes");
  Windows windows;
  windows.axes_ = axes;
  windows.strides_ = list(d.node(), "strides", axes);
  windows.dilations_ = list(d.node(), "dilations", axes);
  const auto vector = [&](std::vector<int64_t> values) { return ints(d.emitter(), std::move(values)); };
  const Term one = number(1, kernel);
  const Term span =
      (spatial_of(positions) - one) * vector(windows.strides_) + (kernel - one) * vector(windows.dilations_) + one;
  const Term missing = span - spatial_of(image);
  const std::string_view auto_pad = d.node().get_string("auto_pad", "NOTSET");
  // A transposed convolution of a given size pads what is missing too, and output_padding is missing nowhere else.
  const bool is_sized = d.node().find("output_shape") != nullptr;
  if (auto_pad.starts_with("SAME") || is_sized) {
    Term total = missing;
    if (const auto more = d.node().get_ints("output_padding"); !more.empty()) {
      total = total + vector({more.begin(), more.end()});
    }
    total = op("Max", {total, number(0, kernel)});
    windows.before_ = auto_pad == "SAME_UPPER" ? total / number(2, kernel) : (total + one) / number(2, kernel);
  } else {
    const auto pads = d.node().get_ints("pads");
    windows.before_ = pads.empty() || auto_pad == "VALID"
                          ? vector(std::vector<int64_t>(static_cast<size_t>(axes), 0))
                          : vector({pads.begin(), pads.begin() + std::min<std::ptrdiff_t>(axes, std::ssize(pads))});
  }
  windows.after_ = missing - windows.before_;
  return windows;
}

Term Windows::shifted(Term t, Term before, Term after) const {
  if (!t) return {};
  const Term none = ints(t.emitter(), {0, 0});
  return op("Pad", {t, concat_ints({none, before, none, after})});
}

Term Windows::fit_to_span(Term image) const { return shifted(image, before_, after_); }
Term Windows::fit_to_image(Term spanning) const { return shifted(spanning, -before_, -after_); }

Term Windows::gather(Term spanning, Term weights, int64_t groups) const {
  return op("Conv", {spanning, weights}, {{"strides", strides_}, {"dilations", dilations_}, {"group", groups}});
}

Term Windows::spread(Term positions, Term weights, int64_t groups) const {
  return op("ConvTranspose", {positions, weights},
            {{"strides", strides_}, {"dilations", dilations_}, {"group", groups}});
}

// A convolution whose windows are the derivatives at all positions: batch and channels change places, strides and
// dilations too. The groups lie side by side in what is then the channels: [C/g, g*N, ...] with weights [M, N, ...].
Term Windows::derive_weights(Term spanning, Term positions, int64_t groups) const {
  if (!spanning || !positions) return {};
  std::vector<int64_t> swapped = range(0, axes_ + 2);
  std::swap(swapped[0], swapped[1]);
  Term image;
  if (groups == 1) {
    image = transpose(spanning, swapped);
  } else {
    const Term shape = shape_of(spanning);
    const Term batch = part_of(shape, 0, 1), channels = part_of(shape, 1, 2), spatial = spatial_of(spanning);
    const Term count = ints(spanning.emitter(), {groups});
    std::vector<int64_t> perm = range(0, axes_ + 3);
    std::swap(perm[0], perm[2]);
    image = transpose(reshape(spanning, concat_ints({batch, count, channels / count, spatial})), std::move(perm));
    image = reshape(image, concat_ints({channels / count, count * batch, spatial}));
  }
  const Term weights = op("Conv", {image, transpose(positions, swapped)},
                          {{"strides", dilations_}, {"dilations", strides_}, {"group", groups}});
  return transpose(weights, swapped);
}

}  // namespace mortise::gradient
