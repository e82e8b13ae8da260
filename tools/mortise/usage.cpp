#include "tools/mortise/usage.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace mortise::tool {
namespace {

class Adder {
 public:
  explicit Adder(const Trace& trace) : trace_(trace) {
    for (const std::string& id : trace.providers) usage_.providers.push_back({.id = id});
    for (const TraceEvent& event : trace.events) {
      if (event.kind == TraceKind::kInside) told_.emplace(event.run, event.call);
    }
  }

  Usage add_all() {
    usage_.runs = trace_.runs;
    usage_.dropped = trace_.dropped;
    for (const TraceEvent& event : trace_.events) add(event);
    std::erase_if(usage_.providers,
                  [](const ProviderUsage& p) { return p.segments + p.copies_in + p.copies_out == 0; });
    for (auto& [key, node] : nodes_) usage_.nodes.push_back(std::move(node));
    std::stable_sort(usage_.nodes.begin(), usage_.nodes.end(),
                     [](const NodeUsage& a, const NodeUsage& b) { return a.ns > b.ns; });
    return std::move(usage_);
  }

 private:
  void add(const TraceEvent& event) {
    ProviderUsage& provider = usage_.providers[event.provider];
    switch (event.kind) {
      case TraceKind::kRun:
        break;
      case TraceKind::kCopyIn:
        ++provider.copies_in;
        provider.bytes_in += event.bytes;
        provider.ns_in += event.duration_ns;
        break;
      case TraceKind::kCopyOut:
        ++provider.copies_out;
        provider.bytes_out += event.bytes;
        provider.ns_out += event.duration_ns;
        break;
      case TraceKind::kSegment:
        ++provider.segments;
        provider.ns += event.duration_ns;
        if (!told_.contains({event.run, event.call})) add_segment(event);
        break;
      case TraceKind::kInside:
        for (const TraceNode& node : event.nodes) add_node(event, node, event.duration_ns / event.nodes.size());
        if (event.nodes.empty()) count(event, MORTISE_NO_ID, event.name, "", event.duration_ns);
        break;
    }
  }

  void add_segment(const TraceEvent& event) {
    if (event.nodes.empty()) return;
    if (event.nodes.size() == 1) return add_node(event, event.nodes[0], event.duration_ns);
    count(event, event.nodes[0].id, concat(label(event.nodes[0]), " and ", event.nodes.size() - 1, " more"), "",
          event.duration_ns);
  }

  void add_node(const TraceEvent& event, const TraceNode& node, uint64_t ns) {
    count(event, node.id, label(node), node.op, ns);
  }

  // The same name may be in several graphs, or several times in one.
  void count(const TraceEvent& event, uint32_t id, const std::string& name, std::string_view op, uint64_t ns) {
    NodeUsage& node = nodes_[{event.provider, event.graph, id, name}];
    if (node.calls++ == 0) {
      node.name = name;
      node.op = op;
      node.provider = trace_.providers[event.provider];
    }
    node.ns += ns;
  }

  const Trace& trace_;
  Usage usage_;
  std::set<std::pair<uint32_t, uint32_t>> told_;  // run and call of segments whose inside is known
  std::map<std::tuple<uint32_t, std::string_view, uint32_t, std::string>, NodeUsage> nodes_;
};

}  // namespace

Usage usage_of(const Trace& trace) { return Adder(trace).add_all(); }

}  // namespace mortise::tool
