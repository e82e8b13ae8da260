// Traces added up.
#include "tools/mortise/usage.h"

#include <gmock/gmock.h>

namespace mortise::tool {
namespace {

const TraceNode kConv{"conv", "Conv", 0}, kRelu{"relu", "Relu", 1}, kAdd{"", "Add", 2};

TraceEvent event(TraceKind kind, uint32_t provider, uint32_t call, uint64_t ns, std::vector<TraceNode> nodes = {}) {
  return {.kind = kind, .provider = provider, .call = call, .duration_ns = ns, .nodes = std::move(nodes)};
}

TEST(Usage, SumsSegmentsAndCopiesByProvider) {
  Trace trace{.providers = {"npu", "idle", "cpu", "core"}, .runs = 1};
  trace.events = {event(TraceKind::kSegment, 0, 0, 100), event(TraceKind::kSegment, 0, 1, 50),
                  event(TraceKind::kSegment, 2, 2, 7),   event(TraceKind::kCopyIn, 0, 3, 5),
                  event(TraceKind::kCopyOut, 0, 4, 3),   event(TraceKind::kRun, 3, 0, 1000)};
  trace.events[3].bytes = 64;
  trace.events[4].bytes = 16;
  const Usage usage = usage_of(trace);
  ASSERT_EQ(usage.providers.size(), 2u);
  EXPECT_EQ(usage.providers[0].id, "npu");
  EXPECT_EQ(usage.providers[0].segments, 2u);
  EXPECT_EQ(usage.providers[0].ns, 150u);
  EXPECT_EQ(usage.providers[0].copies_in, 1u);
  EXPECT_EQ(usage.providers[0].bytes_in, 64u);
  EXPECT_EQ(usage.providers[0].ns_in, 5u);
  EXPECT_EQ(usage.providers[0].bytes_out, 16u);
  EXPECT_EQ(usage.providers[1].id, "cpu");
}

TEST(Usage, SharesAFusedEventAmongItsNodesAndPutsTheCostliestFirst) {
  Trace trace{.providers = {"npu"}, .runs = 2};
  trace.events = {event(TraceKind::kInside, 0, 0, 100, {kConv, kRelu}), event(TraceKind::kInside, 0, 0, 30, {kRelu}),
                  event(TraceKind::kInside, 0, 0, 10), event(TraceKind::kSegment, 0, 0, 500, {kConv, kRelu})};
  trace.events[2].name = "dma-in";
  const Usage usage = usage_of(trace);
  ASSERT_EQ(usage.nodes.size(), 3u);
  EXPECT_EQ(usage.nodes[0].name, "relu");
  EXPECT_EQ(usage.nodes[0].ns, 80u);
  EXPECT_EQ(usage.nodes[0].calls, 2u);
  EXPECT_EQ(usage.nodes[1].name, "conv");
  EXPECT_EQ(usage.nodes[1].op, "Conv");
  EXPECT_EQ(usage.nodes[2].name, "dma-in");
  EXPECT_EQ(usage.nodes[2].op, "");
}

TEST(Usage, CountsASegmentWhoseInsideIsUnknownAsAWhole) {
  Trace trace{.providers = {"npu"}, .runs = 1};
  trace.events = {event(TraceKind::kSegment, 0, 0, 40, {kAdd}), event(TraceKind::kSegment, 0, 1, 60, {kConv, kRelu})};
  const Usage usage = usage_of(trace);
  ASSERT_EQ(usage.nodes.size(), 2u);
  EXPECT_EQ(usage.nodes[0].name, "conv and 1 more");
  EXPECT_EQ(usage.nodes[0].ns, 60u);
  EXPECT_EQ(usage.nodes[1].name, "#2 Add");
}

TEST(Usage, TellsNodesOfTheSameNameApart) {
  Trace trace{.providers = {"cpu"}, .runs = 1};
  trace.events = {event(TraceKind::kInside, 0, 0, 1, {{"x", "Add", 0}}),
                  event(TraceKind::kInside, 0, 0, 2, {{"x", "Mul", 1}}),
                  event(TraceKind::kInside, 0, 1, 4, {{"x", "Add", 0}})};
  trace.events[2].graph = "body";
  const Usage usage = usage_of(trace);
  EXPECT_EQ(usage.nodes.size(), 3u);
}

}  // namespace
}  // namespace mortise::tool
