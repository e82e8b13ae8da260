// SPDX-License-Identifier: Apache-2.0
//
// Value: anything that flows along an edge of a model: a tensor, a sequence, an optional, a map or a sparse tensor.
#pragma once

#include <vector>

#include "../graph.h"
#include "tensor.h"

namespace mortise {

enum class ValueKind : uint32_t {
  kNone = MORTISE_TYPE_UNKNOWN,  // nothing: an optional input left out
  kTensor = MORTISE_TYPE_TENSOR,
  kSparseTensor = MORTISE_TYPE_SPARSE_TENSOR,  // elements: values, indices, dims
  kSequence = MORTISE_TYPE_SEQUENCE,
  kOptional = MORTISE_TYPE_OPTIONAL,  // elements: none or one
  kMap = MORTISE_TYPE_MAP,            // elements: keys (a tensor of rank 1), values (a tensor of rank 1 or a sequence)
};

struct Value {
  ValueKind kind = ValueKind::kNone;
  Tensor tensor;                // kTensor
  std::vector<Value> elements;  // the other kinds
  // Element type of the tensors in an empty sequence or optional, where it is known.
  DType element_dtype = DType::kUndefined;

  Value() = default;
  Value(Tensor t) : kind(ValueKind::kTensor), tensor(std::move(t)) {}  // NOLINT: implicit by design
  Value(ValueKind k, std::vector<Value> e) : kind(k), elements(std::move(e)) {}

  bool is_tensor() const { return kind == ValueKind::kTensor; }
};

}  // namespace mortise
