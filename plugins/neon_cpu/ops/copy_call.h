// SPDX-License-Identifier: Apache-2.0
//
// What operators that only move elements have in common: Transpose, Slice, Expand, Concat, Split.
#pragma once

#include <span>

#include "../kernels/copy.h"
#include "../lower.h"

namespace mortise::neon {

struct CopyAxis {
  int64_t extent;
  int64_t from, to;  // strides in elements; `from` may be 0 (repeats) or negative
};

// An input or output of the call, and where in it to begin, in elements.
struct CopyPlace {
  size_t operand;
  int64_t offset;
};

// Input i as an operand whose elements the copy kernel moves: at most 8 bytes each, in at most `max_rank` axes. Their
// size in bytes.
inline uint64_t movable_operand(NodeReader& node, uint32_t i, uint32_t max_rank = kMaxCopyRank) {
  const DType dtype = node.operand(i, {});
  if (info(dtype).bits > 64) node.refuse(MORTISE_REFUSAL_DTYPE, to_string(dtype), " has elements above 8 bytes");
  if (const uint32_t rank = node.rank(i); rank > max_rank) {
    node.refuse(MORTISE_REFUSAL_RANK, "input ", i, " has rank ", rank, ", supported up to ", max_rank);
  }
  return info(dtype).bits / 8;
}

inline void add_copy(Call& call, uint64_t element_bytes, std::span<const CopyAxis> axes, CopyPlace from, CopyPlace to) {
  std::vector<uint64_t> extents;
  std::vector<int64_t> from_strides, to_strides;
  for (const CopyAxis& axis : axes) {
    extents.push_back(static_cast<uint64_t>(axis.extent));
    from_strides.push_back(axis.from);
    to_strides.push_back(axis.to);
  }
  const CopyPlan plan = plan_copy(element_bytes, extents, from_strides, to_strides);
  const auto bytes = static_cast<int64_t>(element_bytes);
  call.split(plan.work, [=](const Operands& operands, uint64_t begin, uint64_t end) {
    copy(plan, operands.in<std::byte>(from.operand) + from.offset * bytes,
         operands.out<std::byte>(to.operand) + to.offset * bytes, begin, end);
  });
}

}  // namespace mortise::neon
