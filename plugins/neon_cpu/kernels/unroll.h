// SPDX-License-Identifier: Apache-2.0
//
// MORTISE_UNROLL before a loop over the rows or vectors of a tile: unrolled altogether, so that arrays of vectors stay in
// registers.
#pragma once

#ifdef __clang__
#define MORTISE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MORTISE_UNROLL _Pragma("GCC unroll 16")
#endif
