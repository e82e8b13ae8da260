// SPDX-License-Identifier: Apache-2.0
//
// Lowering: one node of the graph to steps of a program, or the reason why not.
//
// claim() and compile() both come through here, so that what is claimed is what compiles. An operator is a function
// `void name(Lowering&)` in ops/ and a line in ops.inc; what does not suit the device is thrown as a Refusal, which
// keeps each operator to the few lines that say what is particular to it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "mortise/sdk/provider.h"
#include "program.h"

namespace mortise::vulkan {

// What lowering needs to know of the device and the options.
struct Target {
  Limits limits;
  bool shared_tiles = false;  // products keep their tiles in shared memory
  Storage storage = Storage::kFloat32;
};

class Lowering {
 public:
  Lowering(const sdk::GraphView& graph, const sdk::NodeView& node, const Target& target, Program& program)
      : graph_(graph), node_(node), target_(target), program_(program) {}

  const sdk::NodeView& node() const { return node_; }
  const Target& target() const { return target_; }
  Program& program() { return program_; }
  template <class... Parts>
  [[noreturn]] void refuse(uint32_t code, const Parts&... parts) const {
    throw sdk::Refusal{code, concat(node_.op_type(), ": ", parts...)};
  }
  // The value of a Result, or a refusal with its sentence.
  template <class T>
  T take(Result<T> result, uint32_t code = MORTISE_REFUSAL_ATTRIBUTE) const {
    if (!result.ok()) refuse(code, result.status().message());
    return std::move(result).value();
  }

  // A tensor of the node, whose type is among `allowed` and whose shape is known and not empty.
  TensorId input(uint32_t index, std::initializer_list<DType> allowed = {DType::kF32});
  TensorId output(uint32_t index = 0, std::initializer_list<DType> allowed = {DType::kF32});
  const Tensor& tensor(TensorId id) const { return program_.tensors[id]; }
  const Shape& dims(TensorId id) const { return program_.tensors[id].dims; }

  // Elements of a constant input of integers, or of float32.
  std::vector<int64_t> ints(uint32_t index) const;
  std::vector<float> floats(uint32_t index) const;
  // The one element of a constant float32 input, or `otherwise` where it is left out.
  float number(uint32_t index, float otherwise) const;

  // A dispatch, with one workgroup to begin with. Its name and nodes are set.
  Step& add(Shader shader, std::vector<uint32_t> spec, std::vector<TensorId> outputs, std::vector<TensorId> inputs);
  // As many workgroups as `count` invocations need, in workgroups of kGroup. The shader asks for invocation_index().
  static constexpr uint32_t kGroup = 64;
  void cover(Step& step, uint64_t count, uint64_t per_group = kGroup) const;
  // The output is the input with other dims, in the same memory.
  void view(TensorId output, TensorId input);
  // A tensor that is another with other dims, as many elements, in the same memory.
  TensorId reshaped(TensorId tensor, const Shape& dims);
  // The axis that an attribute names, counted from the front.
  uint32_t axis(int64_t given, uint64_t rank) const;

 private:
  TensorId resolve(sdk::ValueId value, std::initializer_list<DType> allowed);
  sdk::TensorView constant(uint32_t index) const;

  const sdk::GraphView& graph_;
  const sdk::NodeView& node_;
  const Target& target_;
  Program& program_;
};

// Appends the node's steps to the program; the reason why not if it cannot be (the program is then of no use).
std::optional<sdk::Refusal> lower(const sdk::GraphView& graph, const sdk::NodeView& node, const Target& target,
                                  Program& program);

}  // namespace mortise::vulkan
