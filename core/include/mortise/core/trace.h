// Trace: what happened in profiled runs, when and where, down to the model's nodes.
//
//   mortise::Trace trace;
//   session->run(inputs, outputs, {.trace = &trace});
//   mortise::save(trace, "run.trace.json");  // to be opened in Perfetto or chrome://tracing
//
// Plain data. A run adds its events when it ends, so runs at the same time need a trace each; append() joins them. A
// run without a trace is not profiled and pays nothing. The texts come from models and plugins and are untrusted:
// to_json() escapes them. See docs/guide/profiling.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/sdk/result.h"

#pragma GCC visibility push(default)
namespace mortise {

enum class TraceKind : uint8_t {
  kRun,      // a run from its start to its end
  kSegment,  // one call of a provider's segment, or a control-flow node that the core runs
  kCopyIn,   // of a value to a provider's memory
  kCopyOut,  // of a value from a provider's memory
  kInside,   // what the provider says of the inside of a segment
};

// A node of the model as it is run, that is after the optimizer's passes. The views live as long as Trace::names.
struct TraceNode {
  std::string_view name;  // may be empty
  std::string_view op;
  uint32_t id = 0;  // in its graph
};
// The name, or "#12 Conv" where the node has none.
std::string label(const TraceNode& node);

struct TraceCounter {
  std::string name;
  double value = 0;
};

struct TraceEvent {
  TraceKind kind = TraceKind::kRun;
  bool on_device = false;  // of a call that ran asynchronously
  uint32_t provider = 0;   // index into Trace::providers
  uint32_t run = 0;        // counted from 0 in the trace
  uint32_t call = 0;       // counted from 0 in the run: a segment and what is inside it share the number
  uint32_t segment = 0;    // as in GraphPlacement::segments
  uint32_t thread = 0;     // that began it; counted from 1 over the process
  uint64_t start_ns = 0;   // on a monotonic clock
  uint64_t duration_ns = 0;
  uint64_t bytes = 0;                  // of a copy
  std::string name;                    // kInside: as the provider calls it; copies: of the value; kRun: how it ended
  std::string_view graph;              // the name of the nodes' graph: bodies of control flow have their own
  std::vector<TraceNode> nodes;        // that it covers; none for runs and copies
  std::vector<TraceCounter> counters;  // figures that the provider adds, such as "energy_nj"
};

struct Trace {
  // A trace takes no more events than this, lest a long-lived process fill its memory: of a run that has more, the
  // first; of further runs, those that fit as a whole.
  static constexpr size_t kMaxEvents = 1'000'000;

  std::vector<std::string> providers;  // ids; "core" is the core itself
  std::vector<TraceEvent> events;      // in the order in which they ended
  uint32_t runs = 0;                   // that it has; one that started again after a provider failed counts each time
  uint64_t dropped = 0;                // events that were too many
  std::vector<std::shared_ptr<const void>> names;  // what the views refer to

  // Adds the runs of another trace after its own, all or none of them.
  void append(Trace more);
};

// In the Trace Event Format: one process for each provider; in it one track for each thread, one for what ran on the
// device and one for copies.
std::string to_json(const Trace& trace);
// Writes to_json() to a file, whole or not at all: a regular file is replaced in one step.
Status save(const Trace& trace, const std::filesystem::path& path);

}  // namespace mortise
#pragma GCC visibility pop
