// SPDX-License-Identifier: Apache-2.0
//
// Memory plan: offsets in one arena for buffers whose lifetimes are known.
//
// No arena can be smaller than the most bytes that live at one step, the bound. Three plans are tried and the best is
// kept; one within 2 % of the bound ends the search:
//   1. in order of first use, in the smallest gap that is wide enough, at its far end where that is the bound: exact
//      for chains;
//   2. largest first, at the lowest offset that is free (Pisarchyk and Lee, arXiv:2001.03288);
//   3. the same, but the buffers that live at the fullest step come first.
// Plans 2 and 3 are repaired: the buffers that end above the bound come first in the next attempt.
//
// The first plan costs n log n; the others visit every pair of buffers that live at once, and are left out where there
// are too many pairs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace mortise::sdk {

// A buffer that lives from step `first` to step `last`, both included. Size 0 takes no room.
struct PlannedBuffer {
  uint64_t size = 0;
  uint32_t first = 0;
  uint32_t last = 0;
  uint64_t offset = 0;  // the result
};

inline constexpr uint64_t kArenaAlignment = 64;

constexpr uint64_t align_up(uint64_t size, uint64_t alignment = kArenaAlignment) {
  return (size + alignment - 1) / alignment * alignment;
}

namespace detail {

// The free space of an arena without end, of which the part below `bound` is to be used first.
class FreeSpace {
 public:
  explicit FreeSpace(uint64_t bound) : bound_(bound) { add(0, kEnd); }

  uint64_t take(uint64_t size) {
    auto fit = by_size_.lower_bound({size, 0});
    const auto [begin, end] = *gaps_.find(fit->second);
    // The last gap ends at the bound while the buffer fits below it.
    const uint64_t limit = end == kEnd && begin + size <= bound_ ? bound_ : end;
    const uint64_t offset = begin != 0 && limit == bound_ ? limit - size : begin;
    remove(gaps_.find(begin));
    if (begin < offset) add(begin, offset);
    if (offset + size < end) add(offset + size, end);
    return offset;
  }

  void give_back(uint64_t begin, uint64_t size) {
    uint64_t end = begin + size;
    auto next = gaps_.lower_bound(begin);
    if (next != gaps_.begin() && std::prev(next)->second == begin) {
      begin = std::prev(next)->first;
      remove(std::prev(next));
    }
    if (next != gaps_.end() && next->first == end) {
      end = next->second;
      remove(next);
    }
    add(begin, end);
  }

 private:
  static constexpr uint64_t kEnd = UINT64_MAX;
  using Gaps = std::map<uint64_t, uint64_t>;  // begin, end

  // The last gap counts as wide as it is below the bound, so that it is not kept for last without need.
  uint64_t width(uint64_t begin, uint64_t end) const {
    return end == kEnd && begin < bound_ ? bound_ - begin : end - begin;
  }
  void add(uint64_t begin, uint64_t end) {
    gaps_.emplace(begin, end);
    by_size_.emplace(width(begin, end), begin);
    if (end == kEnd) by_size_.emplace(kEnd, begin);
  }
  void remove(Gaps::iterator gap) {
    by_size_.erase({width(gap->first, gap->second), gap->first});
    if (gap->second == kEnd) by_size_.erase({kEnd, gap->first});
    gaps_.erase(gap);
  }

  uint64_t bound_;
  Gaps gaps_;
  std::set<std::pair<uint64_t, uint64_t>> by_size_;
};

class MemoryPlanner {
 public:
  explicit MemoryPlanner(std::span<PlannedBuffer> buffers) : buffers_(buffers) {
    for (uint32_t i = 0; i < buffers.size(); ++i) {
      buffers[i].offset = 0;
      if (buffers[i].size == 0) continue;
      total_ += std::min(buffers[i].size, kMaxTotal - total_);
      blocks_.push_back({align_up(buffers[i].size), buffers[i].first, buffers[i].last, i});
    }
    std::sort(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) {
      return std::pair(a.first, a.buffer) < std::pair(b.first, b.buffer);
    });
  }

  uint64_t run() {
    if (blocks_.empty()) return 0;
    if (total_ == kMaxTotal) return UINT64_MAX;
    find_bound();
    sweep();
    if (good() || pairs_ > kMaxPairs) return arena_;
    find_alive();
    std::vector<uint32_t> order(blocks_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return size(a) > size(b); });
    attempt(order);
    if (good()) return arena_;
    const std::vector<uint64_t> pressure = pressures();
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return std::pair(pressure[a], size(a)) > std::pair(pressure[b], size(b));
    });
    attempt(order);
    return arena_;
  }

 private:
  // Blocks are numbered in order of first use, so those that begin during one's life follow it.
  struct Block {
    uint64_t size;
    uint32_t first;
    uint32_t last;
    uint32_t buffer;
  };
  static constexpr uint64_t kUnplaced = UINT64_MAX;
  static constexpr uint64_t kMaxTotal = uint64_t{1} << 62;
  static constexpr uint64_t kMaxPairs = uint64_t{1} << 22;
  static constexpr uint64_t kMaxVisits = uint64_t{1} << 20;  // of repairs
  static constexpr uint64_t kMaxAttempts = 16;

  bool good() const { return arena_ <= bound_ + bound_ / 64; }
  uint64_t size(uint32_t block) const { return blocks_[block].size; }

  // Calls begin(block) in order of first use, and before it end(block) for those that died.
  template <class Begin, class End>
  void walk(Begin&& begin, End&& end) const {
    std::vector<uint32_t> dying(blocks_.size());
    std::iota(dying.begin(), dying.end(), 0u);
    std::stable_sort(dying.begin(), dying.end(),
                     [&](uint32_t a, uint32_t b) { return blocks_[a].last < blocks_[b].last; });
    auto next = dying.begin();
    for (uint32_t i = 0; i < blocks_.size(); ++i) {
      for (; blocks_[*next].last < blocks_[i].first; ++next) end(*next);
      begin(i);
    }
  }

  void find_bound() {
    uint64_t alive = 0, count = 0;
    loads_.reserve(blocks_.size());
    const auto begin = [&](uint32_t i) {
      pairs_ += count++;
      loads_.push_back(alive += size(i));
      bound_ = std::max(bound_, alive);
    };
    walk(begin, [&](uint32_t i) { alive -= size(i), --count; });
  }

  void sweep() {
    FreeSpace space(bound_);
    std::vector<uint64_t> offsets(blocks_.size());
    walk([&](uint32_t i) { offsets[i] = space.take(size(i)); },
         [&](uint32_t i) { space.give_back(offsets[i], size(i)); });
    keep(offsets);
  }

  void keep(const std::vector<uint64_t>& offsets) {
    uint64_t arena = 0;
    for (uint32_t i = 0; i < blocks_.size(); ++i) arena = std::max(arena, offsets[i] + size(i));
    if (arena >= arena_) return;
    arena_ = arena;
    for (uint32_t i = 0; i < blocks_.size(); ++i) buffers_[blocks_[i].buffer].offset = offsets[i];
  }

  // Which blocks live when one begins: alive_[alive_begin_[i] .. alive_begin_[i + 1]).
  void find_alive() {
    alive_.reserve(pairs_);
    std::vector<uint32_t> alive;
    for (uint32_t i = 0; i < blocks_.size(); ++i) {
      std::erase_if(alive, [&](uint32_t j) { return blocks_[j].last < blocks_[i].first; });
      alive_begin_.push_back(alive_.size());
      alive_.insert(alive_.end(), alive.begin(), alive.end());
      alive.push_back(i);
    }
    alive_begin_.push_back(alive_.size());
  }

  bool begins_within(uint32_t later, uint32_t block) const {
    return later < blocks_.size() && blocks_[later].first <= blocks_[block].last;
  }

  // Of each block, the bytes that live at the fullest step of its life.
  std::vector<uint64_t> pressures() const {
    std::vector<uint64_t> result(loads_);
    for (uint32_t i = 0; i < blocks_.size(); ++i) {
      for (uint32_t j = i + 1; begins_within(j, i); ++j) result[i] = std::max(result[i], loads_[j]);
    }
    return result;
  }

  void attempt(std::vector<uint32_t> order) {
    const uint64_t attempts = std::clamp<uint64_t>(kMaxVisits / (pairs_ + blocks_.size()), 1, kMaxAttempts);
    std::vector<uint64_t> offsets;
    for (uint64_t i = 0; i < attempts && !good(); ++i) {
      offsets.assign(blocks_.size(), kUnplaced);
      for (const uint32_t block : order) offsets[block] = lowest_free(block, offsets);
      keep(offsets);
      std::stable_partition(order.begin(), order.end(),
                            [&](uint32_t block) { return offsets[block] + size(block) > bound_; });
    }
  }

  uint64_t lowest_free(uint32_t block, const std::vector<uint64_t>& offsets) {
    taken_.clear();
    const auto take = [&](uint32_t other) {
      if (offsets[other] != kUnplaced) taken_.emplace_back(offsets[other], offsets[other] + size(other));
    };
    for (uint64_t k = alive_begin_[block]; k < alive_begin_[block + 1]; ++k) take(alive_[k]);
    for (uint32_t other = block + 1; begins_within(other, block); ++other) take(other);
    std::sort(taken_.begin(), taken_.end());
    uint64_t offset = 0;
    for (const auto& [begin, end] : taken_) {
      if (begin >= offset + size(block)) break;
      offset = std::max(offset, end);
    }
    return offset;
  }

  std::span<PlannedBuffer> buffers_;
  std::vector<Block> blocks_;
  std::vector<uint64_t> loads_;  // bytes that live once a block has begun
  uint64_t total_ = 0;
  uint64_t bound_ = 0;
  uint64_t pairs_ = 0;
  uint64_t arena_ = UINT64_MAX;
  std::vector<uint32_t> alive_;
  std::vector<uint64_t> alive_begin_;
  std::vector<std::pair<uint64_t, uint64_t>> taken_;
};

}  // namespace detail

// Sets every offset, a multiple of kArenaAlignment; returns the size of the arena. Deterministic. UINT64_MAX where the
// sizes add up to more than any memory has (2^62 bytes); the offsets then mean nothing.
inline uint64_t plan_memory(std::span<PlannedBuffer> buffers) { return detail::MemoryPlanner(buffers).run(); }

}  // namespace mortise::sdk
