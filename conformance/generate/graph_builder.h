// GraphBuilder: a random graph under construction, and what is known of its values.
//
// Every value is a tensor of integers, whatever its type, within limits that make every operator of graph_ops.inc exact
// in float16, float32 and integers alike: the range of each is known, and narrowed with Clip before it could grow too
// wide. In a batched graph, axis 0 of what depends on the graph's inputs is the batch, whose extent differs from run to
// run: nothing may compute with it or move it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/engine/random.h"
#include "core/graph/graph.h"

namespace mortise::conformance {

// Both ends included.
struct Interval {
  int64_t low = 0;
  int64_t high = 0;

  int64_t magnitude() const { return std::max(std::abs(low), std::abs(high)); }
  bool within(const Interval& other) const { return other.low <= low && high <= other.high; }
};
// What values of a type may be: +-2047 for types that hold it, fewer for 8 bits.
Interval limits_of(DType dtype);

struct Known {
  ValueId id = kNoId;  // in its builder's graph
  DType dtype = DType::kUndefined;
  Shape shape;           // with the extent kBatch where it is batched
  bool batched = false;  // axis 0 is the batch
  Interval range;

  uint32_t rank() const { return shape.rank(); }
  // The first axis that operators may touch.
  uint32_t first_axis() const { return batched ? 1 : 0; }
};

inline constexpr int64_t kBatch = 3;          // the extent of the batch while the graph is made
inline constexpr int64_t kMaxElements = 256;  // of a tensor

// An output of a node to be made; with `left_out` the graph has no value for it.
struct Made {
  DType dtype = DType::kUndefined;
  Shape shape;
  bool batched = false;
  Interval range;
  bool left_out = false;
};

using Attributes = std::vector<std::pair<std::string_view, AttributeValue>>;

class GraphBuilder {
 public:
  GraphBuilder(Graph& graph, Random& random, bool batched);
  // Of a body in a node of the parent's graph.
  GraphBuilder(Graph& body, GraphBuilder& parent);

  Random& random() { return random_; }
  Graph& graph() { return graph_; }
  int32_t opset() const { return opset_; }
  uint32_t depth() const { return depth_; }  // of bodies around this graph
  bool batched() const { return batched_; }  // the graph's inputs are

  // --- Values to read: one that is there already, of this graph or one around it, or a new one
  Known pick(const std::vector<DType>& dtypes, uint32_t min_rank = 0);
  // Nothing in a body where a batch is wanted that nobody has.
  std::optional<Known> pick_shape(DType dtype, const Shape& shape, bool batched);
  // One that broadcasts with x to no more than kMaxElements.
  Known partner(const Known& x, DType dtype);
  // A constant with values in the range, or of these integers; equal integers share one constant.
  Known constant(DType dtype, const Shape& shape, Interval range);
  Known integers(const std::vector<int64_t>& elements);
  Known scalar(DType dtype, int64_t element);
  // A new input of the graph; in a body, a constant.
  Known input(DType dtype, const Shape& shape, bool batched, Interval range);
  // An input of the body, which is not picked before it is added here.
  Known body_input(DType dtype, const Shape& shape, bool batched, Interval range);
  // The same as a value of this graph, read from around it.
  Known reach(const Known& of_parent);

  // x, or x clipped where its range is wider.
  Known within(const Known& x, Interval range);

  // --- Nodes. An input without an id is left out. Gives one Known per output.
  std::vector<Known> node(std::string_view op, const std::vector<Known>& inputs, const std::vector<Made>& outputs,
                          Attributes attributes = {});
  // A node with one output.
  Known node1(std::string_view op, const std::vector<Known>& inputs, const Made& output, Attributes attributes = {}) {
    return node(op, inputs, {output}, std::move(attributes)).front();
  }
  // Adds one or more nodes of an operator that chance chooses.
  void grow();

  // Values that nothing reads yet, and all values that nodes of this graph made.
  std::vector<Known> leaves() const;
  const std::vector<Known>& made() const { return made_; }
  // One per input of the graph.
  const std::vector<Known>& inputs() const { return inputs_; }

  Shape random_shape(uint32_t min_rank);
  // One of an axis that operators may touch; nothing where there is none.
  std::optional<uint32_t> random_axis(const Known& x);

 private:
  Symbol fresh_name(std::string_view prefix);
  template <class Fits>
  std::optional<Known> find(Fits&& fits);

  Graph& graph_;
  Random& random_;
  GraphBuilder* parent_;
  bool batched_;
  int32_t opset_;
  uint32_t depth_;
  std::shared_ptr<uint64_t> names_;  // given so far, in all bodies: names are unique
  std::vector<Known> values_;        // readable ones of this graph
  std::vector<Known> made_, inputs_;
  std::map<ValueId, uint32_t> reads_;
  std::map<ValueId, Known> reached_;  // of the parent's values
  std::map<std::vector<int64_t>, Known> integers_;
};

// The shape to which two broadcast, or nothing where they do not or the batch would be touched.
std::optional<Shape> broadcast(const Known& x, const Known& y);

}  // namespace mortise::conformance
