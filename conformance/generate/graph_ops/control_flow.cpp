// If, Loop and Scan, with bodies that read values from around them.
#include <algorithm>

#include "conformance/generate/graph_ops.h"

namespace mortise::conformance::graph_op {

namespace {

constexpr uint32_t kMaxDepth = 2;
// What a value that goes round a loop is clipped to, so that no number of iterations makes it grow.
constexpr Interval kCarried = {-9, 9};

// A body that is built, and its builder.
struct Body {
  std::unique_ptr<Graph> graph;
  GraphBuilder builder;

  explicit Body(GraphBuilder& parent)
      : graph(std::make_unique<Graph>(parent.graph().strings())), builder(*graph, parent) {}
  void grow() {
    for (uint64_t i = 0, count = 1 + below(builder.random(), 4); i < count; ++i) builder.grow();
  }
  void add_output(const Known& value) {
    graph->outputs.push_back(value.id);
    graph->output_names.push_back(graph->value(value.id).name);
  }
};

// Something that a node of the body made in the form of x, which is a value of the body.
Known result_like(GraphBuilder& b, const Known& x) {
  std::vector<Known> fitting;
  for (const Known& value : b.made()) {
    if (value.dtype == x.dtype && value.shape == x.shape && value.batched == x.batched) fitting.push_back(value);
  }
  if (!fitting.empty()) return choose(b.random(), fitting);
  const Known small = b.within(x, kCarried), one = b.scalar(x.dtype, 1);
  return b.node1("Add", {small, one}, {x.dtype, x.shape, x.batched, {small.range.low + 1, small.range.high + 1}});
}

// The same, computed from the body's own input in any case.
Known next_state(GraphBuilder& b, const Known& state) {
  const Known other = result_like(b, state);
  const Known small = b.within(other, kCarried);
  const Known sum = b.node1("Add", {state, small},
                            {state.dtype,
                             state.shape,
                             state.batched,
                             {state.range.low + small.range.low, state.range.high + small.range.high}});
  // A clip that is always there: what the range says holds for one iteration only.
  return b.node1("Clip", {sum, b.scalar(sum.dtype, kCarried.low), b.scalar(sum.dtype, kCarried.high)},
                 {sum.dtype, sum.shape, sum.batched, kCarried});
}

// Under a name of its own, as outputs must have.
Known copy_of(GraphBuilder& b, const Known& x) {
  return b.node1("Identity", {x}, {x.dtype, x.shape, x.batched, x.range});
}

Known condition(GraphBuilder& b) {
  const Known x = b.pick({DType::kBool});
  if (x.rank() == 0) return x;
  return b.input(DType::kBool, {}, false, {0, 1});
}

}  // namespace

void add_if(GraphBuilder& b) {
  if (b.depth() >= kMaxDepth) return;
  const Known x = b.pick(kWide), which = condition(b);
  Attributes attributes;
  Made output = {x.dtype, x.shape, x.batched, {0, 0}};
  for (const char* name : {"then_branch", "else_branch"}) {
    Body body(b);
    const Known inside = body.builder.reach(x);
    body.grow();
    const Known result = result_like(body.builder, inside);
    body.add_output(result);
    output.range = {std::min(output.range.low, result.range.low), std::max(output.range.high, result.range.high)};
    attributes.emplace_back(name, std::move(body.graph));
  }
  b.node1("If", {which}, output, std::move(attributes));
}

void add_loop(GraphBuilder& b) {
  if (b.depth() >= kMaxDepth) return;
  const Known start = b.within(b.pick(kWide), kCarried);
  const int64_t trips = between(b.random(), 0, 3);
  Body body(b);
  GraphBuilder& inner = body.builder;
  inner.body_input(DType::kI64, {}, false, {0, 3});
  const Known go_on = inner.body_input(DType::kBool, {}, false, {0, 1});
  const Known state = inner.body_input(start.dtype, start.shape, start.batched, kCarried);
  body.grow();
  const Known next = next_state(inner, state);
  body.add_output(copy_of(inner, go_on));
  body.add_output(next);
  std::vector<Made> outputs = {{start.dtype, start.shape, start.batched, kCarried}};
  // The values of all iterations, behind the loop's own axis: never of the batch.
  if (!start.batched && chance(b.random(), 50)) {
    body.add_output(copy_of(inner, next));
    Shape stacked = start.shape;
    stacked.insert(0, trips);
    outputs.push_back({start.dtype, stacked, false, kCarried});
  }
  Attributes attributes;
  attributes.emplace_back("body", std::move(body.graph));
  const Known go = chance(b.random(), 50) ? b.scalar(DType::kBool, 1) : Known{};
  b.node("Loop", {b.scalar(DType::kI64, trips), go, start}, outputs, std::move(attributes));
}

void add_scan(GraphBuilder& b) {
  if (b.depth() >= kMaxDepth) return;
  const Known sequence = b.pick(kWide, 1);
  const auto axis = b.random_axis(sequence);
  if (!axis || sequence.shape[*axis] == 0) return;
  Shape element = sequence.shape;
  element.erase(*axis);
  const std::optional<Known> picked = b.pick_shape(sequence.dtype, element, sequence.batched);
  if (!picked) return;
  const Known start = b.within(*picked, kCarried);
  Body body(b);
  const Known state = body.builder.body_input(start.dtype, element, start.batched, kCarried);
  body.builder.body_input(start.dtype, element, start.batched, sequence.range);
  body.grow();
  const Known next = next_state(body.builder, state);
  body.add_output(next);
  body.add_output(copy_of(body.builder, next));
  Attributes attributes;
  attributes.emplace_back("body", std::move(body.graph));
  attributes.emplace_back("num_scan_inputs", int64_t{1});
  attributes.emplace_back("scan_input_axes", std::vector<int64_t>{*axis});
  attributes.emplace_back("scan_output_axes", std::vector<int64_t>{*axis});
  if (chance(b.random(), 40)) attributes.emplace_back("scan_input_directions", std::vector<int64_t>{1});
  if (chance(b.random(), 40)) attributes.emplace_back("scan_output_directions", std::vector<int64_t>{1});
  b.node("Scan", {start, sequence},
         {{start.dtype, element, start.batched, kCarried}, {start.dtype, sequence.shape, sequence.batched, kCarried}},
         std::move(attributes));
}

}  // namespace mortise::conformance::graph_op
