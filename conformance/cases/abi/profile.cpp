// Cases about mortise.profile/1.
#include "conformance/cases/abi/compiled.h"
#include "core/base/clock.h"

namespace mortise::conformance::abi {

Verdict profile_only_when_asked(Rig& rig) {
  return with_workload(rig, [](Device&, const Compiled& compiled) {
    RunSettings asked = compiled.settings();
    asked.flags = MORTISE_RUN_PROFILE;
    const RunOutcome profiled = compiled.session->run(compiled.graph->inputs, asked);
    if (!profiled.status.ok()) return fail("run() with a profile failed: ", profiled.status.message());
    // The host writes an event of this run down as a broken rule.
    const std::string wrong = compiled.wrong();
    if (!wrong.empty()) return fail("after a run with a profile: ", wrong);
    if (profiled.events.empty()) return skip("the provider records no events, even where it is asked to");
    return pass(concat(profiled.events.size(), " events where they were asked for, none where they were not"));
  });
}

Verdict profile_events(Rig& rig) {
  return with_workload(rig, [](Device&, const Compiled& compiled) {
    RunSettings asked = compiled.settings();
    asked.flags = MORTISE_RUN_PROFILE;
    const uint64_t begin = now_ns();
    const RunOutcome outcome = compiled.session->run(compiled.graph->inputs, asked);
    const uint64_t end = now_ns();
    if (!outcome.status.ok()) return fail("run() with a profile failed: ", outcome.status.message());
    const std::string wrong = difference(outcome.outputs, compiled.expected);
    if (!wrong.empty()) return fail("in a run with a profile: ", wrong);
    if (outcome.events.empty()) return skip("the provider records no events");
    bool names_a_node = false;
    for (const RunEvent& event : outcome.events) {
      if (event.name.empty()) return fail("an event has an empty name");
      if (event.start_ns < begin || event.start_ns > end)
        return fail("event '", event.name, "' begins outside the run, on the host's clock");
      names_a_node = names_a_node || !event.nodes.empty();
    }
    if (!names_a_node) return fail("none of ", outcome.events.size(), " events names a node of the segment");
    return pass(concat(outcome.events.size(), " events lie within the run and name its nodes"));
  });
}

}  // namespace mortise::conformance::abi
