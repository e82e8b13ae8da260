#include "core/report/placement.h"

#include <algorithm>
#include <limits>

#include "core/plan/work.h"

namespace mortise::report {
namespace {

const char* code_name(uint32_t code) {
  constexpr const char* kNames[] = {"other", "op",        "opset",        "dtype",   "rank",      "dynamic_shape",
                                    "shape", "attribute", "not_constant", "too_big", "too_small", "option"};
  return code < std::size(kNames) ? kNames[code] : "other";
}

uint64_t saturating_add(uint64_t a, uint64_t b) {
  return a > std::numeric_limits<uint64_t>::max() - b ? std::numeric_limits<uint64_t>::max() : a + b;
}

class Maker {
 public:
  explicit Maker(Placement& out) : out_(out) {}

  GraphPlacement graph(const run::Built& built) {
    const Graph& graph = *built.graph;
    GraphPlacement made{.name = std::string(graph.name.view())};
    made.nodes.resize(graph.num_nodes());
    for (const plan::Segment& segment : built.plan.segments) {
      const auto index = static_cast<uint32_t>(made.segments.size());
      SegmentPlacement described{.provider = provider(built, segment.provider),
                                 .nodes = static_cast<uint32_t>(segment.nodes.size())};
      for (const NodeId id : segment.nodes) {
        made.nodes[id] = node(built, id);
        made.nodes[id].segment = index;
        described.work += made.nodes[id].work;
      }
      count(described);
      made.segments.push_back(described);
    }
    add_crossings(built, made);
    add_bodies(built, made);
    return made;
  }

 private:
  static uint32_t provider(const run::Built& built, uint32_t planned) {
    return planned == plan::kCoreProvider ? static_cast<uint32_t>(built.claims.size()) : planned;
  }

  NodePlacement node(const run::Built& built, NodeId id) const {
    const Graph& graph = *built.graph;
    const Node& source = graph.node(id);
    const plan::Decision& decision = built.plan.decisions[id];
    NodePlacement made{.id = id, .name = std::string(source.name.view()), .op = std::string(source.op_type.view())};
    if (!source.domain.empty()) made.op = concat(source.domain.view(), "::", made.op);
    for (const ValueId output : source.outputs) {
      if (output != kNoId) made.type += (made.type.empty() ? "" : ", ") + to_string(graph.value(output).type);
    }
    made.inputs = producers(graph, source);
    made.provider = provider(built, decision.provider);
    made.rule = plan::to_string(decision.rule);
    // The work of control flow is that of its bodies.
    made.work = decision.provider == plan::kCoreProvider ? 0 : plan::estimated_work(graph, id);
    for (uint32_t p = 0; p < built.claims.size(); ++p) made.verdicts.push_back(verdict(built, p, id));
    return made;
  }

  static std::vector<uint32_t> producers(const Graph& graph, const Node& node) {
    std::vector<uint32_t> found;
    for (const auto* values : {&node.inputs, &node.implicit_inputs}) {
      for (const ValueId value : *values) {
        if (value != kNoId && graph.value(value).producer != kNoId) found.push_back(graph.value(value).producer);
      }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  static PlacementVerdict verdict(const run::Built& built, uint32_t provider, NodeId id) {
    const plan::ProviderClaims& claims = built.claims[provider];
    PlacementVerdict made{.provider = provider, .code = "silent"};
    const plan::Rule outcome = built.plan.outcomes[size_t{provider} * built.graph->num_nodes() + id];
    if (id < claims.verdicts.size()) {
      const plan::Verdict& said = claims.verdicts[id];
      made.text = said.text;
      if (said.answer == plan::Answer::kDeclined) made.code = code_name(said.code);
      if (said.answer == plan::Answer::kClaimed) made.code = plan::to_string(outcome);
    }
    if (!claims.error.empty()) made.text = claims.error;
    return made;
  }

  void count(const SegmentPlacement& segment) {
    ProviderPlacement& provider = out_.providers[segment.provider];
    provider.nodes += segment.nodes;
    provider.segments += 1;
    provider.work += segment.work;
    out_.nodes += segment.nodes;
    out_.work += segment.work;
  }

  // A value counts once for every segment that reads it from another provider.
  void add_crossings(const run::Built& built, GraphPlacement& made) {
    const Graph& graph = *built.graph;
    for (size_t s = 0; s < made.segments.size(); ++s) {
      SegmentPlacement& segment = made.segments[s];
      ProviderPlacement& reader = out_.providers[segment.provider];
      for (const ValueId input : plan::segment_io(graph, built.plan.segments[s]).inputs) {
        const NodeId producer = graph.value(input).producer;
        if (producer == kNoId || made.nodes[producer].provider == segment.provider) continue;
        ProviderPlacement& writer = out_.providers[made.nodes[producer].provider];
        if (const auto bytes = plan::static_bytes(graph, input)) {
          for (uint64_t* sum : {&segment.bytes_in, &reader.bytes_in, &writer.bytes_out, &out_.bytes_crossing})
            *sum = saturating_add(*sum, *bytes);
        } else {
          for (bool* complete :
               {&segment.bytes_complete, &reader.bytes_complete, &writer.bytes_complete, &out_.bytes_complete})
            *complete = false;
        }
      }
    }
  }

  // build() makes the bodies in the order of the segments, then of the attributes.
  void add_bodies(const run::Built& built, GraphPlacement& made) {
    size_t next = 0;
    for (const plan::Segment& segment : built.plan.segments) {
      if (segment.provider != plan::kCoreProvider) continue;
      const NodeId id = segment.nodes.front();
      for (const Attribute& attribute : built.graph->node(id).attributes) {
        if (std::get_if<std::unique_ptr<Graph>>(&attribute.value) == nullptr || next == built.bodies.size()) continue;
        made.nodes[id].bodies.push_back(graph(*built.bodies[next++]));
        made.nodes[id].bodies.back().name = attribute.name.view();
      }
    }
  }

  Placement& out_;
};

}  // namespace

Placement make_placement(const run::Built& built, std::string model) {
  Placement placement{.model = std::move(model)};
  for (const plan::ProviderClaims& claims : built.claims) {
    placement.providers.push_back({.id = claims.provider_id, .problem = claims.error});
  }
  placement.providers.push_back({.id = "core"});
  placement.graph = Maker(placement).graph(built);
  return placement;
}

}  // namespace mortise::report
