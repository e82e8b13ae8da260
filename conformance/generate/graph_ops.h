// The operators of random graphs: graph_ops.inc, one line each, in files of graph_ops/ by family.
#pragma once

#include <span>

#include "conformance/generate/graph_builder.h"

namespace mortise::conformance {

struct GraphOp {
  std::string_view name;
  uint32_t weight;  // how often, against the others
  // Adds nodes that read values of the builder; none where what was picked does not fit.
  void (*add)(GraphBuilder& builder);
};
std::span<const GraphOp> graph_ops();

// Types that these operators compute with.
inline const std::vector<DType> kFloats = {DType::kF32, DType::kF32, DType::kF16};
inline const std::vector<DType> kNumbers = {DType::kF32, DType::kF32, DType::kF16, DType::kI32,
                                            DType::kI64, DType::kI8,  DType::kU8};
inline const std::vector<DType> kSigned = {DType::kF32, DType::kF32, DType::kF16, DType::kI32, DType::kI64, DType::kI8};
inline const std::vector<DType> kWide = {DType::kF32, DType::kF32, DType::kF16, DType::kI32, DType::kI64};
inline const std::vector<DType> kAny = {DType::kF32, DType::kF32, DType::kF16, DType::kI32,
                                        DType::kI64, DType::kI8,  DType::kU8,  DType::kBool};

}  // namespace mortise::conformance
