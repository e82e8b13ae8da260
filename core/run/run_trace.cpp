#include "core/run/run_trace.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>

#include "core/base/clock.h"

namespace mortise::run {
namespace {

// Of an event that a plugin records: longer texts and lists are cut.
constexpr size_t kMaxText = 256;
constexpr uint64_t kMaxCounters = 32;

uint32_t this_thread() {
  static std::atomic<uint32_t> threads{0};
  thread_local const uint32_t number = ++threads;
  return number;
}

std::string cut(const char* text) { return text != nullptr ? std::string(text, strnlen(text, kMaxText)) : ""; }

TraceNode node_of(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  return {.name = node.name.view(), .op = node.op_type.view(), .id = id};
}

}  // namespace

RunTrace::RunTrace(const Program& program) : start_(now_ns()) {
  for (const std::shared_ptr<ProviderInstance>& provider : program.providers)
    trace_.providers.push_back(provider->id());
  trace_.providers.emplace_back("core");
  trace_.names.push_back(program.graph->strings());
  trace_.runs = 1;
}

Trace RunTrace::finish(const Status& status) {
  add({.kind = TraceKind::kRun,
       .provider = static_cast<uint32_t>(trace_.providers.size() - 1),
       .thread = this_thread(),
       .start_ns = start_,
       .duration_ns = now_ns() - start_,
       .name = to_string(status.code())});
  return std::move(trace_);
}

void RunTrace::add(TraceEvent event) {
  // What encloses the others ends last; a tenth is kept for it.
  const size_t most = event.kind == TraceKind::kInside ? Trace::kMaxEvents / 10 * 9 : Trace::kMaxEvents;
  const std::lock_guard lock(mutex_);
  if (trace_.events.size() < most) {
    trace_.events.push_back(std::move(event));
  } else {
    ++trace_.dropped;
  }
}

void RunTrace::count_lost_event() {
  const std::lock_guard lock(mutex_);
  ++trace_.dropped;
}

void StepSpan::begin(const Program& program, uint32_t step) {
  program_ = &program;
  step_ = step;
  call_ = trace_->next_call();
  thread_ = this_thread();
  start_ = now_ns();
}

TraceEvent StepSpan::make_event(TraceKind kind) const {
  const Step& step = program_->steps[step_];
  const bool by_core = step.session == nullptr;
  return {.kind = kind,
          .on_device = !by_core && step.session->provider().async_run() != nullptr,
          .provider = by_core ? static_cast<uint32_t>(program_->providers.size()) : step.provider,
          .call = call_,
          .segment = step_,
          .thread = thread_,
          .start_ns = start_,
          .graph = program_->graph->name.view()};
}

void StepSpan::end() noexcept {
  const uint64_t duration = now_ns() - start_;
  try {
    TraceEvent made = make_event(TraceKind::kSegment);
    made.duration_ns = duration;
    const std::vector<NodeId>& nodes = program_->steps[step_].nodes;
    made.nodes.reserve(nodes.size());
    for (const NodeId id : nodes) made.nodes.push_back(node_of(*program_->graph, id));
    trace_->add(std::move(made));
  } catch (const std::bad_alloc&) {
    trace_->count_lost_event();
  }
}

void StepSpan::record(const mortise_profile_event_t& event) {
  TraceEvent made = make_event(TraceKind::kInside);
  const uint64_t most = std::numeric_limits<uint64_t>::max() - event.start_ns;
  const uint64_t end = event.start_ns + std::min(event.duration_ns, most);
  made.start_ns = std::max(event.start_ns, start_);
  made.duration_ns = end > made.start_ns ? end - made.start_ns : 0;
  made.name = cut(event.name);
  // Ids are the plugin's to give and may be wrong.
  const std::vector<NodeId>& nodes = program_->steps[step_].nodes;  // ascending
  const uint64_t num_nodes = event.node_ids == nullptr ? 0 : std::min<uint64_t>(event.num_nodes, nodes.size());
  for (const NodeId id : std::span(event.node_ids, num_nodes)) {
    if (std::binary_search(nodes.begin(), nodes.end(), id)) made.nodes.push_back(node_of(*program_->graph, id));
  }
  const uint64_t num_counters = event.counters == nullptr ? 0 : std::min(event.num_counters, kMaxCounters);
  for (uint64_t i = 0; i < num_counters; ++i) {
    made.counters.push_back({.name = cut(event.counters[i].name), .value = event.counters[i].value});
  }
  trace_->add(std::move(made));
}

void CopySpan::begin(TraceKind kind, const Program& program, uint32_t slot, uint32_t provider, uint64_t bytes) {
  program_ = &program;
  kind_ = kind;
  slot_ = slot;
  provider_ = provider;
  bytes_ = bytes;
  start_ = now_ns();
}

void CopySpan::end() noexcept {
  const uint64_t duration = now_ns() - start_;
  try {
    const Graph& graph = *program_->graph;
    trace_->add({.kind = kind_,
                 .provider = provider_,
                 .call = trace_->next_call(),
                 .thread = this_thread(),
                 .start_ns = start_,
                 .duration_ns = duration,
                 .bytes = bytes_,
                 .name = std::string(graph.value(program_->slots[slot_].value).name.view()),
                 .graph = graph.name.view()});
  } catch (const std::bad_alloc&) {
    trace_->count_lost_event();
  }
}

}  // namespace mortise::run
