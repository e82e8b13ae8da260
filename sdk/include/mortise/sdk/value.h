// SPDX-License-Identifier: Apache-2.0
//
// Value: anything that flows along an edge of a model: a tensor, a sequence, an optional, a map or a sparse tensor.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <utility>
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
// than a short one. They lie in chunks, which lists that differ in a few elements share too.
class ValueElements {
  struct Chunk {
    size_t end = 0;  // the elements of the list up to and including this chunk's
    std::shared_ptr<const std::vector<Value>> values;
  };

 public:
  static constexpr size_t kChunk = 256;  // most elements of a chunk

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = const Value&;

    Iterator() = default;
    reference operator*() const;
    pointer operator->() const;
    Iterator& operator++();
    Iterator operator++(int);
    bool operator==(const Iterator&) const = default;

   private:
    friend ValueElements;
    explicit Iterator(const Chunk* chunk) : chunk_(chunk) {}
    const Chunk* chunk_ = nullptr;
    size_t index_ = 0;  // within the chunk
  };

  // Called for every chunk that is made, with the number of its elements; the result is kept as long as the chunk. Null:
  // nothing is. May throw, which ends the making.
  using Owner = std::function<std::shared_ptr<void>(size_t count)>;

  ValueElements() = default;
  ValueElements(std::vector<Value> elements, const Owner& owner = nullptr);  // NOLINT: implicit by design

  bool empty() const { return chunks_ == nullptr; }
  size_t size() const { return chunks_ != nullptr ? chunks_->back().end : 0; }
  // Undefined for i >= size().
  const Value& operator[](size_t i) const;
  const Value& front() const { return (*this)[0]; }
  Iterator begin() const { return Iterator(chunks_ != nullptr ? chunks_->data() : nullptr); }
  Iterator end() const { return Iterator(chunks_ != nullptr ? chunks_->data() + chunks_->size() : nullptr); }
  // A vector of the same elements, to be changed.
  std::vector<Value> list() const;
  // These elements with [first, first + removed) replaced by `added`; undefined where there is no such range. Copies at
  // most two chunks of the others, and refers to the rest.
  ValueElements spliced(size_t first, size_t removed, std::span<const Value> added, const Owner& owner = nullptr) const;

 private:
  using Chunks = std::vector<Chunk>;
  static void append(Chunks& chunks, std::shared_ptr<const std::vector<Value>> values);
  static void append(Chunks& chunks, std::vector<Value> values, const Owner& owner);
  explicit ValueElements(Chunks chunks);

  std::shared_ptr<const Chunks> chunks_;  // none of them is empty; null: no elements
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

// A sequence with other elements, which are tensors, in part: see ValueElements::spliced(). It keeps its element type when
// it has become empty.
Value spliced(const Value& sequence, size_t first, size_t removed, std::span<const Value> added,
              const ValueElements::Owner& owner = nullptr);

inline const Value& ValueElements::Iterator::operator*() const { return (*chunk_->values)[index_]; }
inline const Value* ValueElements::Iterator::operator->() const { return &**this; }
inline ValueElements::Iterator& ValueElements::Iterator::operator++() {
  if (++index_ == chunk_->values->size()) {
    ++chunk_;
    index_ = 0;
  }
  return *this;
}
inline ValueElements::Iterator ValueElements::Iterator::operator++(int) {
  const Iterator before = *this;
  ++*this;
  return before;
}

inline ValueElements::ValueElements(Chunks chunks) {
  if (!chunks.empty()) chunks_ = std::make_shared<const Chunks>(std::move(chunks));
}

inline ValueElements::ValueElements(std::vector<Value> elements, const Owner& owner) {
  Chunks chunks;
  append(chunks, std::move(elements), owner);
  *this = ValueElements(std::move(chunks));
}

inline void ValueElements::append(Chunks& chunks, std::shared_ptr<const std::vector<Value>> values) {
  const size_t before = chunks.empty() ? 0 : chunks.back().end;
  const size_t end = before + values->size();
  if (end != before) chunks.push_back({end, std::move(values)});
}

// Cut into equal chunks, so that each has room to grow.
inline void ValueElements::append(Chunks& chunks, std::vector<Value> values, const Owner& owner) {
  struct Owned {
    std::vector<Value> values;
    std::shared_ptr<void> owner;
  };
  const size_t pieces = (values.size() + kChunk - 1) / kChunk;
  for (size_t i = 0; i < pieces; ++i) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(values.size() * i / pieces);
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(values.size() * (i + 1) / pieces);
    auto piece = std::make_shared<Owned>();
    if (owner) piece->owner = owner(static_cast<size_t>(end - begin));
    if (pieces == 1) {
      piece->values = std::move(values);
    } else {
      piece->values.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    }
    append(chunks, std::shared_ptr<const std::vector<Value>>(piece, &piece->values));
  }
}

inline const Value& ValueElements::operator[](size_t i) const {
  const auto chunk = std::upper_bound(chunks_->begin(), chunks_->end(), i,
                                      [](size_t index, const Chunk& candidate) { return index < candidate.end; });
  return (*chunk->values)[i - (chunk->end - chunk->values->size())];
}

inline std::vector<Value> ValueElements::list() const {
  std::vector<Value> all;
  all.reserve(size());
  for (const Value& element : *this) all.push_back(element);
  return all;
}

inline ValueElements ValueElements::spliced(size_t first, size_t removed, std::span<const Value> added,
                                            const Owner& owner) const {
  const size_t rest = first + removed;
  Chunks chunks;
  std::vector<Value> middle;  // of the chunks that touch the range, which become new ones
  bool pending = true;        // `middle` has not got what is added
  const Chunks none;
  for (const Chunk& chunk : chunks_ != nullptr ? *chunks_ : none) {
    const size_t begin = chunk.end - chunk.values->size();
    if (chunk.end < first) {
      append(chunks, chunk.values);
      continue;
    }
    if (begin > rest) {
      append(chunks, std::exchange(middle, {}), owner);
      append(chunks, chunk.values);
      continue;
    }
    const auto at = [&](size_t i) { return chunk.values->begin() + static_cast<std::ptrdiff_t>(i - begin); };
    if (begin < first) middle.insert(middle.end(), at(begin), at(first));
    if (std::exchange(pending, false)) middle.insert(middle.end(), added.begin(), added.end());
    if (rest < chunk.end) middle.insert(middle.end(), at(std::max(rest, begin)), at(chunk.end));
  }
  if (pending) middle.assign(added.begin(), added.end());
  append(chunks, std::move(middle), owner);
  return ValueElements(std::move(chunks));
}

inline Value spliced(const Value& sequence, size_t first, size_t removed, std::span<const Value> added,
                     const ValueElements::Owner& owner) {
  Value made = sequence;
  made.elements = sequence.elements.spliced(first, removed, added, owner);
  if (made.element_dtype == DType::kUndefined) {
    const Value* one = !added.empty()               ? &added.front()
                       : !sequence.elements.empty() ? &sequence.elements.front()
                                                    : nullptr;
    if (one != nullptr) made.element_dtype = one->tensor.dtype();
  }
  return made;
}

}  // namespace mortise
