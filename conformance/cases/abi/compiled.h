// Compiled: a graph, the provider's session of it and what the oracle says it gives; and the frames of cases that need
// one and do not care how it came about.
#pragma once

#include <functional>

#include "conformance/cases/abi/workload.h"

namespace mortise::conformance::abi {

struct Compiled {
  std::unique_ptr<OpGraph> graph;
  std::unique_ptr<Session> session;
  std::vector<Value> expected;

  // Outputs are allocated beforehand where their shape is known.
  RunSettings settings() const { return settings_for(*graph, *session); }
  std::vector<uint32_t> nodes() const { return session->nodes(); }
  // Runs with the graph's own inputs. Empty, or what is wrong: "run() failed: …", "output 0 at [1, 2]: …".
  std::string wrong(const RunSettings& settings) const;
  std::string wrong() const { return wrong(settings()); }
};

// UNIMPLEMENTED, saying so, where the provider does not claim every node.
Result<Compiled> compile_graph(Rig& rig, Device& device, std::unique_ptr<OpGraph> graph);
Result<Compiled> compile_workload(Rig& rig, Device& device, Extents extents = Extents::kKnown);

// Nodes of one operator in a row, each reading the one before and the constants.
Result<std::unique_ptr<OpGraph>> make_chain(std::string_view op, uint32_t count, const Tensor& input,
                                            const std::vector<Tensor>& constants);
// Products, or else sums, in a row, each of the one before. Their result is known without an oracle.
Result<Compiled> compile_chain(Device& device, uint32_t length);
// A chain that takes the provider 0.1 s or more, or the longest that is tried.
struct SlowChain : Compiled {
  // Of the first run, in which a provider may have something to prepare, and of the second: the provider's part alone.
  double first_seconds = 0;
  double seconds = 0;
};
Result<SlowChain> compile_slow_chain(Device& device);

// SKIP for UNIMPLEMENTED, otherwise FAIL with the status.
using Check = std::function<Verdict(Device& device, const Compiled& compiled)>;
Verdict with_workload(Rig& rig, const Check& check, Extents extents = Extents::kKnown);
Verdict with_model(Rig& rig, OpModel model, const Check& check);

// A device of the case's own with a host of its own, closed and destroyed when `check` has returned; `after` may then
// look at the host. Rules broken on that host make the case fail.
struct OwnDevice {
  CheckedHostOptions host = {};
  std::string options = {};  // complete; empty: the run's
};
Verdict with_own_device(Rig& rig, const OwnDevice& own, const std::function<Verdict(Device& device)>& check,
                        const std::function<Verdict(CheckedHost& host, Verdict verdict)>& after = {});

// For with_own_device(): LEAK where something of mortise.host-memory is not released after destroy().
Verdict unless_kept(CheckedHost& host, Verdict verdict);

// Values that differ from element to element, exact in half precision.
Tensor ramp_of(DType dtype, const Shape& shape, double first, double step);

// Empty, or where the bytes differ: "output 0 differs from byte 12 on".
std::string byte_difference(std::span<const Value> actual, std::span<const Value> expected);

}  // namespace mortise::conformance::abi
