// SlidingWindow: the attributes that convolutions and pools share, checked, and the extents that follow from them.
#pragma once

#include <string_view>
#include <vector>

#include "core/infer/context.h"

namespace mortise::infer {

struct SlidingWindow {
  std::vector<Dim> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;  // begins, then ends
  std::string_view auto_pad;

  size_t num_axes() const { return strides.size(); }
  bool is_same() const { return auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER"; }
  // How many elements the kernel spans along an axis; unknown if the kernel is.
  Dim reach(size_t axis) const;
};

// A list of integers, one per entry, `least` or more each; `otherwise` where the node does not have it.
Result<std::vector<int64_t>> list_attribute(const InferContext& context, std::string_view name, size_t count,
                                            int64_t otherwise, int64_t least);

// The kernel is that of the weights [M, C, k1, k2, …], where they are given and known, otherwise the attribute's.
Result<SlidingWindow> read_sliding_window(const InferContext& context, size_t num_axes, const Dims* weights);

enum class Partial : bool { kDropped, kKept };

// How often the window fits along an axis; `partial` says whether a last, incomplete position counts,
// unless it starts in the padding behind the input. Fails where it never fits.
Result<Dim> window_positions(const InferContext& context, const Dim& input, const SlidingWindow& window, size_t axis,
                             Partial partial);

}  // namespace mortise::infer
