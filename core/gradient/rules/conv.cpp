// Conv, ConvTranspose: each is the other's derivative with respect to the image.
#include "core/gradient/rules/window.h"

namespace mortise::gradient {

Status differentiate_conv(Derivation& d) {
  const Term x = d.x(0), w = d.x(1), dy = d.dy();
  const int64_t groups = d.node().get_int("group", 1);
  MORTISE_ASSIGN(const Windows windows, Windows::of(d, x, dy, spatial_of(w)));
  if (d.wants(0)) d.give(0, windows.fit_to_image(windows.spread(dy, w, groups)));
  if (d.wants(1)) d.give(1, windows.derive_weights(windows.fit_to_span(x), dy, groups));
  if (d.wants(2)) {
    MORTISE_ASSIGN(const Term sum, sum_to_channels(dy, d.x(2)));
    d.give(2, sum);
  }
  return {};
}

Status differentiate_conv_transpose(Derivation& d) {
  const Term x = d.x(0), w = d.x(1), dy = d.dy();
  const int64_t groups = d.node().get_int("group", 1);
  MORTISE_ASSIGN(const Windows windows, Windows::of(d, dy, x, spatial_of(w)));
  const Term spanning = windows.fit_to_span(dy);
  if (d.wants(0)) d.give(0, windows.gather(spanning, w, groups));
  if (d.wants(1)) d.give(1, windows.derive_weights(spanning, x, groups));
  if (d.wants(2)) {
    MORTISE_ASSIGN(const Term sum, sum_to_channels(dy, d.x(2)));
    d.give(2, sum);
  }
  return {};
}

}  // namespace mortise::gradient
