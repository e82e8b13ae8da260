// SPDX-License-Identifier: Apache-2.0
//
// See lower.h.
#include "lower.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include "mortise/provider.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::vulkan {

namespace ops {
#define MORTISE_VULKAN_OP(op_type, newest, function) void function(Lowering& l);
#include "ops.inc"
#undef MORTISE_VULKAN_OP
}  // namespace ops

namespace {

struct Operator {
  int32_t newest;  // the newest since-version whose meaning is known
  void (*lower)(Lowering&);
};

const std::map<std::string_view, Operator> kOperators = {
#define MORTISE_VULKAN_OP(op_type, newest, function) {op_type, {newest, ops::function}},
#include "ops.inc"
#undef MORTISE_VULKAN_OP
};

}  // namespace

TensorId Lowering::resolve(sdk::ValueId id, std::initializer_list<DType> allowed) {
  const sdk::ValueView value = graph_.value(id);
  if (!value.is_tensor()) refuse(MORTISE_REFUSAL_DTYPE, "'", value.name(), "' is not a tensor");
  if (std::find(allowed.begin(), allowed.end(), value.dtype()) == allowed.end()) {
    refuse(MORTISE_REFUSAL_DTYPE, "'", value.name(), "' is ", to_string(value.dtype()), ", which no shader takes here");
  }
  if (const auto known = program_.of_value.find(id); known != program_.of_value.end()) return known->second;
  const auto shape = value.static_shape();
  if (!shape) {
    refuse(MORTISE_REFUSAL_DYNAMIC_SHAPE, "the shape of '", value.name(), "' is known only in the run");
  }
  const auto count = checked_num_elements(*shape);
  const auto bytes = count ? size_in_bytes(value.dtype(), static_cast<uint64_t>(*count)) : std::nullopt;
  const uint64_t limit = target_.limits.buffer_range;
  if (!bytes || *bytes > limit) {
    refuse(MORTISE_REFUSAL_TOO_BIG, "'", value.name(), "' ", to_string(*shape), " has more than the ", limit,
           " bytes that a shader reaches");
  }
  if (*count == 0) refuse(MORTISE_REFUSAL_SHAPE, "'", value.name(), "' is empty, which is left to the host");
  Tensor tensor{.dtype = value.dtype(), .dims = *shape, .bytes = *bytes, .fill = {}};
  if (value.is_constant()) {
    const sdk::TensorView content = value.constant();
    if (content.size_bytes() != *bytes) refuse(MORTISE_REFUSAL_OTHER, "constant '", value.name(), "' has another size");
    tensor.fill = [source = static_cast<const std::byte*>(content.raw().data) + content.raw().byte_offset,
                   size = *bytes](std::byte* target) { std::memcpy(target, source, size); };
  }
  const TensorId made = program_.add(std::move(tensor));
  program_.of_value.emplace(id, made);
  return made;
}

TensorId Lowering::input(uint32_t index, std::initializer_list<DType> allowed) {
  if (!node_.has_input(index)) refuse(MORTISE_REFUSAL_OTHER, "input ", index, " is missing");
  return resolve(node_.inputs()[index], allowed);
}

TensorId Lowering::output(uint32_t index, std::initializer_list<DType> allowed) {
  if (!node_.has_output(index)) refuse(MORTISE_REFUSAL_OTHER, "output ", index, " is missing");
  return resolve(node_.outputs()[index], allowed);
}

sdk::TensorView Lowering::constant(uint32_t index) const {
  if (!node_.has_input(index)) refuse(MORTISE_REFUSAL_OTHER, "input ", index, " is missing");
  const sdk::ValueView value = graph_.value(node_.inputs()[index]);
  if (!value.is_constant()) {
    refuse(MORTISE_REFUSAL_NOT_CONSTANT, "input ", index, " ('", value.name(), "') must be constant");
  }
  return value.constant();
}

std::vector<int64_t> Lowering::ints(uint32_t index) const {
  const sdk::TensorView tensor = constant(index);
  const auto* source = static_cast<const std::byte*>(tensor.raw().data) + tensor.raw().byte_offset;
  std::vector<int64_t> result(static_cast<size_t>(tensor.num_elements()));
  for (size_t i = 0; i < result.size(); ++i) {
    if (tensor.dtype() == DType::kI64) {
      std::memcpy(&result[i], source + 8 * i, 8);
    } else if (tensor.dtype() == DType::kI32) {
      int32_t narrow = 0;
      std::memcpy(&narrow, source + 4 * i, 4);
      result[i] = narrow;
    } else {
      refuse(MORTISE_REFUSAL_DTYPE, "input ", index, " is ", to_string(tensor.dtype()), ", not of integers");
    }
  }
  return result;
}

std::vector<float> Lowering::floats(uint32_t index) const {
  const sdk::TensorView tensor = constant(index);
  if (tensor.dtype() != DType::kF32) {
    refuse(MORTISE_REFUSAL_DTYPE, "input ", index, " is ", to_string(tensor.dtype()), ", not float32");
  }
  std::vector<float> result(static_cast<size_t>(tensor.num_elements()));
  if (!result.empty()) {
    std::memcpy(result.data(), static_cast<const std::byte*>(tensor.raw().data) + tensor.raw().byte_offset,
                4 * result.size());
  }
  return result;
}

float Lowering::number(uint32_t index, float otherwise) const {
  if (!node_.has_input(index)) return otherwise;
  const std::vector<float> all = floats(index);
  if (all.size() != 1) refuse(MORTISE_REFUSAL_SHAPE, "input ", index, " has ", all.size(), " elements, not one");
  return all[0];
}

Step& Lowering::add(Shader shader, std::vector<uint32_t> spec, std::vector<TensorId> outputs,
                    std::vector<TensorId> inputs) {
  program_.steps.push_back({.shader = shader,
                            .name = std::string(node_.op_type()),
                            .nodes = {node_.id()},
                            .spec = std::move(spec),
                            .outputs = std::move(outputs),
                            .inputs = std::move(inputs),
                            .push = {},
                            .chain = {}});
  return program_.steps.back();
}

void Lowering::cover(Step& step, uint64_t count, uint64_t per_group) const {
  const uint64_t groups = std::max<uint64_t>(1, (count + per_group - 1) / per_group);
  const uint64_t row = std::min<uint64_t>(groups, target_.limits.groups);
  const uint64_t rows = (groups + row - 1) / row;
  if (rows > target_.limits.groups) refuse(MORTISE_REFUSAL_TOO_BIG, "more work than one dispatch takes");
  step.groups = {static_cast<uint32_t>(row), static_cast<uint32_t>(rows)};
}

void Lowering::view(TensorId output, TensorId input) {
  if (tensor(output).dtype != tensor(input).dtype || tensor(output).bytes != tensor(input).bytes) {
    refuse(MORTISE_REFUSAL_SHAPE, to_string(dims(input)), " cannot become ", to_string(dims(output)));
  }
  program_.tensors[output].root = tensor(input).root;
}

TensorId Lowering::reshaped(TensorId from, const Shape& dims) {
  const TensorId made =
      program_.add({.dtype = tensor(from).dtype, .dims = dims, .bytes = tensor(from).bytes, .fill = {}});
  program_.tensors[made].root = tensor(from).root;
  return made;
}

uint32_t Lowering::axis(int64_t given, uint64_t rank) const { return take(sdk::normalise_axis(given, rank)); }

std::optional<sdk::Refusal> lower(const sdk::GraphView& graph, const sdk::NodeView& node, const Target& target,
                                  Program& program) {
  const auto found = node.domain().empty() ? kOperators.find(node.op_type()) : kOperators.end();
  if (found == kOperators.end()) {
    return sdk::Refusal{MORTISE_REFUSAL_OP, concat(node.domain(), node.domain().empty() ? "" : ".", node.op_type(),
                                                   ": there is no shader for this operator")};
  }
  if (node.since_version() > found->second.newest) {
    return sdk::Refusal{MORTISE_REFUSAL_OPSET,
                        concat(node.op_type(), ": version ", node.since_version(),
                               " is newer than this plugin, which knows ", found->second.newest)};
  }
  try {
    Lowering lowering(graph, node, target, program);
    found->second.lower(lowering);
  } catch (const sdk::Refusal& refusal) {
    return refusal;
  }
  return std::nullopt;
}

}  // namespace mortise::vulkan
