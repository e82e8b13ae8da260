#include "core/report/tracks.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace mortise::report {
namespace {

// What a track shows; a provider's kinds of tracks stand in this order.
enum class Row : uint32_t { kRuns, kThread, kDevice, kCopies };

// Provider, row, thread: events with the same key go into the same track if they nest.
using Key = std::tuple<uint32_t, Row, uint32_t>;

Key key_of(const TraceEvent& event) {
  switch (event.kind) {
    case TraceKind::kRun:
      return {event.provider, Row::kRuns, 0};
    case TraceKind::kCopyIn:
    case TraceKind::kCopyOut:
      return {event.provider, Row::kCopies, 0};
    default:
      // A device works on its own; which thread gave it the work says nothing.
      return event.on_device ? Key{event.provider, Row::kDevice, 0} : Key{event.provider, Row::kThread, event.thread};
  }
}

std::string name_of(const Key& key) {
  switch (std::get<Row>(key)) {
    case Row::kRuns:
      return "runs";
    case Row::kCopies:
      return "copies";
    case Row::kDevice:
      return "device";
    default:
      return "thread " + std::to_string(std::get<2>(key));
  }
}

using Call = std::pair<uint32_t, uint32_t>;  // run, call
Call call_of(const TraceEvent& event) { return {event.run, event.call}; }

uint64_t end_of(const TraceEvent& event) {
  return event.start_ns + std::min(event.duration_ns, std::numeric_limits<uint64_t>::max() - event.start_ns);
}

// The rows of one key. An event goes where its call is, otherwise into the first row where it fits.
class Lanes {
 public:
  // A thread has a stack of calls, so what is within a call in time is part of it. Elsewhere only the same call is.
  explicit Lanes(bool calls_nest) : calls_nest_(calls_nest) {}

  size_t place(const TraceEvent& event) {
    const auto found = lane_of_.find(call_of(event));
    size_t lane = found != lane_of_.end() && fits(found->second, event) ? found->second : 0;
    while (lane < lanes_.size() && !fits(lane, event)) ++lane;
    if (lane == lanes_.size()) {
      if (lane == kMaxLanes) return kMaxLanes - 1;
      lanes_.emplace_back();
    }
    lanes_[lane].push_back({end_of(event), call_of(event)});
    lane_of_.try_emplace(call_of(event), lane);
    return lane;
  }

 private:
  struct Open {
    uint64_t end;
    Call call;
  };

  bool fits(size_t lane, const TraceEvent& event) {
    std::vector<Open>& open = lanes_[lane];
    while (!open.empty() && open.back().end <= event.start_ns) open.pop_back();
    if (open.empty()) return true;
    return open.back().end >= end_of(event) && (calls_nest_ || open.back().call == call_of(event));
  }

  bool calls_nest_;
  std::vector<std::vector<Open>> lanes_;  // per row, what has not ended, from the outside in
  std::map<Call, size_t> lane_of_;
};

}  // namespace

std::vector<Track> make_tracks(const Trace& trace) {
  std::map<Key, std::vector<uint32_t>> groups;
  for (uint32_t i = 0; i < trace.events.size(); ++i) groups[key_of(trace.events[i])].push_back(i);
  std::vector<Track> tracks;
  for (auto& [key, events] : groups) {
    std::sort(events.begin(), events.end(), [&](uint32_t a, uint32_t b) {
      const TraceEvent &x = trace.events[a], &y = trace.events[b];
      return std::tuple(x.start_ns, ~end_of(x), x.kind, a) < std::tuple(y.start_ns, ~end_of(y), y.kind, b);
    });
    Lanes lanes(std::get<Row>(key) == Row::kThread);
    const size_t first = tracks.size();
    for (const uint32_t event : events) {
      const size_t lane = lanes.place(trace.events[event]);
      if (first + lane == tracks.size()) {
        tracks.push_back({.provider = std::get<0>(key), .name = name_of(key)});
        if (lane != 0) tracks.back().name += " (" + std::to_string(lane + 1) + ")";
      }
      tracks[first + lane].events.push_back(event);
    }
  }
  return tracks;
}

}  // namespace mortise::report
