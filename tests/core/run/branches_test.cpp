// Memory of steps that run at the same time: two slots share it only if one is dead before the other can be written.
#include "core/run/branches.h"

#include <gtest/gtest.h>

#include <random>

#include "core/host/memory_budget.h"
#include "core/run/layout.h"
#include "core/run/slots.h"

namespace mortise::run {
namespace {

// A program of one step per node, for what does not call a provider. The graph is finalized and outlives it.
Program program_of(const Graph& graph) {
  static const auto unlimited = std::make_shared<MemoryBudget>(0);
  Program program;
  program.memory = unlimited.get();
  program.graph = &graph;
  program.parallel = true;
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    Step step;
    step.nodes = {id};
    step.inputs.assign(graph.node(id).inputs.begin(), graph.node(id).inputs.end());
    step.outputs.assign(graph.node(id).outputs.begin(), graph.node(id).outputs.end());
    program.steps.push_back(std::move(step));
  }
  connect(program);
  return program;
}

Graph random_graph(std::mt19937& generator, uint32_t num_nodes) {
  Graph graph(std::make_shared<StringTable>());
  const auto value = [&] {
    return graph.add_value(graph.intern("v" + std::to_string(graph.num_values())),
                           Type::tensor(DType::kU8, Shape{static_cast<int64_t>(generator() % 1000)}));
  };
  std::vector<ValueId> made = {value()};
  graph.inputs = made;
  for (uint32_t i = 0; i < num_nodes; ++i) {
    Node node;
    node.op_type = graph.intern("Any");
    for (uint32_t k = generator() % 3 + 1; k > 0; --k) {
      const size_t recent = std::min<size_t>(made.size(), 6);
      node.inputs.push_back(made[made.size() - 1 - generator() % recent]);
    }
    for (uint32_t k = generator() % 2 + 1; k > 0; --k) node.outputs.push_back(value());
    made.insert(made.end(), node.outputs.begin(), node.outputs.end());
    graph.add_node(std::move(node));
  }
  graph.outputs = {made.back()};
  graph.output_names = {graph.value(made.back()).name};
  EXPECT_TRUE(graph.finalize().ok());
  return graph;
}

// By walking the edges, not by sets.
bool comes_after(const Program& program, uint32_t late, uint32_t early) {
  if (late == early) return false;
  for (const uint32_t next : program.steps[early].successors) {
    if (next == late || comes_after(program, late, next)) return true;
  }
  return false;
}

bool dies_before(const Program& program, uint32_t a, uint32_t b) {
  const uint32_t writer = program.slots[b].producer;
  if (!comes_after(program, writer, program.slots[a].producer)) return false;
  for (uint32_t step = 0; step < program.steps.size(); ++step) {
    const auto& inputs = program.steps[step].inputs;
    if (std::find(inputs.begin(), inputs.end(), a) != inputs.end() && !comes_after(program, writer, step)) return false;
  }
  return true;
}

TEST(ParallelLayout, SharesMemoryOnlyBetweenSlotsThatNeverLiveTogether) {
  uint64_t shared = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 generator(seed);
    const Graph graph = random_graph(generator, generator() % 12 + 2);
    const Program program = program_of(graph);
    const Value input = Tensor::allocate(DType::kU8, *graph.value(graph.inputs[0]).type.static_shape()).value();
    const Value* given = &input;
    const auto layout = make_layout(program, std::span(&given, 1));
    ASSERT_TRUE(layout.ok()) << layout.status().message();
    for (uint32_t a = 0; a < program.slots.size(); ++a) {
      const SlotLayout& first = layout->slots[a];
      if (!first.offset || first.bytes == 0) continue;
      EXPECT_LE(*first.offset + first.bytes, layout->arena_bytes);
      for (uint32_t b = a + 1; b < program.slots.size(); ++b) {
        const SlotLayout& second = layout->slots[b];
        if (!second.offset || second.bytes == 0) continue;
        if (*first.offset + first.bytes <= *second.offset || *second.offset + second.bytes <= *first.offset) continue;
        EXPECT_TRUE(dies_before(program, a, b) || dies_before(program, b, a)) << a << " and " << b;
        ++shared;
      }
    }
  }
  EXPECT_GT(shared, 500u);  // they do share
}

TEST(ParallelLayout, RefusesMoreMemoryThanThereIs) {
  Graph graph(std::make_shared<StringTable>());
  const auto value = [&](int64_t bytes) {
    return graph.add_value(graph.intern("v" + std::to_string(graph.num_values())),
                           Type::tensor(DType::kU8, Shape{bytes}));
  };
  graph.inputs = {value(1)};
  ValueId last = graph.inputs[0];
  for (int i = 0; i < 5; ++i) {
    Node node;
    node.op_type = graph.intern("Any");
    node.inputs = {graph.inputs[0], last};
    last = value(int64_t{1} << 61);
    node.outputs = {last};
    graph.add_node(std::move(node));
  }
  graph.outputs = {value(1)};
  Node end;
  end.op_type = graph.intern("Any");
  for (ValueId id = 1; id <= 5; ++id) end.inputs.push_back(id);
  end.outputs = {graph.outputs[0]};
  graph.add_node(std::move(end));
  graph.output_names = {graph.value(graph.outputs[0]).name};
  ASSERT_TRUE(graph.finalize().ok());
  const Value input = Tensor::allocate(DType::kU8, {1}).value();
  const Value* given = &input;
  for (const bool parallel : {false, true}) {
    Program program = program_of(graph);
    program.parallel = parallel;
    EXPECT_EQ(make_layout(program, std::span(&given, 1)).status().code(), StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace mortise::run
