// Placement: which provider runs which node of a loaded model, and why not another one.
//
// Plain data, a copy of what the planner decided; made by Session::placement(). The texts come from models and plugins
// and are untrusted: to_json() and to_html() escape them, the text renderings replace control characters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace mortise {

// What one provider said of one node, or what became of its claim.
struct PlacementVerdict {
  uint32_t provider = 0;  // index into Placement::providers
  std::string code;  // "op", "dtype", …: why it declined; "claimed", "silent"; or the rule that took the claim away
  std::string text;  // the provider's own sentence; may be empty
};

struct GraphPlacement;

struct NodePlacement {
  uint32_t id = 0;
  std::string name;
  std::string op;                          // with its domain, unless that is ai.onnx
  std::string type;                        // of the outputs, for people
  std::vector<uint32_t> inputs;            // ids of the nodes of this graph that it reads from, ascending
  uint32_t provider = 0;                   // index into Placement::providers
  uint32_t segment = 0;                    // index into GraphPlacement::segments
  std::string rule;                        // why the node is there and not with the provider before, as a phrase
  double work = 0;                         // estimated operations; 1 where a shape is not static, 0 with the core
  std::vector<PlacementVerdict> verdicts;  // in order of preference
  std::vector<GraphPlacement> bodies;      // of control flow that the core runs
};

struct SegmentPlacement {
  uint32_t provider = 0;
  uint32_t nodes = 0;
  double work = 0;
  uint64_t bytes_in = 0;       // read from segments of other providers, where the shape is static
  bool bytes_complete = true;  // false: some of what is read has no static shape and is not counted
};

// The placement of a model's graph or of one body.
struct GraphPlacement {
  std::string name;
  std::vector<SegmentPlacement> segments;  // in the order of a run
  std::vector<NodePlacement> nodes;
};

struct ProviderPlacement {
  std::string id;
  uint32_t nodes = 0;          // bodies included
  uint32_t segments = 0;       // bodies included
  double work = 0;             // bodies included, each counted once
  uint64_t bytes_in = 0;       // that a run reads from other providers, bodies included, each counted once
  uint64_t bytes_out = 0;      // that a run gives to other providers
  bool bytes_complete = true;  // false: some of what crosses has no static shape and is not counted
  std::string problem;         // why it is not in use; empty if it is
};

struct Placement {
  std::string model;
  std::vector<ProviderPlacement> providers;  // in order of preference, then the core itself, then those not in use
  GraphPlacement graph;
  uint32_t nodes = 0;           // bodies included
  double work = 0;              // bodies included
  uint64_t bytes_crossing = 0;  // between segments of different providers, bodies included
  bool bytes_complete = true;
};

// A table with one line per provider: nodes, segments, shares of nodes and of estimated work, bytes moved; then those
// that are not in use. Ends with a newline.
std::string summary(const Placement& placement);
// The summary and a table of the nodes; where `all`, with what every provider said of each, otherwise only of those
// that are not with the first provider.
std::string full(const Placement& placement, bool all = false);
std::string to_json(const Placement& placement, int indent = 2);
// One page that needs no network: the graph with its segments in colours, the nodes to search, every reason.
std::string to_html(const Placement& placement);

}  // namespace mortise
#pragma GCC visibility pop
