// Kernel: how the reference provider runs one operator.
//
// An operator is one file in ops/ with a maker, `Result<Kernel> make_softmax(const NodeSpec& node)`, and one line in
// ops.inc. The maker reads attributes and types once, refuses what it cannot run (unimplemented: a sentence), and
// returns a function that is called for every run. The function reads inputs and writes outputs through its
// KernelContext. It may run on several threads at once, so it keeps no state, except a plan of its last shapes
// (ops/last_plan.h).
//
// Errors are sentences about the operator's own inputs and attributes ("axis 5 is out of range for rank 3"); the
// session puts the node's name in front.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <type_traits>

#include "mortise/sdk/graph_view.h"
#include "mortise/sdk/result.h"
#include "mortise/sdk/value.h"

namespace mortise::reference {

// What a maker may look at: attributes, since-version, and what is known of the inputs before the run.
class NodeSpec : public sdk::NodeView {
 public:
  NodeSpec(const sdk::GraphView& graph, sdk::NodeId id, bool accumulate_f64)
      : NodeView(graph.raw(), id), accumulate_f64_(accumulate_f64) {}

  // Element type of an input or an output, kUndefined if it is absent, unknown, or no tensor.
  DType input_dtype(uint64_t i) const { return has_input(i) ? dtype(inputs()[i]) : DType::kUndefined; }
  DType output_dtype(uint64_t i) const { return has_output(i) ? dtype(outputs()[i]) : DType::kUndefined; }
  // The oracle: sums and products are carried in double, whatever the tensor's type.
  bool accumulate_f64() const { return accumulate_f64_; }

 private:
  DType dtype(sdk::ValueId id) const {
    const sdk::ValueView value(graph(), id);
    return value.is_tensor() ? value.dtype() : DType::kUndefined;
  }
  bool accumulate_f64_;
};

// What a kernel sees of one run of its node. Implemented by the session.
class KernelContext {
 public:
  virtual ~KernelContext() = default;

  uint64_t num_inputs() const { return inputs_.size(); }
  uint64_t num_outputs() const { return outputs_.size(); }
  // False where the model leaves an optional one out.
  bool has_input(uint64_t i) const { return i < inputs_.size() && inputs_[i]->kind != ValueKind::kNone; }
  bool has_output(uint64_t i) const { return i < outputs_.size() && outputs_[i] != nullptr; }

  // Only when has_input(i) and it is a tensor (which inference has made sure of wherever the operator says so).
  // An index beyond the node's inputs throws, which ends the run with a sentence.
  const Tensor& input(uint64_t i) const { return given(i).tensor; }
  const Value& input_value(uint64_t i) {
    const Value& value = given(i);
    return value.kind == ValueKind::kNone || value.is_tensor() ? value : whole(value);
  }
  // The input to become an output, or part of one. Where it is no tensor, its elements may not have been read.
  const Value& shared_input(uint64_t i) const { return given(i); }
  ValueKind kind(uint64_t i) const { return given(i).kind; }
  // The elements of an input that is no tensor, without reading the others: what a long sequence is asked for one by one.
  virtual uint64_t num_elements(uint64_t i) { return given(i).elements.size(); }
  // n < num_elements(i). Its own elements may not have been read.
  virtual Result<Value> element(uint64_t i, uint64_t n) { return given(i).elements[n]; }

  // The output as a tensor to be written, every element of it; uninitialised. In a steady state this allocates nothing.
  // Throws when the run's memory is used up, or for a size that no memory can have.
  // Strings: elements may point anywhere that stays valid until the kernel returns (inputs, keep()).
  // An output that nobody reads may be asked for too; it then goes to scratch memory.
  Tensor& output(uint64_t i, DType dtype, const Shape& shape) {
    if (i < outputs_.size() && outputs_[i] != nullptr) {
      Value& value = *outputs_[i];
      if (value.is_tensor() && value.tensor.dtype() == dtype && value.tensor.raw() != nullptr &&
          value.tensor.shape() == shape) {
        return value.tensor;
      }
    }
    return prepare_output(i, dtype, shape);
  }
  // The output as any other value. Its parts are shared; those in memory that is written again are copied when the
  // kernel returns.
  void set_output(uint64_t i, Value value) {
    if (has_output(i)) *outputs_[i] = std::move(value);
  }

  // Output 0 becomes the sequence of input 0 with elements [first, first + removed), which it has, replaced by `added`,
  // which are tensors. Where the sequence lies with the host, the others are neither read nor copied, however many.
  virtual Status splice(uint64_t first, uint64_t removed, std::span<const Value> added);

  // Uninitialised memory until the kernel returns; aligned to 64 bytes.
  template <class T>
  std::span<T> scratch(uint64_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return {static_cast<T*>(scratch_bytes(count, sizeof(T))), count};
  }
  // A tensor of its own, for a part of a value: uninitialised, out of the session's memory limit.
  virtual Result<Tensor> allocate(DType dtype, const Shape& shape) = 0;
  // Keeps a string until the kernel returns (longer if it becomes an element of an output).
  virtual mortise_string_t keep(std::string text) = 0;

  // body(begin, end) over [0, count) cut at multiples of `grain`, possibly on several threads at once. Choose the grain
  // so that a range is worth some 20 us of work; results must not depend on which thread runs a range.
  template <class Body>
  void parallel_for(uint64_t count, uint64_t grain, Body&& body) {
    if (count == 0) return;
    if (count <= grain) {
      body(uint64_t{0}, count);
      return;
    }
    using BodyType = std::remove_reference_t<Body>;
    parallel_ranges(
        count, grain, [](void* b, uint64_t begin, uint64_t end) { (*static_cast<BodyType*>(b))(begin, end); }, &body);
  }

 protected:
  [[noreturn]] static void throw_missing_input(uint64_t i);
  const Value& given(uint64_t i) const {
    if (i >= inputs_.size()) throw_missing_input(i);
    return *inputs_[i];
  }
  // The value with its elements, which may not have been read yet.
  virtual const Value& whole(const Value& value) { return value; }
  virtual Tensor& prepare_output(uint64_t i, DType dtype, const Shape& shape) = 0;
  virtual void* scratch_bytes(uint64_t count, uint64_t element_size) = 0;
  virtual void parallel_ranges(uint64_t count, uint64_t grain, void (*body)(void*, uint64_t, uint64_t),
                               void* context) = 0;

  std::span<const Value* const> inputs_;
  std::span<Value* const> outputs_;
};

using Kernel = std::function<Status(KernelContext&)>;
using KernelMaker = Result<Kernel> (*)(const NodeSpec&);

}  // namespace mortise::reference
