// Elements from any type to any other, strings included: what Cast does, for operators that cast as well.
#pragma once

#include "providers/reference/ops/convert.h"

namespace mortise::reference {

// The elements of x in the type of y, which has as many.
Status cast_elements(KernelContext& context, const Tensor& x, Tensor& y, const ConvertOptions& options = {});

}  // namespace mortise::reference
