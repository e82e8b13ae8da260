// How events are laid out on rows.
#include "core/report/tracks.h"

#include <gmock/gmock.h>

#include <limits>

namespace mortise::report {
namespace {

using testing::ElementsAre;

TraceEvent segment(uint32_t call, uint64_t start, uint64_t end, bool on_device = true) {
  return {.kind = TraceKind::kSegment,
          .on_device = on_device,
          .call = call,
          .thread = 1,
          .start_ns = start,
          .duration_ns = end - start};
}

TraceEvent inside(uint32_t call, uint64_t start, uint64_t end) {
  TraceEvent event = segment(call, start, end);
  event.kind = TraceKind::kInside;
  return event;
}

TEST(Tracks, PutWhatOverlapsOnADeviceIntoRowsOfItsOwn) {
  const auto tracks =
      make_tracks({.providers = {"npu"}, .events = {segment(0, 0, 10), segment(1, 2, 8), segment(2, 10, 12)}});
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_EQ(tracks[0].name, "device");
  EXPECT_THAT(tracks[0].events, ElementsAre(0, 2));
  EXPECT_EQ(tracks[1].name, "device (2)");
  EXPECT_THAT(tracks[1].events, ElementsAre(1));
}

TEST(Tracks, PutTheInsideOfASegmentIntoItsRow) {
  const auto tracks =
      make_tracks({.providers = {"npu"}, .events = {inside(1, 3, 4), segment(1, 2, 8), segment(0, 0, 10)}});
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_THAT(tracks[0].events, ElementsAre(2));
  EXPECT_THAT(tracks[1].events, ElementsAre(1, 0));
}

TEST(Tracks, NestCallsOnAThread) {
  const auto tracks =
      make_tracks({.providers = {"cpu"}, .events = {segment(1, 2, 8, false), segment(0, 0, 10, false)}});
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0].name, "thread 1");
  EXPECT_THAT(tracks[0].events, ElementsAre(1, 0));
}

TEST(Tracks, SeparateProvidersCopiesAndRuns) {
  Trace trace{.providers = {"a", "b"}, .events = {segment(0, 0, 10), segment(1, 0, 10)}};
  trace.events[1].provider = 1;
  trace.events.push_back({.kind = TraceKind::kCopyIn, .provider = 1, .call = 2, .start_ns = 0, .duration_ns = 10});
  trace.events.push_back({.kind = TraceKind::kRun, .start_ns = 0, .duration_ns = 10});
  const auto tracks = make_tracks(trace);
  ASSERT_EQ(tracks.size(), 4u);
  EXPECT_EQ(tracks[0].name, "runs");
  EXPECT_EQ(tracks[1].name, "device");
  EXPECT_EQ(tracks[2].provider, 1u);
  EXPECT_EQ(tracks[3].name, "copies");
}

TEST(Tracks, AreBoundedForEventsThatOverlapWithoutEnd) {
  Trace trace{.providers = {"npu"}};
  for (uint32_t i = 0; i < 1000; ++i) trace.events.push_back(segment(i, i, i + 5000));
  trace.events.push_back(segment(1000, std::numeric_limits<uint64_t>::max() - 1, std::numeric_limits<uint64_t>::max()));
  trace.events.back().duration_ns = std::numeric_limits<uint64_t>::max();
  const auto tracks = make_tracks(trace);
  EXPECT_EQ(tracks.size(), kMaxLanes);
  size_t events = 0;
  for (const Track& track : tracks) events += track.events.size();
  EXPECT_EQ(events, trace.events.size());
}

}  // namespace
}  // namespace mortise::report
