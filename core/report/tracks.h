// Tracks: the rows on which a viewer shows the events of a trace, so that what overlaps in time stands in rows of its
// own and what nests stands inside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mortise/core/trace.h"

namespace mortise::report {

struct Track {
  uint32_t provider = 0;  // index into Trace::providers
  std::string name;       // "runs", "copies", "device", "thread 2"; with a number behind it where one row is not enough
  std::vector<uint32_t> events;  // indices into Trace::events, by time, an enclosing event before what is in it
};

// Every event is in one track; within a track events nest or do not overlap, but for the last of kMaxLanes rows of the
// same name. In order of provider, then runs, threads, device and copies. Linear in the events, but for sorting.
inline constexpr size_t kMaxLanes = 64;
std::vector<Track> make_tracks(const Trace& trace);

}  // namespace mortise::report
