// SPDX-License-Identifier: Apache-2.0
//
// Lowering: one node of the graph to an op, or the reason why not.
//
// claim() and compile() both come through lower(), so that what is claimed is what compiles. A lower function of an
// operator asks a NodeReader for what it needs; the first thing that does not suit is thrown as a Refusal, which keeps
// each operator to the lines that are particular to it.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "mortise/sdk/provider.h"
#include "op.h"
#include "options.h"

namespace mortise::neon {

struct Lowered {
  std::unique_ptr<Op> op;
  std::vector<sdk::ValueId> inputs;   // what the op reads in a run, in its order
  std::vector<sdk::ValueId> outputs;  // what it writes
};

using DTypes = std::initializer_list<DType>;

class NodeReader {
 public:
  NodeReader(const sdk::GraphView& graph, const sdk::NodeView& node, const Options& options)
      : graph_(graph), node_(node), options_(options) {}

  const Options& options() const { return options_; }
  const sdk::NodeView& node() const { return node_; }
  std::string op() const { return std::string(node_.op_type()); }
  int32_t version() const { return node_.since_version(); }
  uint32_t num_inputs() const { return static_cast<uint32_t>(node_.inputs().size()); }
  uint32_t num_outputs() const { return static_cast<uint32_t>(node_.outputs().size()); }
  bool has_input(uint32_t i) const { return node_.has_input(i); }
  bool has_output(uint32_t i) const { return node_.has_output(i); }
  bool is_constant(uint32_t i) const { return has_input(i) && input_value(i).is_constant(); }

  template <class... Parts>
  [[noreturn]] void refuse(uint32_t code, const Parts&... parts) const {
    throw sdk::Refusal{code, concat(op(), ": ", parts...)};
  }

  // Input i as an operand of the run; refuses another element type. An empty list: any whose elements are whole bytes.
  DType operand(uint32_t i, DTypes allowed = {DType::kF32});
  // Output i; refuses another element type.
  DType result(uint32_t i = 0, DTypes allowed = {DType::kF32});
  // The extents of input i as far as they are known, -1 where they are not; nothing if even the rank is not.
  std::optional<Shape> extents(uint32_t i) const;
  uint32_t rank(uint32_t i) const;  // refuses an unknown one

  // Input i as a constant; refuses anything else.
  sdk::TensorView constant(uint32_t i) const;
  sdk::TensorView constant_f32(uint32_t i) const {
    const sdk::TensorView tensor = constant(i);
    if (tensor.dtype() != DType::kF32) wrong_dtype(i, tensor.dtype());
    return tensor;
  }
  template <class T>
  std::vector<T> numbers(uint32_t i) const {
    const sdk::TensorView tensor = constant(i);
    if (tensor.dtype() != dtype_of<T>) wrong_dtype(i, tensor.dtype());
    const auto all = tensor.data<T>();
    return {all.begin(), all.end()};
  }
  // int64 or int32 numbers.
  std::vector<int64_t> integers(uint32_t i) const;
  template <class T>
  T scalar(uint32_t i) const {
    const auto all = numbers<T>(i);
    if (all.size() != 1) refuse(MORTISE_REFUSAL_SHAPE, "input ", i, " has ", all.size(), " elements where 1 is needed");
    return all[0];
  }

  int64_t get_int(std::string_view name, int64_t otherwise) const { return node_.get_int(name, otherwise); }
  float get_float(std::string_view name, float otherwise) const { return node_.get_float(name, otherwise); }
  std::vector<int64_t> get_ints(std::string_view name) const {
    const auto all = node_.get_ints(name);
    return {all.begin(), all.end()};
  }

  // The end of a lower function.
  template <class OpType, class... Arguments>
  Lowered make(Arguments&&... arguments) {
    return wrap(std::make_unique<OpType>(std::forward<Arguments>(arguments)...));
  }
  Lowered wrap(std::unique_ptr<Op> op) { return {std::move(op), std::move(inputs_), std::move(outputs_)}; }

  sdk::ValueView input_value(uint32_t i) const;

 private:
  [[noreturn]] void wrong_dtype(uint32_t input, DType dtype) const;
  void check(const sdk::ValueView& value, DTypes allowed) const;

  const sdk::GraphView& graph_;
  const sdk::NodeView& node_;
  const Options& options_;
  std::vector<sdk::ValueId> inputs_;
  std::vector<sdk::ValueId> outputs_;
};

std::variant<Lowered, sdk::Refusal> lower(const sdk::GraphView& graph, const sdk::NodeView& node,
                                          const Options& options);

}  // namespace mortise::neon
