// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "private/macros.h"
#include "private/std.h"

// Element types, with the numbers of ONNX's TensorProto.DataType.
//
// Sub-byte types are packed as ONNX packs them: the first element in the lowest bits of the first byte, the tensor
// padded to whole bytes at its end only. Strings are arrays of mortise_string_t.

typedef int32_t mortise_dtype;

enum {
  MORTISE_DTYPE_UNDEFINED = 0,
  MORTISE_DTYPE_F32 = 1,
  MORTISE_DTYPE_U8 = 2,
  MORTISE_DTYPE_I8 = 3,
  MORTISE_DTYPE_U16 = 4,
  MORTISE_DTYPE_I16 = 5,
  MORTISE_DTYPE_I32 = 6,
  MORTISE_DTYPE_I64 = 7,
  MORTISE_DTYPE_STRING = 8,
  MORTISE_DTYPE_BOOL = 9,
  MORTISE_DTYPE_F16 = 10,
  MORTISE_DTYPE_F64 = 11,
  MORTISE_DTYPE_U32 = 12,
  MORTISE_DTYPE_U64 = 13,
  MORTISE_DTYPE_C64 = 14,
  MORTISE_DTYPE_C128 = 15,
  MORTISE_DTYPE_BF16 = 16,
  MORTISE_DTYPE_F8E4M3FN = 17,
  MORTISE_DTYPE_F8E4M3FNUZ = 18,
  MORTISE_DTYPE_F8E5M2 = 19,
  MORTISE_DTYPE_F8E5M2FNUZ = 20,
  MORTISE_DTYPE_U4 = 21,
  MORTISE_DTYPE_I4 = 22,
  MORTISE_DTYPE_F4E2M1 = 23,
  MORTISE_DTYPE_F8E8M0 = 24,
  MORTISE_DTYPE_U2 = 25,
  MORTISE_DTYPE_I2 = 26,
};

// A UTF-8 string that need not end in NUL. Where one appears, its owner and lifetime are stated there.
typedef struct mortise_string {
  const char* data;
  uint64_t size;
} mortise_string_t;
