// The recorder of one run: events from many threads, and events that no plugin should record.
#include "core/run/run_trace.h"

#include <gmock/gmock.h>

#include <limits>
#include <thread>

namespace mortise::run {
namespace {

class RunTraceTest : public testing::Test {
 protected:
  RunTraceTest() : graph_(std::make_shared<StringTable>()) {
    graph_.name = graph_.intern("main");
    for (const char* name : {"a", "b", "of another segment"}) {
      Node node;
      node.name = graph_.intern(name);
      node.op_type = graph_.intern("Relu");
      graph_.add_node(std::move(node));
    }
    program_.graph = &graph_;
    program_.steps.resize(1);
    program_.steps[0].nodes = {0, 1};
  }

  Graph graph_;
  Program program_;
};

TEST_F(RunTraceTest, RecordsNothingWithoutATrace) {
  StepSpan span(nullptr, program_, 0);
  EXPECT_EQ(span.sink(), nullptr);
}

TEST_F(RunTraceTest, TakesEventsFromManyThreads) {
  RunTrace trace(program_);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) {
          StepSpan span(&trace, program_, 0);
          span.sink()->record({.name = "Relu"});
        }
      });
    }
  }
  const Trace made = trace.finish({});
  EXPECT_EQ(made.events.size(), 4001u);
  std::vector<int> of_call(2000);
  for (const TraceEvent& event : made.events) {
    if (event.kind != TraceKind::kRun) ++of_call.at(event.call);
  }
  EXPECT_THAT(of_call, testing::Each(2));
}

TEST_F(RunTraceTest, KeepsTheSegmentOfMoreEventsThanItTakes) {
  RunTrace trace(program_);
  {
    StepSpan span(&trace, program_, 0);
    for (size_t i = 0; i < Trace::kMaxEvents; ++i) span.record({.name = "Relu"});
  }
  const Trace made = trace.finish({});
  EXPECT_LE(made.events.size(), Trace::kMaxEvents);
  EXPECT_EQ(made.events.size() + made.dropped, Trace::kMaxEvents + 2);
  EXPECT_EQ(made.events.end()[-2].kind, TraceKind::kSegment);
  EXPECT_EQ(made.events.end()[-1].kind, TraceKind::kRun);
}

TEST_F(RunTraceTest, SurvivesEventsThatMakeNoSense) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  RunTrace trace(program_);
  const std::string name(10'000, 'x');
  {
    StepSpan span(&trace, program_, 0);
    const uint32_t ids[] = {1, 2};
    span.record({.name = name.c_str(), .start_ns = 0, .duration_ns = 1, .node_ids = ids, .num_nodes = 2});
    const uint32_t unknown[] = {MORTISE_NO_ID, 7};
    span.record({.name = "unknown", .start_ns = 0, .node_ids = unknown, .num_nodes = 2});
    span.record({.name = "late", .start_ns = kMax - 1, .duration_ns = kMax, .node_ids = nullptr, .num_nodes = 9});
    span.record({.name = "counters", .num_counters = 9});
  }
  const Trace made = trace.finish({});
  ASSERT_EQ(made.events.size(), 6u);
  const TraceEvent& segment = made.events[4];
  EXPECT_EQ(segment.kind, TraceKind::kSegment);
  EXPECT_EQ(segment.graph, "main");
  ASSERT_EQ(segment.nodes.size(), 2u);
  EXPECT_EQ(segment.nodes[1].name, "b");
  EXPECT_EQ(made.events[0].start_ns, segment.start_ns);  // cut to the call
  EXPECT_EQ(made.events[0].duration_ns, 0u);
  EXPECT_EQ(made.events[0].name.size(), 256u);
  ASSERT_EQ(made.events[0].nodes.size(), 1u);
  EXPECT_EQ(made.events[0].nodes[0].name, "b");
  EXPECT_EQ(made.events[1].nodes.size(), 0u);
  EXPECT_LE(made.events[2].duration_ns, kMax - made.events[2].start_ns);
  EXPECT_EQ(made.events[2].nodes.size(), 0u);
  EXPECT_EQ(made.events[3].counters.size(), 0u);
}

}  // namespace
}  // namespace mortise::run
