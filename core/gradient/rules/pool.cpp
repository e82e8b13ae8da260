// MaxPool, AveragePool, LpPool. The global forms of the first two are reductions (reduce.cpp).
#include "core/gradient/rules/move.h"
#include "core/gradient/rules/window.h"

namespace mortise::gradient {
namespace {

// What a pool's attributes say of its windows, for another node that shall have the same.
std::vector<Setting> window_settings(const Node& node) {
  std::vector<Setting> settings;
  for (const std::string_view name : {"kernel_shape", "strides", "pads", "dilations"}) {
    if (const auto* value = node.get<std::vector<int64_t>>(name)) settings.push_back({name, *value});
  }
  if (const auto* auto_pad = node.get<std::string>("auto_pad")) settings.push_back({"auto_pad", *auto_pad});
  if (const auto* ceil_mode = node.get<int64_t>("ceil_mode")) settings.push_back({"ceil_mode", *ceil_mode});
  return settings;
}

// Each element gets its factor times the sum of the parts of the windows that it lies in.
Status give_to_windows(Derivation& d, Term parts, Term factor) {
  const Term x = d.x();
  const auto kernel = d.node().get_ints("kernel_shape");
  MORTISE_ASSIGN(const Windows windows, Windows::of(d, x, parts, ints(d.emitter(), {kernel.begin(), kernel.end()})));
  // Channels are a batch of images of one channel.
  const Term shape = shape_of(parts);
  const Term planes = part_of(shape, 0, 1) * part_of(shape, 1, 2);
  const Term images = reshape(parts, concat_ints({planes, ints(d.emitter(), {1}), spatial_of(parts)}));
  std::vector<int64_t> taps = {1, 1};
  taps.insert(taps.end(), kernel.begin(), kernel.end());
  const Term ones = expand(number(1, x), ints(d.emitter(), std::move(taps)));
  d.give(0, factor * reshape_like(windows.fit_to_image(windows.spread(images, ones, 1)), x));
  return {};
}

}  // namespace

// MaxPool itself says which element it took; from version 8 on, and for the row-major order that is asked for here.
Status differentiate_max_pool(Derivation& d) {
  const std::vector<Term> input = {d.x()};
  const std::vector<Term> pooled = d.emitter().add("MaxPool", input, window_settings(d.node()), 2);
  d.give(0, scatter_to(d.x(), pooled[1], d.dy()));
  return {};
}

// Each element of a window gets the same part. Its divisor may or may not count padding: an image of ones is pooled to
// (elements inside) / divisor, and LpPool counts the elements inside.
Status differentiate_average_pool(Derivation& d) {
  const Term x = d.x(), dy = d.dy();
  const Term single = ints(d.emitter(), {1, 1});
  const std::vector<Term> image = {expand(number(1, x), concat_ints({single, spatial_of(x)}))};
  std::vector<Setting> settings = window_settings(d.node());
  settings.push_back({"p", int64_t{1}});
  const Term inside = d.emitter().add("LpPool", image, settings, 1)[0];
  const Term weight = d.emitter().add_like(d.id(), image)[0] / op("Max", {inside, number(1, x)});

  return give_to_windows(d, dy * weight, number(1, x));
}

// The root of the sum of |x|^p: dy (|x| / y)^(p-1) sign(x). Where y is 0, so is all that it was computed of.
Status differentiate_lp_pool(Derivation& d) {
  const Term x = d.x(), y = d.y();
  const auto p = static_cast<double>(d.node().get_int("p", 2));
  const Term root = op("Pow", {where(equal(y, number(0, y)), number(1, y), y), number(p - 1, y)});
  const Term slope = op("Pow", {op("Abs", {x}), number(p - 1, x)}) * op("Sign", {x});
  if (d.node().op_type != "GlobalLpPool") return give_to_windows(d, d.dy() / root, slope);
  d.give(0, d.dy() / root * slope);
  return {};
}

}  // namespace mortise::gradient
