// Rows: a list of numbers for each of n rows, in two allocations instead of n.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mortise {

class Rows {
 public:
  Rows() = default;
  // visit(add) calls add(row, number) for every number; it is called twice and says the same both times.
  template <class Visit>
  Rows(size_t count, Visit&& visit) : begin_(count + 1, 0) {
    visit([&](size_t row, uint32_t) { ++begin_[row + 1]; });
    for (size_t row = 0; row < count; ++row) begin_[row + 1] += begin_[row];
    numbers_.resize(begin_[count]);
    std::vector<size_t> next(begin_.begin(), begin_.end() - 1);
    visit([&](size_t row, uint32_t number) { numbers_[next[row]++] = number; });
  }

  std::span<const uint32_t> operator[](size_t row) const {
    return {numbers_.data() + begin_[row], begin_[row + 1] - begin_[row]};
  }

 private:
  std::vector<size_t> begin_;
  std::vector<uint32_t> numbers_;
};

}  // namespace mortise
