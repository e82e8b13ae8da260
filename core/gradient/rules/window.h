// What convolutions and pools share: windows that slide over the spatial axes 2, 3, ... of an image.
//
// `span` is what all windows of an output cover together: (output - 1) * stride + (kernel - 1) * dilation + 1. The image
// lies in it at offset `begin`, the padding before it; it may stick out behind, or leave a rest. fit_to_span() makes an
// image exactly as large as the span, so that whatever the padding was, none is left to care for; fit_to_image() is
// the reverse.
#pragma once

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {

class Windows {
 public:
  // positions: that the windows take, as the extents of an image. kernel: the extents of the windows.
  static Result<Windows> of(Derivation& d, Term image, Term positions, Term kernel);

  Term fit_to_span(Term image) const;
  Term fit_to_image(Term spanning) const;
  // Both for images whose spatial extents are those of the span: the values under each position times the weights, and
  // its reverse.
  Term gather(Term spanning, Term weights, int64_t groups) const;
  Term spread(Term positions, Term weights, int64_t groups) const;
  // The derivative of gather() with respect to the weights.
  Term derive_weights(Term spanning, Term positions, int64_t groups) const;

 private:
  Term shifted(Term t, Term before, Term after) const;

  int64_t axes_ = 0;
  std::vector<int64_t> strides_;
  std::vector<int64_t> dilations_;
  Term before_;  // begin
  Term after_;   // span - begin - image
};

// The spatial extents of a value, as a vector.
Term spatial_of(Term t);
// The sum over all axes but 1.
Result<Term> sum_to_channels(Term t, Term like);

}  // namespace mortise::gradient
