// Cases about threads: which functions of the host a provider calls when, and that it does not care who calls it.
#include <algorithm>
#include <functional>
#include <iterator>
#include <thread>

#include "conformance/cases/abi/graphs.h"
#include "conformance/cases/abi/workload.h"

namespace mortise::conformance::abi {

// The host's functions note a call that their tag forbids; this case makes a provider call as many as it does.
Verdict threads_tags(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> graph = network(false);
  const Result<Claims> claims = (*device)->claim(*graph->view);
  if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
  if (const Status status = (*device)->claim(*bouquet(candidate_numbers(), "")->view).status(); !status.ok())
    return fail("claim() failed: ", status.message());
  for (std::vector<uint32_t> set : claims->sets) {
    std::sort(set.begin(), set.end());
    const Status status = (*device)->compile(*graph->view, std::move(set)).status();
    if (!status.ok()) return fail("compile() failed: ", status.message());
  }
  const Result<std::unique_ptr<OpGraph>> workload = find_workload(**device);
  if (!workload.ok()) return no_workload(workload.status());
  const Result<std::unique_ptr<Session>> session = compile_all(**device, **workload);
  if (!session.ok()) return fail("compile() failed: ", session.status().message());
  const RunOutcome outcome = (*session)->run((*workload)->inputs, settings_for(**workload, **session));
  if (!outcome.status.ok()) return fail("run() failed: ", outcome.status.message());
  return pass("the host's functions were called where their tags allow it");
}

Verdict threads_any(Rig& rig) {
  const Result<Plugin*> plugin = rig.plugin();
  if (!plugin.ok()) return fail(plugin.status().message());
  const Result<std::string> options = rig.options();
  if (!options.ok()) return fail(options.status().message());
  std::unique_ptr<Device> device;
  std::unique_ptr<OpGraph> graph;
  std::unique_ptr<Session> session;
  RunOutcome outcome;
  // As of a host whose work wanders from thread to thread.
  const std::function<Status()> steps[] = {
      [&]() -> Status {
        MORTISE_ASSIGN(device, Device::open(**plugin, rig.settings().provider, *options, rig.host()));
        return {};
      },
      [&]() -> Status {
        MORTISE_ASSIGN(graph, find_workload(*device));
        return {};
      },
      [&]() -> Status {
        MORTISE_ASSIGN(session, compile_all(*device, *graph));
        return {};
      },
      [&]() -> Status {
        outcome = session->run(graph->inputs, settings_for(*graph, *session));
        return outcome.status;
      },
      [&]() -> Status {
        session.reset();
        return {};
      },
      [&]() -> Status {
        device.reset();
        return {};
      },
  };
  // The threads live until the last step is done: one that has ended may lend its id and its stack to the next.
  const std::function<Status(size_t)> make = [&](size_t which) -> Status {
    if (which == std::size(steps)) return {};
    Status status;
    std::thread([&] {
      status = steps[which]();
      if (status.ok()) status = make(which + 1);
    }).join();
    return status;
  };
  if (const Status status = make(0); !status.ok())
    return graph == nullptr ? no_workload(status) : fail("on a thread of its own: ", status.message());
  const Result<std::vector<Value>> expected = expected_outputs(rig, *graph);
  if (!expected.ok()) return fail("the oracle failed: ", expected.status().message());
  const std::string wrong = difference(outcome.outputs, *expected);
  return wrong.empty() ? pass("create(), claim(), compile(), run() and destroy() came from six threads")
                       : fail("with each call on another thread: ", wrong);
}

}  // namespace mortise::conformance::abi
