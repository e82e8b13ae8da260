// SPDX-License-Identifier: Apache-2.0
//
// Memory plan: offsets in one arena for buffers whose lifetimes are known.
//
// Greedy by size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", arXiv:2001.03288):
// the largest buffer first, each at the lowest offset where it overlaps no buffer that lives at the same time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
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

// Sets every offset, a multiple of kArenaAlignment; returns the size of the arena. Deterministic.
//
// For each buffer it walks the placed ones in order of offset, so it costs n times the number that overlap in space: a
// chain of 100,000 equal buffers has two offsets and is planned in one sweep by the fast path below.
inline uint64_t plan_memory(std::span<PlannedBuffer> buffers) {
  std::vector<uint32_t> order(buffers.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return buffers[a].size > buffers[b].size; });

  // A row holds buffers at one offset range that never live at the same time, sorted by `first`. Rows nest: a buffer is
  // put into the lowest gap, and buffers placed at the same offset with a size not above the row's share the row.
  struct Row {
    uint64_t offset;
    uint64_t size;
    std::vector<std::pair<uint32_t, uint32_t>> lifetimes;  // sorted, disjoint
    bool free(uint32_t first, uint32_t last) const {
      auto next = std::lower_bound(lifetimes.begin(), lifetimes.end(), std::pair(first, 0u));
      if (next != lifetimes.end() && next->first <= last) return false;
      return next == lifetimes.begin() || std::prev(next)->second < first;
    }
    void add(uint32_t first, uint32_t last) {
      lifetimes.insert(std::lower_bound(lifetimes.begin(), lifetimes.end(), std::pair(first, 0u)), {first, last});
    }
  };
  std::vector<Row> rows;  // sorted by offset; a row's size is that of its largest buffer
  uint64_t arena = 0;
  for (const uint32_t index : order) {
    PlannedBuffer& buffer = buffers[index];
    if (buffer.size == 0) continue;
    const uint64_t size = align_up(buffer.size);
    uint64_t offset = 0;
    Row* share = nullptr;
    for (Row& row : rows) {
      if (row.offset >= offset + size) break;  // the gap before this row is large enough
      if (row.offset + row.size <= offset) continue;
      if (!row.free(buffer.first, buffer.last)) {
        offset = std::max(offset, row.offset + row.size);
        share = nullptr;
      } else if (row.offset == offset && row.size >= size) {
        share = &row;
      }
    }
    buffer.offset = offset;
    arena = std::max(arena, offset + size);
    if (share != nullptr) {
      share->add(buffer.first, buffer.last);
    } else {
      auto position =
          std::upper_bound(rows.begin(), rows.end(), offset, [](uint64_t o, const Row& r) { return o < r.offset; });
      rows.insert(position, Row{offset, size, {{buffer.first, buffer.last}}});
    }
  }
  return arena;
}

}  // namespace mortise::sdk
