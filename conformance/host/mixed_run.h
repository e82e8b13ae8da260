// MixedRun: a graph of which the device under test runs a part, and the oracle the rest.
//
// The device is asked which nodes it runs, in bodies of control flow too; chance takes a share of that; the rest, and
// control flow itself, is the oracle's and the interpreter's (segments.h, control_flow.h). The graph outlives the run's
// compiled form. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/host/device.h"
#include "conformance/host/segments.h"

namespace mortise::conformance {

// What the device did wrong; the oracle's and the interpreter's own troubles are plain errors.
struct DeviceFault {
  enum class Call : uint8_t { kClaim, kCompile, kRun };
  Call call = Call::kClaim;
  std::string sentence;
};

// Nodes of the graph and of its bodies, by who runs them.
struct NodeCounts {
  uint64_t device = 0;
  uint64_t oracle = 0;
  uint64_t interpreter = 0;
};

// One run of one segment, as an observer sees it.
struct SegmentRun {
  const Graph& graph;  // that the segment is part of: a body's own
  const Segment& segment;
  const Border& border;
  std::span<const Value> inputs;   // in border order
  std::span<const Value> outputs;  // in border order
};
// An error ends the run.
using Observer = std::function<Status(const SegmentRun&)>;

struct MixedOptions {
  uint32_t percent = 100;  // of the nodes that the device may have; sets with others in them are not taken
  bool node_by_node =
      false;  // without a device: every node is a segment of its own, so that an observer sees all values
};

class MixedRun {
 public:
  // device: null to leave everything to the oracle.
  MixedRun(Device* device, Device& oracle, const MixedOptions& options, Random random);
  ~MixedRun();
  MixedRun(const MixedRun&) = delete;
  MixedRun& operator=(const MixedRun&) = delete;

  // Claims, cuts and compiles. The graph has types.
  Status compile(const Graph& graph);
  // One value per input of the graph; a default Value takes the input's default. `poison`: see GuardedBlock. Outputs of
  // a known shape are allocated beforehand, the others are left to allocate_output().
  Result<std::vector<Value>> run(std::span<const Value> inputs, int poison = 0, const Observer& observer = {});

  // Of the last call that failed because of the device.
  const std::optional<DeviceFault>& fault() const { return fault_; }
  const NodeCounts& counts() const { return counts_; }
  const std::vector<Refusal>& refusals() const { return refusals_; }  // of the graph itself, not of bodies

 private:
  struct Step;
  struct Part;  // a graph or a body in its compiled form

  Result<std::unique_ptr<Part>> compile_part(const Graph& graph);
  Result<std::vector<std::vector<NodeId>>> take_claims(const AbiGraph& view);
  Status compile_step(Part& part, Step& step);
  Result<std::vector<Value>> run_part(const Part& part, std::span<const Value> inputs, std::span<const Value> outer);
  Status run_session(const Part& part, const Step& step, std::vector<Value>& values);
  Status run_control_flow(const Part& part, const Step& step, std::vector<Value>& values);
  Status blame(DeviceFault::Call call, std::string sentence);

  Device* device_;
  Device& oracle_;
  MixedOptions options_;
  Random random_;
  NodeCounts counts_;
  std::vector<Refusal> refusals_;
  std::optional<DeviceFault> fault_;
  std::unique_ptr<Part> main_;
  // Of the run that is under way.
  int poison_ = 0;
  const Observer* observer_ = nullptr;
};

}  // namespace mortise::conformance
