// SPDX-License-Identifier: Apache-2.0
//
// See lower.h.
#include "lower.h"

#include <algorithm>

#include "registry.h"

namespace mortise::neon {

sdk::ValueView NodeReader::input_value(uint32_t i) const {
  if (!node_.has_input(i)) refuse(MORTISE_REFUSAL_OTHER, "input ", i, " is missing");
  return graph_.value(node_.inputs()[i]);
}

void NodeReader::wrong_dtype(uint32_t input, DType dtype) const {
  refuse(MORTISE_REFUSAL_DTYPE, "input ", input, " is ", to_string(dtype), ", which is not supported here");
}

void NodeReader::check(const sdk::ValueView& value, DTypes allowed) const {
  const DType dtype = value.dtype();
  if (!value.is_tensor() || dtype == DType::kUndefined) {
    refuse(MORTISE_REFUSAL_DTYPE, "'", value.name(), "' is not a tensor of a known element type");
  }
  if (allowed.size() == 0 ? info(dtype).bits >= 8 && dtype != DType::kString
                          : std::find(allowed.begin(), allowed.end(), dtype) != allowed.end()) {
    return;
  }
  std::string names;
  for (const DType each : allowed) names += (names.empty() ? "" : ", ") + std::string(to_string(each));
  if (names.empty()) names = "whole bytes";
  refuse(MORTISE_REFUSAL_DTYPE, "'", value.name(), "' is ", to_string(dtype), ", supported: ", names);
}

DType NodeReader::operand(uint32_t i, DTypes allowed) {
  const sdk::ValueView value = input_value(i);
  check(value, allowed);
  inputs_.push_back(value.id());
  return value.dtype();
}

DType NodeReader::result(uint32_t i, DTypes allowed) {
  if (!node_.has_output(i)) refuse(MORTISE_REFUSAL_OTHER, "output ", i, " is missing");
  const sdk::ValueView value = graph_.value(node_.outputs()[i]);
  check(value, allowed);
  outputs_.push_back(value.id());
  return value.dtype();
}

std::optional<Shape> NodeReader::extents(uint32_t i) const {
  const sdk::ValueView value = input_value(i);
  if (!value.is_tensor() || !value.has_rank()) return std::nullopt;
  Shape extents;
  for (const mortise_dim_t& dim : value.dims()) extents.push_back(dim.value);
  return extents;
}

uint32_t NodeReader::rank(uint32_t i) const {
  const auto known = extents(i);
  if (!known) refuse(MORTISE_REFUSAL_DYNAMIC_SHAPE, "the rank of '", input_value(i).name(), "' is unknown");
  return known->rank();
}

sdk::TensorView NodeReader::constant(uint32_t i) const {
  const sdk::ValueView value = input_value(i);
  if (!value.is_constant()) {
    refuse(MORTISE_REFUSAL_NOT_CONSTANT, "input ", i, " ('", value.name(), "') must be constant");
  }
  return value.constant();
}

std::vector<int64_t> NodeReader::integers(uint32_t i) const {
  if (constant(i).dtype() != DType::kI32) return numbers<int64_t>(i);
  const auto narrow = numbers<int32_t>(i);
  return {narrow.begin(), narrow.end()};
}

std::variant<Lowered, sdk::Refusal> lower(const sdk::GraphView& graph, const sdk::NodeView& node,
                                          const Options& options) {
  try {
    NodeReader reader(graph, node, options);
    return find_operator(reader)(reader);
  } catch (sdk::Refusal& refusal) {
    return std::move(refusal);
  }
}

}  // namespace mortise::neon
