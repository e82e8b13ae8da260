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
  struct Values;  // of a chunk
  struct Chunk {
    size_t end = 0;  // the elements of the list up to and including this chunk's
    std::shared_ptr<const Values> of;
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

  bool empty() const { return list_ == nullptr; }
  size_t size() const { return list_ != nullptr ? list_->chunks.back().end : 0; }
  // The values in the list, those within them included: one that is there twice counts twice. At most UINT64_MAX.
  uint64_t num_parts() const { return list_ != nullptr ? list_->extent.parts : 0; }
  // How deep they are nested: 0 for an empty list, 1 for one of tensors.
  uint64_t depth() const { return list_ != nullptr ? list_->extent.depth : 0; }
  // Whether every tensor within has an owner.
  bool owned() const { return list_ == nullptr || list_->extent.owned; }
  // Undefined for i >= size().
  const Value& operator[](size_t i) const;
  const Value& front() const { return (*this)[0]; }
  Iterator begin() const { return Iterator(list_ != nullptr ? list_->chunks.data() : nullptr); }
  Iterator end() const { return Iterator(list_ != nullptr ? list_->chunks.data() + list_->chunks.size() : nullptr); }
  // A vector of the same elements, to be changed.
  std::vector<Value> list() const;
  // These elements with [first, first + removed) replaced by `added`; undefined where there is no such range. Copies at
  // most two chunks of the others, and refers to the rest.
  ValueElements spliced(size_t first, size_t removed, std::span<const Value> added, const Owner& owner = nullptr) const;

 private:
  // What is known of all that lies within.
  struct Extent {
    uint64_t parts = 0, depth = 0;
    bool owned = true;
    void add(const Extent& other);
  };
  struct List {
    std::vector<Chunk> chunks;  // at least one, and none of them is empty
    Extent extent;
  };
  static void append(List& list, std::shared_ptr<const Values> values);
  static void append(List& list, std::vector<Value> values, const Owner& owner);
  explicit ValueElements(List list);

  std::shared_ptr<const List> list_;  // null: no elements
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

struct ValueElements::Values {
  std::vector<Value> all;
  Extent extent;
  std::shared_ptr<void> owner;
};

inline const Value& ValueElements::Iterator::operator*() const { return chunk_->of->all[index_]; }
inline const Value* ValueElements::Iterator::operator->() const { return &**this; }
inline ValueElements::Iterator& ValueElements::Iterator::operator++() {
  if (++index_ == chunk_->of->all.size()) {
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

inline void ValueElements::Extent::add(const Extent& other) {
  parts = other.parts > UINT64_MAX - parts ? UINT64_MAX : parts + other.parts;
  depth = std::max(depth, other.depth);
  owned = owned && other.owned;
}

inline ValueElements::ValueElements(List list) {
  if (!list.chunks.empty()) list_ = std::make_shared<const List>(std::move(list));
}

inline ValueElements::ValueElements(std::vector<Value> elements, const Owner& owner) {
  List list;
  append(list, std::move(elements), owner);
  *this = ValueElements(std::move(list));
}

inline void ValueElements::append(List& list, std::shared_ptr<const Values> values) {
  const size_t before = list.chunks.empty() ? 0 : list.chunks.back().end;
  list.extent.add(values->extent);
  list.chunks.push_back({before + values->all.size(), std::move(values)});
}

// Cut into equal chunks, so that each has room to grow.
inline void ValueElements::append(List& list, std::vector<Value> values, const Owner& owner) {
  const size_t pieces = (values.size() + kChunk - 1) / kChunk;
  for (size_t i = 0; i < pieces; ++i) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(values.size() * i / pieces);
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(values.size() * (i + 1) / pieces);
    auto piece = std::make_shared<Values>();
    if (owner) piece->owner = owner(static_cast<size_t>(end - begin));
    if (pieces == 1) {
      piece->all = std::move(values);
    } else {
      piece->all.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    }
    for (const Value& value : piece->all) {
      piece->extent.add({1, 1, !value.is_tensor() || value.tensor.owner() != nullptr});
      piece->extent.add({value.elements.num_parts(), value.elements.depth() + 1, value.elements.owned()});
    }
    append(list, std::move(piece));
  }
}

inline const Value& ValueElements::operator[](size_t i) const {
  const auto chunk = std::upper_bound(list_->chunks.begin(), list_->chunks.end(), i,
                                      [](size_t index, const Chunk& candidate) { return index < candidate.end; });
  return chunk->of->all[i - (chunk->end - chunk->of->all.size())];
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
  List made;
  std::vector<Value> middle;  // of the chunks that touch the range, which become new ones
  bool pending = true;        // `middle` has not got what is added
  for (const Chunk& chunk : list_ != nullptr ? std::span(list_->chunks) : std::span<const Chunk>()) {
    const size_t begin = chunk.end - chunk.of->all.size();
    if (chunk.end < first) {
      append(made, chunk.of);
      continue;
    }
    if (begin > rest) {
      append(made, std::exchange(middle, {}), owner);
      append(made, chunk.of);
      continue;
    }
    const auto at = [&](size_t i) { return chunk.of->all.begin() + static_cast<std::ptrdiff_t>(i - begin); };
    if (begin < first) middle.insert(middle.end(), at(begin), at(first));
    if (std::exchange(pending, false)) middle.insert(middle.end(), added.begin(), added.end());
    if (rest < chunk.end) middle.insert(middle.end(), at(std::max(rest, begin)), at(chunk.end));
  }
  if (pending) middle.assign(added.begin(), added.end());
  append(made, std::move(middle), owner);
  return ValueElements(std::move(made));
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
