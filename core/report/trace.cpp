// Traces joined, as JSON and as files.
#include "mortise/core/trace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/report/tracks.h"

namespace mortise {
namespace {

// Names may be no UTF-8.
std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// What a viewer writes on the event.
std::string title(const TraceEvent& event, std::string_view provider) {
  switch (event.kind) {
    case TraceKind::kRun:
      return event.name == "ok" ? fmt::format("run {}", event.run) : fmt::format("run {}: {}", event.run, event.name);
    case TraceKind::kCopyIn:
      return "copy in";
    case TraceKind::kCopyOut:
      return "copy out";
    case TraceKind::kSegment:
      if (provider == "core" && event.nodes.size() == 1) return label(event.nodes[0]);
      return fmt::format("segment {} ({} nodes)", event.segment, event.nodes.size());
    case TraceKind::kInside:
      break;
  }
  return event.nodes.size() == 1 ? label(event.nodes[0]) : event.name;
}

const char* category(TraceKind kind) {
  constexpr const char* kNames[] = {"run", "segment", "copy", "copy", "inside"};
  return kNames[static_cast<size_t>(kind)];
}

void add_args(const TraceEvent& event, std::string& out) {
  out += fmt::format(R"("run":{})", event.run);
  if (event.kind == TraceKind::kRun) return;
  if (event.kind == TraceKind::kCopyIn || event.kind == TraceKind::kCopyOut) {
    out += fmt::format(R"(,"value":{},"bytes":{})", json_string(event.name), event.bytes);
    return;
  }
  out += fmt::format(R"(,"graph":{},"segment":{})", json_string(event.graph), event.segment);
  if (event.kind == TraceKind::kInside) out += fmt::format(R"(,"event":{})", json_string(event.name));
  const auto add_list = [&](std::string_view key, auto text_of) {
    out += fmt::format(R"(,"{}":[)", key);
    for (size_t i = 0; i < event.nodes.size(); ++i) out += (i == 0 ? "" : ",") + json_string(text_of(event.nodes[i]));
    out += ']';
  };
  add_list("nodes", label);
  add_list("ops", [](const TraceNode& node) { return std::string(node.op); });
  if (event.counters.empty()) return;
  out += R"(,"counters":{)";
  for (size_t i = 0; i < event.counters.size(); ++i) {
    // What is no number becomes null.
    out += fmt::format("{}{}:{}", i == 0 ? "" : ",", json_string(event.counters[i].name),
                       nlohmann::json(event.counters[i].value).dump());
  }
  out += '}';
}

}  // namespace

std::string label(const TraceNode& node) {
  return node.name.empty() ? fmt::format("#{} {}", node.id, node.op) : std::string(node.name);
}

void Trace::append(Trace more) {
  dropped += more.dropped;
  if (events.size() + more.events.size() > kMaxEvents) {
    dropped += more.events.size();
    return;
  }
  std::vector<uint32_t> provider_of;
  for (const std::string& id : more.providers) {
    const auto found = std::find(providers.begin(), providers.end(), id);
    provider_of.push_back(static_cast<uint32_t>(found - providers.begin()));
    if (found == providers.end()) providers.push_back(id);
  }
  for (TraceEvent& event : more.events) {
    event.provider = provider_of[event.provider];
    event.run += runs;
    events.push_back(std::move(event));
  }
  runs += more.runs;
  for (std::shared_ptr<const void>& table : more.names) {
    if (std::find(names.begin(), names.end(), table) == names.end()) names.push_back(std::move(table));
  }
}

std::string to_json(const Trace& trace) {
  const std::vector<report::Track> tracks = report::make_tracks(trace);
  uint64_t origin = 0;
  for (size_t i = 0; i < trace.events.size(); ++i) {
    origin = i == 0 ? trace.events[i].start_ns : std::min(origin, trace.events[i].start_ns);
  }
  std::string out =
      fmt::format(R"({{"displayTimeUnit":"ns","otherData":{{"runs":{},"dropped_events":{}}},"traceEvents":[)",
                  trace.runs, trace.dropped);
  const char* separator = "\n";
  const auto add_name = [&](const char* what, size_t process, size_t thread, std::string_view name) {
    out += fmt::format(R"({}{{"ph":"M","pid":{},"tid":{},"name":"{}","args":{{"name":{}}}}})", separator, process,
                       thread, what, json_string(name));
    separator = ",\n";
  };
  for (size_t i = 0; i < trace.providers.size(); ++i) add_name("process_name", i + 1, 0, trace.providers[i]);
  for (size_t t = 0; t < tracks.size(); ++t) {
    const size_t process = tracks[t].provider + 1, thread = t + 1;
    add_name("thread_name", process, thread, tracks[t].name);
    for (const uint32_t index : tracks[t].events) {
      const TraceEvent& event = trace.events[index];
      out += fmt::format(R"({}{{"ph":"X","pid":{},"tid":{},"ts":{:.3f},"dur":{:.3f},"name":{},"cat":"{}","args":{{)",
                         separator, process, thread, static_cast<double>(event.start_ns - origin) / 1000,
                         static_cast<double>(event.duration_ns) / 1000,
                         json_string(title(event, trace.providers[event.provider])), category(event.kind));
      add_args(event, out);
      out += "}}";
    }
  }
  return out + "\n]}\n";
}

Status save(const Trace& trace, const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  // A pipe or a device is written to; anything else is replaced by a file that is complete.
  std::error_code error;
  const bool in_place = fs::exists(path, error) && !fs::is_regular_file(path, error);
  const fs::path target = !in_place && fs::exists(path, error) ? fs::canonical(path, error) : path;
  static std::atomic<uint32_t> files{0};
  const fs::path written = in_place ? path : fs::path(fmt::format("{}.{}-{}.part", target.string(), getpid(), ++files));
  std::ofstream file(written, std::ios::binary);
  file << to_json(trace);
  file.close();
  const bool complete = !file.fail();
  if (complete && !in_place) fs::rename(written, target, error);
  if (complete && !error) return {};
  if (!in_place) fs::remove(written, error);
  return make_error(StatusCode::kUnavailable, path.string(),
                    ": the trace cannot be written; check the folder, its permissions and the space on the disk");
}

}  // namespace mortise
