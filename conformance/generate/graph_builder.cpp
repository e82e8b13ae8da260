#include "conformance/generate/graph_builder.h"

#include <algorithm>

#include "conformance/generate/graph_ops.h"
#include "conformance/generate/integer_tensor.h"
#include "core/infer/operator_table.h"

namespace mortise::conformance {

Interval limits_of(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return {0, 1};
    case DType::kI8:
      return {-127, 127};
    case DType::kU8:
      return {0, 255};
    default:
      return {-2047, 2047};
  }
}

GraphBuilder::GraphBuilder(Graph& graph, Random& random, bool batched)
    : graph_(graph),
      random_(random),
      parent_(nullptr),
      batched_(batched),
      opset_(static_cast<int32_t>(graph.opsets.front().version)),
      depth_(0),
      names_(std::make_shared<uint64_t>(0)) {}

GraphBuilder::GraphBuilder(Graph& body, GraphBuilder& parent)
    : graph_(body),
      random_(parent.random_),
      parent_(&parent),
      batched_(parent.batched_),
      opset_(parent.opset_),
      depth_(parent.depth_ + 1),
      names_(parent.names_) {
  graph_.opsets = parent.graph_.opsets;
  graph_.name = fresh_name("body");
}

Symbol GraphBuilder::fresh_name(std::string_view prefix) { return graph_.intern(concat(prefix, (*names_)++)); }

template <class Fits>
std::optional<Known> GraphBuilder::find(Fits&& fits) {
  constexpr uint32_t kPercentOutside = 40;
  std::vector<Known> found;
  for (const Known& value : values_) {
    if (fits(value)) found.push_back(value);
  }
  if (parent_ != nullptr && (found.empty() || chance(random_, kPercentOutside))) {
    const std::optional<Known> outside = parent_->find(fits);
    if (outside) return reach(*outside);
  }
  if (found.empty()) return std::nullopt;
  // The newer half more often: graphs that are as deep as they are wide.
  const size_t from = chance(random_, 60) ? found.size() / 2 : 0;
  return found[from + below(random_, found.size() - from)];
}

Known GraphBuilder::reach(const Known& of_parent) {
  const auto [entry, is_new] = reached_.try_emplace(of_parent.id, of_parent);
  if (is_new) {
    entry->second.id = graph_.add_value(parent_->graph_.value(of_parent.id).name);
    graph_.value(entry->second.id).outer = of_parent.id;
    ++parent_->reads_[of_parent.id];
    values_.push_back(entry->second);
  }
  return entry->second;
}

Known GraphBuilder::pick(const std::vector<DType>& dtypes, uint32_t min_rank) {
  const auto fits = [&](const Known& value) {
    return value.rank() >= min_rank && std::find(dtypes.begin(), dtypes.end(), value.dtype) != dtypes.end();
  };
  constexpr uint32_t kPercentOld = 92;
  if (chance(random_, kPercentOld)) {
    if (const std::optional<Known> found = find(fits)) return *found;
  }
  const DType dtype = choose(random_, dtypes);
  const Interval range = dtype == DType::kU8     ? Interval{0, 8}
                         : dtype == DType::kBool ? Interval{0, 1}
                                                 : Interval{-8, 8};
  const Shape shape = random_shape(min_rank);
  return chance(random_, 30) ? constant(dtype, shape, range)
                             : input(dtype, shape, batched_ && parent_ == nullptr && shape.rank() > 0, range);
}

std::optional<Known> GraphBuilder::pick_shape(DType dtype, const Shape& shape, bool batched) {
  const auto fits = [&](const Known& value) {
    return value.dtype == dtype && value.shape == shape && value.batched == batched;
  };
  if (std::optional<Known> found = find(fits)) return found;
  const Interval range = {limits_of(dtype).low < 0 ? -4 : 0, dtype == DType::kBool ? 1 : 4};
  if (!batched) return constant(dtype, shape, range);
  if (parent_ == nullptr) return input(dtype, shape, true, range);
  return std::nullopt;
}

Known GraphBuilder::partner(const Known& x, DType dtype) {
  const auto fits = [&](const Known& value) {
    const auto shape = value.dtype == dtype ? broadcast(x, value) : std::nullopt;
    return shape && shape->num_elements() <= kMaxElements;
  };
  if (chance(random_, 70)) {
    if (const std::optional<Known> found = find(fits)) return *found;
  }
  Shape shape;
  for (uint32_t i = static_cast<uint32_t>(below(random_, x.rank() + 1)); i < x.rank(); ++i) {
    shape.push_back(chance(random_, 30) || i < x.first_axis() ? 1 : x.shape[i]);
  }
  const Interval range = {limits_of(dtype).low < 0 ? -5 : 0, dtype == DType::kBool ? 1 : 5};
  return constant(dtype, shape, range);
}

Known GraphBuilder::constant(DType dtype, const Shape& shape, Interval range) {
  const ValueId id =
      graph_.add_constant(fresh_name("c"), random_integers(dtype, shape, range.low, range.high, random_));
  return values_.emplace_back(Known{id, dtype, shape, false, range});
}

Known GraphBuilder::integers(const std::vector<int64_t>& elements) {
  const auto [entry, is_new] = integers_.try_emplace(elements);
  if (is_new) {
    const Shape shape{static_cast<int64_t>(elements.size())};
    entry->second.id = graph_.add_constant(fresh_name("c"), Tensor::of<int64_t>(shape, std::span(elements)));
    entry->second.dtype = DType::kI64;
    entry->second.shape = shape;
  }
  return entry->second;
}

Known GraphBuilder::scalar(DType dtype, int64_t element) {
  const Tensor tensor = random_integers(dtype, {}, element, element, random_);
  return {graph_.add_constant(fresh_name("c"), tensor), dtype, {}, false, {element, element}};
}

Known GraphBuilder::input(DType dtype, const Shape& shape, bool batched, Interval range) {
  if (parent_ != nullptr) return constant(dtype, shape, range);
  return body_input(dtype, shape, batched, range);
}

Known GraphBuilder::body_input(DType dtype, const Shape& shape, bool batched, Interval range) {
  Type type = Type::tensor(dtype, shape);
  const Symbol name = fresh_name("x");
  // Of some inputs the extents are unknown before the run, although they never change.
  const bool symbolic = parent_ == nullptr && chance(random_, 10);
  for (uint32_t axis = 0; axis < shape.rank(); ++axis) {
    if (symbolic) (*type.dims)[axis] = symbolic_dim(graph_.intern(concat(name.view(), "_", axis)));
  }
  if (batched) (*type.dims)[0] = parent_ == nullptr ? symbolic_dim(graph_.intern("batch")) : kUnknownDim;
  const ValueId id = graph_.add_value(name, std::move(type));
  graph_.inputs.push_back(id);
  graph_.value(id).is_input = true;
  inputs_.push_back({id, dtype, shape, batched, range});
  return values_.emplace_back(inputs_.back());
}

Known GraphBuilder::within(const Known& x, Interval range) {
  if (x.range.within(range)) return x;
  // A bound that x keeps anyway is left out now and then.
  const auto bound = [&](int64_t limit, bool needed) {
    return needed || chance(random_, 50) ? scalar(x.dtype, limit) : Known{};
  };
  const Interval clipped = {std::clamp(x.range.low, range.low, range.high),
                            std::clamp(x.range.high, range.low, range.high)};
  const Known low = bound(range.low, x.range.low < range.low), high = bound(range.high, x.range.high > range.high);
  return node1("Clip", {x, low, high}, {x.dtype, x.shape, x.batched, clipped});
}

std::vector<Known> GraphBuilder::node(std::string_view op, const std::vector<Known>& inputs,
                                      const std::vector<Made>& outputs, Attributes attributes) {
  Node made;
  made.name = fresh_name("n");
  made.op_type = graph_.intern(op);
  made.since_version = infer::since_version("", op, opset_).value();
  for (const Known& input : inputs) {
    made.inputs.push_back(input.id);
    if (input.id != kNoId) ++reads_[input.id];
  }
  while (!made.inputs.empty() && made.inputs.back() == kNoId) made.inputs.pop_back();
  for (auto& [name, value] : attributes) made.attributes.push_back({graph_.intern(name), std::move(value)});
  std::vector<Known> results;
  for (const Made& output : outputs) {
    const ValueId id = output.left_out ? kNoId : graph_.add_value(fresh_name("v"));
    made.outputs.push_back(id);
    results.push_back({id, output.dtype, output.shape, output.batched, output.range});
    if (output.left_out) continue;
    values_.push_back(results.back());
    made_.push_back(results.back());
  }
  while (made.outputs.back() == kNoId) made.outputs.pop_back();
  graph_.add_node(std::move(made));
  return results;
}

void GraphBuilder::grow() {
  const std::span<const GraphOp> ops = graph_ops();
  uint64_t sum = 0;
  for (const GraphOp& op : ops) sum += op.weight;
  uint64_t at = below(random_, sum);
  for (const GraphOp& op : ops) {
    if (at < op.weight) return op.add(*this);
    at -= op.weight;
  }
}

std::vector<Known> GraphBuilder::leaves() const {
  std::vector<Known> result;
  for (const Known& value : made_) {
    const auto reads = reads_.find(value.id);
    if (reads == reads_.end() || reads->second == 0) result.push_back(value);
  }
  return result;
}

Shape GraphBuilder::random_shape(uint32_t min_rank) {
  const uint32_t rank = std::max(min_rank, static_cast<uint32_t>(below(random_, 5)));
  Shape shape;
  for (uint32_t i = 0; i < rank; ++i) {
    const uint64_t kind = below(random_, 100);
    shape.push_back(kind < 2 ? 0 : kind < 20 ? 1 : between(random_, 2, rank > 3 ? 3 : 5));
  }
  if (batched_ && parent_ == nullptr && rank > 0) shape[0] = kBatch;
  return shape;
}

std::optional<uint32_t> GraphBuilder::random_axis(const Known& x) {
  if (x.rank() <= x.first_axis()) return std::nullopt;
  return static_cast<uint32_t>(between(random_, x.first_axis(), x.rank() - 1));
}

std::optional<Shape> broadcast(const Known& x, const Known& y) {
  const Known& longer = x.rank() >= y.rank() ? x : y;
  const Known& shorter = x.rank() >= y.rank() ? y : x;
  if (shorter.batched && !(longer.batched && longer.rank() == shorter.rank())) {
    // Only a longer one of the same rank whose axis 0 is 1 lets the batch through.
    if (longer.rank() != shorter.rank() || longer.shape[0] != 1) return std::nullopt;
  }
  if (longer.batched && !shorter.batched && shorter.rank() == longer.rank() && shorter.shape[0] != 1) {
    return std::nullopt;
  }
  Shape shape = longer.shape;
  const uint32_t shift = longer.rank() - shorter.rank();
  for (uint32_t i = 0; i < shorter.rank(); ++i) {
    const int64_t a = longer.shape[shift + i], b = shorter.shape[i];
    if (a != b && a != 1 && b != 1) return std::nullopt;
    shape[shift + i] = a == 1 ? b : a;
  }
  return shape;
}

}  // namespace mortise::conformance
