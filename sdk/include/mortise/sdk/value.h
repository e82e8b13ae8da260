// SPDX-License-Identifier: Apache-2.0
//
// Value: anything that flows along an edge of a model: a tensor, a sequence, an optional, a map or a sparse tensor.
#pragma once

#include <memory>
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

struct Value;

// The elements of a value. They do not change, so copies of a value share them: to pass a long sequence on costs no more
// than a short one. Another list of elements is made as a vector and assigned.
class ValueElements {
 public:
  ValueElements() = default;
  ValueElements(std::vector<Value> elements);  // NOLINT: implicit by design

  bool empty() const { return size() == 0; }
  size_t size() const;
  // Undefined for i >= size().
  const Value& operator[](size_t i) const;
  const Value& front() const { return (*this)[0]; }
  const Value* begin() const;
  const Value* end() const;
  // A vector of the same elements, to be changed.
  std::vector<Value> list() const;

 private:
  std::shared_ptr<const std::vector<Value>> shared_;  // null: none
};

struct Value {
  ValueKind kind = ValueKind::kNone;
  Tensor tensor;           // kTensor
  ValueElements elements;  // the other kinds
  // Element type of the tensors in an empty sequence or optional, where it is known.
  DType element_dtype = DType::kUndefined;

  Value() = default;
  Value(Tensor t) : kind(ValueKind::kTensor), tensor(std::move(t)) {}  // NOLINT: implicit by design
  Value(ValueKind k, std::vector<Value> e) : kind(k), elements(std::move(e)) {}

  bool is_tensor() const { return kind == ValueKind::kTensor; }
};

inline ValueElements::ValueElements(std::vector<Value> elements) {
  if (!elements.empty()) shared_ = std::make_shared<const std::vector<Value>>(std::move(elements));
}
inline size_t ValueElements::size() const { return shared_ ? shared_->size() : 0; }
inline const Value& ValueElements::operator[](size_t i) const { return (*shared_)[i]; }
inline const Value* ValueElements::begin() const { return shared_ ? shared_->data() : nullptr; }
inline const Value* ValueElements::end() const { return begin() + size(); }
inline std::vector<Value> ValueElements::list() const { return {begin(), end()}; }

}  // namespace mortise
