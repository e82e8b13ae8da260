// Packed elements, of which several share a byte (those of 4 and 2 bits), for operators that move elements.
//
//   return unpacked(Kernel([](KernelContext& context) -> Status { … dispatch_size(x.dtype(), …) … }));
//
// Such a kernel moves whole bytes. It moves packed elements as well if each has a byte of its own for as long as it runs.
#pragma once

#include "providers/reference/kernel.h"

namespace mortise::reference {

// The kernel itself where the first input has elements of whole bytes. Otherwise it sees every input of that type as a
// tensor of uint8, an element's code in each byte, and what it writes as uint8 becomes a tensor of that type again.
Kernel unpacked(Kernel kernel);

// All elements of a packed tensor become the element 0 of `value`, a tensor of the same type.
void fill_packed(Tensor& tensor, const Tensor& value);

}  // namespace mortise::reference
