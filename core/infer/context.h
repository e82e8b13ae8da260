// InferContext: what an operator's inference function sees of its node, and where it puts what it knows of the outputs.
//
// The node has been checked against the operator's signature: required inputs and attributes are there, kinds, element
// types and restrictions hold. Shapes are anything, and an input's type may be unknown. Functions report a fault with
// error() and leave unknown what follows from nothing known; element types that the signature determines set
// themselves.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/graph/graph.h"
#include "core/infer/elements.h"
#include "core/infer/extents.h"
#include "core/infer/signature.h"

namespace mortise::infer {

class Engine;

struct BodyOutput {
  Type type;
  std::optional<Elements> elements;
};

class InferContext {
 public:
  InferContext(Engine& engine, const Graph& graph, NodeId id, const Signature& signature)
      : engine_(engine), graph_(graph), id_(id), signature_(signature) {}

  // Checks the node against its signature; before anything else.
  Status check();

  const Graph& graph() const { return graph_; }
  NodeId id() const { return id_; }
  const Node& node() const { return graph_.node(id_); }
  std::string_view op_type() const { return node().op_type; }
  int32_t version() const { return node().since_version; }
  uint32_t num_inputs() const { return static_cast<uint32_t>(node().inputs.size()); }
  uint32_t num_outputs() const { return static_cast<uint32_t>(node().outputs.size()); }
  bool has_input(uint32_t i) const { return i < num_inputs() && node().inputs[i] != kNoId; }

  // The unknown type for an input that is left out.
  const Type& input(uint32_t i) const;
  DType dtype(uint32_t i) const { return input(i).dtype; }
  // Null where the rank is unknown.
  const Dims* dims(uint32_t i) const { return input(i).dims ? &*input(i).dims : nullptr; }
  // Unknown where the rank is unknown or too small.
  Dim extent(uint32_t i, size_t axis) const {
    return dims(i) != nullptr && axis < dims(i)->size() ? (*dims(i))[axis] : kUnknownDim;
  }
  // The content of a small tensor of rank 0 or 1, as far as it is known.
  std::optional<Elements> elements(uint32_t i) const;
  // elements(), if each is an integer, or each is a real number.
  std::optional<std::vector<int64_t>> ints(uint32_t i) const;
  std::optional<std::vector<double>> reals(uint32_t i) const;
  // From the attribute where the node has it, otherwise from the input; nothing if there is neither or it is unknown.
  std::optional<std::vector<int64_t>> ints(std::string_view attribute, uint32_t i) const;
  std::optional<int64_t> scalar(uint32_t i) const;
  // The shape that an input of integers gives; where only its length is known, that many unknown extents.
  std::optional<Dims> shape(uint32_t i) const;
  // The element type that an attribute names by number; fails if there is none of this number.
  Result<DType> dtype_attribute(std::string_view attribute, DType otherwise) const;

  // What the signature and the inputs say of an output: its kind and element type, as far as they do.
  Type form_of_output(uint32_t i) const { return output_type(signature_, i, types_); }
  // Nothing happens for an output that the node does not have.
  void set_output(uint32_t i, const Type& type);
  // A tensor whose element type is the signature's.
  void set_shape(uint32_t i, std::optional<Dims> dims);
  // A tensor whose element type the signature leaves open.
  void set_tensor(uint32_t i, DType dtype, std::optional<Dims> dims) {
    set_output(i, Type::tensor(dtype, std::move(dims)));
  }
  // The content of an output.
  void set_elements(uint32_t i, Elements elements);
  void set_elements(Elements elements) { set_elements(0, std::move(elements)); }
  // What is known of input `from` is the content of output 0, whose shape alone differs.
  void pass_elements(uint32_t from);
  // Gives the outputs that no one has set what the signature says of them, and checks the element types of all; after
  // everything else.
  Status finish();

  // 0 <= axis < rank, negative ones counted from the end.
  Result<size_t> axis(int64_t axis, size_t rank) const;
  // The axes of a list, each once, as a mask.
  Result<std::vector<bool>> axis_mask(std::span<const int64_t> axes, size_t rank) const;
  // The same; fails if `what` the list is names an axis twice.
  Result<std::vector<bool>> distinct_axes(std::string_view what, std::span<const int64_t> axes, size_t rank) const;
  // Fail if the rank is known and does not fit.
  Status expect_rank_at_least(uint32_t i, size_t rank) const;
  Status expect_rank(uint32_t i, size_t rank) const;
  // What is known of two extents that must be the same; `what` they are, for the sentence if they are not.
  Result<Dim> same(const Dim& a, const Dim& b, std::string_view what) const;

  // What is known of a body's outputs when its inputs have these types. Where `keep` is set they become the types of
  // the body's values; otherwise the body is only tried.
  enum class Keep : bool { kNo, kYes };
  Result<std::vector<BodyOutput>> infer_body(std::string_view attribute, std::span<const Type> inputs,
                                             Keep keep = Keep::kYes);
  // How many bodies the node is in.
  uint32_t depth() const;
  // Whether what is inferred becomes the graph's types. Otherwise it is about shapes that are tried or are those of one
  // run, which may never come to everything that the graph has.
  bool keeps() const;
  // "input #0 'A' is float32[2, 3]"
  std::string of_input(uint32_t i) const;

  template <class... Parts>
  Status error(const Parts&... parts) const {
    return std::move(invalid_argument(describe(graph_, id_), ": ", parts...)).at_node(id_);
  }

 private:
  Engine& engine_;
  const Graph& graph_;
  const NodeId id_;
  const Signature& signature_;
  ElementTypes types_{};
};

// Multidirectional broadcasting; nothing if extents are certainly incompatible.
std::optional<Dims> broadcast(const Dims& a, const Dims& b);
// Of inputs first .. last-1; nothing if a rank is unknown. Fails, naming two inputs, if they are incompatible.
Result<std::optional<Dims>> broadcast_inputs(const InferContext& context, uint32_t first, uint32_t last);

}  // namespace mortise::infer
