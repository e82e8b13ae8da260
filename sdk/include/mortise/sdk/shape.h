// SPDX-License-Identifier: Apache-2.0
//
// Shape: the extents of a tensor, in place up to rank 8 and on the heap above, so that ordinary shapes allocate
// nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace mortise {

// The most axes that a tensor may have: no model has nearly as many, and much of what is done with axes takes their
// square.
inline constexpr uint32_t kMaxRank = 256;

class Shape {
 public:
  static constexpr uint32_t kInlineRank = 8;

  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : Shape(std::span<const int64_t>(dims.begin(), dims.size())) {}
  explicit Shape(std::span<const int64_t> dims) { assign(dims); }
  Shape(uint32_t rank, int64_t extent) {
    resize(rank);
    std::fill_n(data(), rank, extent);
  }
  Shape(const Shape& other) { assign(other); }
  Shape& operator=(const Shape& other) {
    if (this != &other) assign(other);
    return *this;
  }
  Shape(Shape&& other) noexcept { *this = std::move(other); }
  Shape& operator=(Shape&& other) noexcept {
    std::copy(other.inline_, other.inline_ + kInlineRank, inline_);
    heap_ = std::move(other.heap_);
    rank_ = std::exchange(other.rank_, 0);
    capacity_ = std::exchange(other.capacity_, kInlineRank);
    return *this;
  }

  uint32_t rank() const { return rank_; }
  // rank(), under the name that generic code expects.
  uint64_t size() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  int64_t* data() { return heap_ ? heap_.get() : inline_; }
  const int64_t* data() const { return heap_ ? heap_.get() : inline_; }
  int64_t* begin() { return data(); }
  int64_t* end() { return data() + rank_; }
  const int64_t* begin() const { return data(); }
  const int64_t* end() const { return data() + rank_; }
  int64_t& operator[](uint64_t i) { return data()[i]; }
  int64_t operator[](uint64_t i) const { return data()[i]; }
  int64_t back() const { return data()[rank_ - 1]; }
  operator std::span<const int64_t>() const { return {data(), rank_}; }  // NOLINT: implicit by design

  void assign(std::span<const int64_t> dims) {
    resize(static_cast<uint32_t>(dims.size()));
    std::copy(dims.begin(), dims.end(), data());
  }
  // New extents at the end are 0.
  void resize(uint32_t rank) {
    if (rank > capacity_) {
      auto larger = std::make_unique<int64_t[]>(rank);
      std::copy(begin(), end(), larger.get());
      heap_ = std::move(larger);
      capacity_ = rank;
    }
    for (uint32_t i = rank_; i < rank; ++i) data()[i] = 0;
    rank_ = rank;
  }
  void push_back(int64_t extent) {
    resize(rank_ + 1);
    data()[rank_ - 1] = extent;
  }
  void insert(uint32_t position, int64_t extent) {
    push_back(extent);
    std::rotate(begin() + position, end() - 1, end());
  }
  void erase(uint32_t position) {
    std::copy(begin() + position + 1, end(), begin() + position);
    --rank_;
  }

  // Product of the extents from `first` to before `last`; 1 if there are none. Extents are known and the product of all
  // of them is known to fit (see checked_num_elements).
  int64_t product(uint32_t first, uint32_t last) const {
    int64_t product = 1;
    for (uint32_t i = first; i < last; ++i) product *= data()[i];
    return product;
  }
  int64_t num_elements() const { return product(0, rank_); }

  friend bool operator==(const Shape& a, const Shape& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  uint32_t rank_ = 0;
  uint32_t capacity_ = kInlineRank;
  int64_t inline_[kInlineRank] = {};
  std::unique_ptr<int64_t[]> heap_;
};

// Number of elements; nothing if an extent is negative or the product overflows int64. That of the extents that are not
// 0 counts too, so that the product of some of them never overflows.
inline std::optional<int64_t> checked_num_elements(std::span<const int64_t> dims) {
  int64_t product = 1;
  bool empty = false;
  for (const int64_t dim : dims) {
    if (dim < 0 || (dim > 0 && product > std::numeric_limits<int64_t>::max() / dim)) return std::nullopt;
    if (dim == 0) {
      empty = true;
    } else {
      product *= dim;
    }
  }
  return empty ? 0 : product;
}

// "[2, 3, ?]"; a negative extent is written "?".
inline std::string to_string(std::span<const int64_t> dims) {
  std::string text = "[";
  for (uint64_t i = 0; i < dims.size(); ++i) {
    if (i != 0) text += ", ";
    text += dims[i] < 0 ? "?" : std::to_string(dims[i]);
  }
  return text + "]";
}
inline std::string to_string(const Shape& shape) { return to_string(std::span<const int64_t>(shape)); }

}  // namespace mortise
