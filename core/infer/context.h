// InferContext: what an operator's inference function sees of its node, and where it puts the types of the outputs.
//
// Functions report a fault with error() and leave an output unknown where inputs are unknown. Extents are computed with
// the saturating helpers below; the engine rejects types of an absurd size, so no function needs to check for overflow.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/graph/graph.h"

namespace mortise::infer {

// One element of an integer tensor whose content is followed: a number, or the extent that a symbol names, or unknown.
struct Element {
  bool known = false;
  int64_t value = 0;
  const char* symbol = nullptr;
};
using Elements = std::vector<Element>;

inline Element known_element(int64_t value) { return {true, value, nullptr}; }
inline Element to_element(const Dim& dim) { return {is_known(dim), is_known(dim) ? dim.value : 0, dim.symbol}; }
// As an extent; a negative number becomes unknown.
inline Dim to_dim(const Element& element) {
  if (element.known) return element.value >= 0 ? known_dim(element.value) : kUnknownDim;
  return {MORTISE_UNKNOWN_DIM, element.symbol};
}

int64_t saturating_add(int64_t a, int64_t b);
int64_t saturating_multiply(int64_t a, int64_t b);
Dim multiply(const Dim& a, const Dim& b);
Dim product(std::span<const Dim> dims);
// dim + amount, at least 0; unknown unless the amount is 0 or the extent known.
Dim add(const Dim& dim, int64_t amount);
// The extent that both have, where they differ unknown.
Dim common(const Dim& a, const Dim& b);
Type common(const Type& a, const Type& b);

class Engine;

class InferContext {
 public:
  InferContext(Engine& engine, const Graph& graph, NodeId id) : engine_(engine), graph_(graph), id_(id) {}

  const Node& node() const { return graph_.node(id_); }
  int32_t version() const { return node().since_version; }
  uint32_t num_inputs() const { return static_cast<uint32_t>(node().inputs.size()); }
  uint32_t num_outputs() const { return static_cast<uint32_t>(node().outputs.size()); }
  bool has_input(uint32_t i) const { return i < num_inputs() && node().inputs[i] != kNoId; }

  // The unknown type for an input that is left out.
  const Type& input(uint32_t i) const;
  DType dtype(uint32_t i) const { return input(i).dtype; }
  // Null where the rank is unknown.
  const Dims* dims(uint32_t i) const { return input(i).dims ? &*input(i).dims : nullptr; }
  const Tensor* constant(uint32_t i) const { return has_input(i) ? graph_.constant(node().inputs[i]) : nullptr; }
  // The content of a small integer tensor of rank 0 or 1, as far as it is known.
  std::optional<Elements> elements(uint32_t i) const;
  // elements(), if each is a number.
  std::optional<std::vector<int64_t>> ints(uint32_t i) const;
  std::optional<int64_t> scalar(uint32_t i) const;
  // From the attribute where the node has it, otherwise from the input; nothing if there is neither or it is unknown.
  std::optional<std::vector<int64_t>> ints(std::string_view attribute, uint32_t i) const;
  DType dtype_attribute(std::string_view attribute, DType otherwise) const;

  // Nothing happens for an output that the node does not have.
  void set_output(uint32_t i, Type type);
  void set_output(uint32_t i, DType dtype, std::optional<Dims> dims = std::nullopt) {
    set_output(i, Type::tensor(dtype, std::move(dims)));
  }
  // The content of output 0.
  void set_elements(Elements elements);

  // 0 <= axis < rank, negative ones counted from the end.
  Result<size_t> axis(int64_t axis, size_t rank) const;
  // The axes of a list, each once, as a mask.
  Result<std::vector<bool>> axis_mask(std::span<const int64_t> axes, size_t rank) const;
  Status expect_rank(uint32_t i, size_t at_least) const;

  // Types of a body's outputs when its inputs have these types.
  Result<std::vector<Type>> infer_body(std::string_view attribute, std::span<const Type> inputs);

  template <class... Parts>
  Status error(const Parts&... parts) const {
    return std::move(invalid_argument(describe(graph_, id_), ": ", parts...)).at_node(id_);
  }

 private:
  Engine& engine_;
  const Graph& graph_;
  NodeId id_;
};

// Multidirectional broadcasting; fails if extents are certainly incompatible.
Result<Dims> broadcast(const InferContext& context, const Dims& a, const Dims& b);
// Of inputs first .. last-1; nothing if a rank is unknown.
Result<std::optional<Dims>> broadcast_inputs(const InferContext& context, uint32_t first, uint32_t last);

}  // namespace mortise::infer
