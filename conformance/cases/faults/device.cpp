// Faults of the device, for providers that have them on demand: options named as those of the mock NPU.
#include <nlohmann/json.hpp>

#include "conformance/cases/abi/compiled.h"
#include "conformance/cases/abi/late.h"

namespace mortise::conformance::faults {

using namespace abi;  // NOLINT: the frames of its cases

namespace {

// The run's options with one more; nothing where the schema does not have it.
Result<std::string> options_with(Rig& rig, const char* name, uint64_t value) {
  MORTISE_ASSIGN(const mortise_provider_descriptor_t* const descriptor, rig.descriptor());
  MORTISE_ASSIGN(const std::string options, rig.options());
  const char* text = descriptor->options_schema;
  const nlohmann::json schema = nlohmann::json::parse(text != nullptr ? text : "{}", nullptr, false);
  if (schema.is_discarded() || !schema.contains("properties") || !schema["properties"].contains(name))
    return unimplemented("the provider has no option '", name, "' to ask for this fault");
  nlohmann::json changed = nlohmann::json::parse(options);
  changed[name] = value;
  return changed.dump();
}

// A workload on a device with the fault in its second run, after the first, right one.
Verdict with_fault(Rig& rig, const char* option, const std::function<Verdict(Device&, Compiled&)>& check) {
  constexpr uint64_t kSecondRun = 2;
  const Result<std::string> options = options_with(rig, option, kSecondRun);
  if (!options.ok()) return no_workload(options.status());
  OwnDevice own;
  own.options = *options;
  return with_own_device(rig, own, [&](Device& device) {
    Result<Compiled> compiled = compile_workload(rig, device);
    if (!compiled.ok()) return no_workload(compiled.status());
    const std::string wrong = compiled->wrong();
    if (!wrong.empty()) return fail("before the fault: ", wrong);
    return check(device, *compiled);
  });
}

Status run_once(const Compiled& compiled) {
  return compiled.session->run(compiled.graph->inputs, compiled.settings()).status;
}

bool is_lost(const Status& status) { return status.code() == StatusCode::kDeviceLost; }

}  // namespace

Verdict fault_run_fails(Rig& rig) {
  return with_fault(rig, "fail_run_at", [](Device&, Compiled& compiled) {
    const Status status = run_once(compiled);
    if (status.ok()) return fail("the run that should fail returned OK");
    if (status.transient()) return fail("a run that fails for good has MORTISE_TRANSIENT");
    const std::string wrong = compiled.wrong();
    return wrong.empty() ? pass("the run after the failed one is right") : fail("after a failed run: ", wrong);
  });
}

Verdict fault_transient(Rig& rig) {
  return with_fault(rig, "transient_at", [](Device&, Compiled& compiled) {
    const Status status = run_once(compiled);
    if (status.ok()) return fail("the run that should be disturbed returned OK");
    if (!status.transient()) return fail("a run that may be repeated lacks MORTISE_TRANSIENT: ", status.message());
    const std::string wrong = compiled.wrong();
    return wrong.empty() ? pass("the repeated run is right") : fail("the repeated run: ", wrong);
  });
}

Verdict fault_device_lost(Rig& rig) {
  return with_fault(rig, "device_lost_at", [&](Device& device, Compiled& compiled) {
    const Status lost = run_once(compiled);
    if (!is_lost(lost)) return fail("the run that loses the device did not say DEVICE_LOST: ", lost.message());
    if (lost.transient()) return fail("DEVICE_LOST has MORTISE_TRANSIENT");
    const Status run = run_once(compiled);
    if (!is_lost(run)) return fail("a run after DEVICE_LOST does not say DEVICE_LOST: ", run.message());
    const Status compile = compile_all(device, *compiled.graph).status();
    if (!is_lost(compile)) return fail("compile() after DEVICE_LOST does not say DEVICE_LOST: ", compile.message());
    compiled.session.reset();
    const Status reopened = device.reopen();
    if (!reopened.ok()) return fail("the provider could not be opened again: ", reopened.message());
    const Result<Compiled> again = compile_graph(rig, device, std::move(compiled.graph));
    if (!again.ok()) return fail("after the device was opened again, compile() failed: ", again.status().message());
    const std::string wrong = again->wrong();
    return wrong.empty() ? pass("DEVICE_LOST holds until the provider is opened again, then runs are right")
                         : fail("after the device was opened again: ", wrong);
  });
}

Verdict fault_deadline_slow_device(Rig& rig) {
  // A provider that heeds the deadline only when the device is done is late by almost the whole delay.
  constexpr uint64_t kDelayMicroseconds = 1000000;
  constexpr double kDeadline = 0.02, kSoon = 0.5;
  const Result<std::string> options = options_with(rig, "delay_us", kDelayMicroseconds);
  if (!options.ok()) return no_workload(options.status());
  OwnDevice own;
  own.options = *options;
  return with_own_device(rig, own, [&](Device& device) {
    const Result<Compiled> compiled = compile_workload(rig, device);
    if (!compiled.ok()) return no_workload(compiled.status());
    const auto run = [&](std::chrono::nanoseconds deadline) {
      RunSettings settings = compiled->settings();
      settings.deadline = deadline;
      return compiled->session->run(compiled->graph->inputs, settings);
    };
    const std::string late = ignores_deadline(kDeadline, run, kSoon);
    if (!late.empty()) return fail("on a device that takes a second, ", late);
    const std::string wrong = compiled->wrong();
    return wrong.empty() ? pass("a run ends soon after its deadline though the device is slow, and the next is right")
                         : fail("after a run whose deadline passed: ", wrong);
  });
}

Verdict fault_device_full(Rig& rig) {
  const Result<std::string> options = options_with(rig, "oom_at_bytes", 1);
  if (!options.ok()) return no_workload(options.status());
  OwnDevice own;
  own.options = *options;
  return with_own_device(rig, own, [&](Device& device) {
    const Result<Compiled> compiled = compile_workload(rig, device);
    Status status = compiled.status();
    if (compiled.ok()) status = run_once(*compiled);
    if (status.code() == StatusCode::kUnimplemented) return no_workload(status);
    if (status.ok()) return fail("compile() and run() succeeded although the device's memory is full at one byte");
    return status.code() == StatusCode::kResourceExhausted
               ? pass("what does not fit is RESOURCE_EXHAUSTED")
               : fail("a full device is not RESOURCE_EXHAUSTED: ", status.message());
  });
}

}  // namespace mortise::conformance::faults
