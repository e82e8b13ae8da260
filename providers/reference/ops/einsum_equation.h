// EinsumEquation: what an Einsum says: which axes of its inputs and of its output are the same index.
//
// It knows nothing of elements or of the order of products (see einsum_plan.h). Functions are pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/sdk/result.h"
#include "mortise/sdk/shape.h"

namespace mortise::reference {

// The axes of one tensor: letters, and at most one ellipsis for any number of axes.
struct EinsumTerm {
  std::string letters;
  std::optional<size_t> ellipsis;  // letters in front of it
};

struct EinsumEquation {
  std::vector<EinsumTerm> inputs;
  EinsumTerm output;
};

Result<EinsumEquation> parse_einsum(std::string_view equation);

// The indices of an equation for inputs of certain shapes; those of the output come first, in its order. A tensor has,
// per index, the step in elements by which it walks along it: that of its axis, the sum of those of all axes with the
// letter (a diagonal), or 0 if it has no such axis.
//
// Extents of 1 are dropped, as there is nothing to walk: an axis of extent 1 counts as one that the tensor does not
// have, which is all there is to broadcasting, and an index that is nowhere longer does not exist.
struct EinsumIndices {
  Shape extents;
  std::vector<Shape> inputs;  // the steps of each input
  Shape output;               // the steps of the output
  Shape output_shape;
};

Result<EinsumIndices> resolve_einsum(const EinsumEquation& equation, const std::vector<Shape>& inputs);

}  // namespace mortise::reference
