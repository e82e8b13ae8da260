#include "conformance/cases/mixed_check.h"

#include <algorithm>
#include <numeric>

#include "conformance/generate/specimen.h"

namespace mortise::conformance {

namespace {

std::string output_difference(const Graph& graph, std::span<const Value> actual, std::span<const Value> expected,
                              const tool::Tolerance& tolerance) {
  for (size_t i = 0; i < expected.size(); ++i) {
    const std::string found = tool::first_difference(actual[i], expected[i], tolerance);
    if (!found.empty()) return concat("output '", graph.output_names[i].view(), "' ", found);
  }
  return {};
}

// Watches the device's segments: runs each on the oracle too, on the same inputs.
class Suspects {
 public:
  Suspects(Device& oracle, const tool::Tolerance& tolerance) : oracle_(oracle), tolerance_(tolerance) {}

  // Fails at the first segment whose results differ.
  Status look(const SegmentRun& run) {
    if (run.segment.owner != Owner::kDevice) return {};
    const AbiGraph view(run.graph);
    MORTISE_ASSIGN(const std::unique_ptr<Session> session, oracle_.compile(view, run.segment.nodes));
    const RunOutcome outcome = session->run(run.inputs);
    MORTISE_TRY(outcome.status);
    for (size_t i = 0; i < outcome.outputs.size(); ++i) {
      const std::string found = tool::first_difference(run.outputs[i], outcome.outputs[i], tolerance_);
      if (found.empty()) continue;
      sentence_ = concat("in the segment of ", describe_nodes(run.graph, run.segment.nodes), ", value '",
                         run.graph.value(run.border.outputs[i]).name.view(), "' ", found);
      std::vector<Value> values(run.graph.num_values());
      for (size_t k = 0; k < run.inputs.size(); ++k) values[run.border.inputs[k]] = run.inputs[k];
      specimen_ = cut_out(run.graph, run.segment.nodes, values);
      expected_ = outcome.outputs;
      return make_error(StatusCode::kAborted, "found");
    }
    return {};
  }

  const std::string& sentence() const { return sentence_; }
  // The wrong segment alone, into the case's folder; the folder, or nothing where it cannot be written.
  std::string save(Rig& rig) const {
    const Result<std::filesystem::path> folder = specimen_.ok() ? rig.folder() : specimen_.status();
    if (!folder.ok()) return {};
    return save_specimen(*folder, *specimen_, expected_, "The segment of a random graph whose results are wrong.\n")
                   .ok()
               ? folder->string()
               : std::string();
  }

 private:
  Device& oracle_;
  const tool::Tolerance& tolerance_;
  std::string sentence_;
  Result<Specimen> specimen_ = make_error(StatusCode::kNotFound, "no segment is wrong");
  std::vector<Value> expected_;
};

Verdict judge_difference(Rig& rig, MixedRun& mixed, const MixedTask& task, std::span<const Value> inputs, int poison,
                         const std::string& found) {
  Suspects suspects(rig.oracle(), task.tolerance);
  (void)mixed.run(inputs, poison, [&](const SegmentRun& run) { return suspects.look(run); });
  Verdict verdict = fail(suspects.sentence().empty() ? found : suspects.sentence());
  if (task.save_segment && !rig.settings().artifacts.empty()) verdict.artifact = suspects.save(rig);
  return verdict;
}

constexpr std::string_view kSuiteFailed = "the suite itself failed: ";

}  // namespace

Verdict suite_failed(const Status& status) { return fail(kSuiteFailed, status.message()); }

bool is_suite_failure(const Verdict& verdict) { return verdict.sentence.starts_with(kSuiteFailed); }

Verdict judge_fault(const MixedRun& mixed, const Status& status) {
  if (!mixed.fault()) return suite_failed(status);
  return {.outcome = mixed.fault()->call == DeviceFault::Call::kClaim ? Outcome::kFail : Outcome::kOverclaim,
          .sentence = mixed.fault()->sentence};
}

Verdict judge_claims(const MixedRun& mixed, std::string_view what) {
  const NodeCounts& counts = mixed.counts();
  Verdict verdict = pass(concat(what, "; ", counts.device, " of ", counts.device + counts.oracle + counts.interpreter,
                                " nodes ran on the provider"));
  if (counts.device == 0) {
    verdict.outcome = Outcome::kUnclaimed;
    verdict.sentence = mixed.refusals().empty() ? "none of the nodes was claimed"
                                                : concat("none of the nodes was claimed; the first refusal: ",
                                                         mixed.refusals().front().text);
  }
  for (const Refusal& refusal : mixed.refusals()) {
    const std::pair said(refusal.code, refusal.text);
    if (std::find(verdict.refusals.begin(), verdict.refusals.end(), said) == verdict.refusals.end()) {
      verdict.refusals.push_back(said);
    }
  }
  return verdict;
}

Verdict check_mixed(Rig& rig, const MixedTask& task, Random random) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  MixedRun alone(nullptr, rig.oracle(), {}, random), mixed(*device, rig.oracle(), {.percent = task.percent}, random);
  if (const Status status = alone.compile(task.graph); !status.ok()) return judge_fault(alone, status);
  if (const Status status = mixed.compile(task.graph); !status.ok()) return judge_fault(mixed, status);
  if (mixed.counts().device == 0) return judge_claims(mixed, "");
  for (const std::vector<Value>& inputs : task.runs) {
    const Result<std::vector<Value>> expected = alone.run(inputs);
    if (!expected.ok()) return judge_fault(alone, expected.status());
    for (const int poison : {0, 1}) {
      const Result<std::vector<Value>> outputs = mixed.run(inputs, poison);
      if (!outputs.ok()) return judge_fault(mixed, outputs.status());
      const std::string found = output_difference(task.graph, *outputs, *expected, task.tolerance);
      if (!found.empty()) return judge_difference(rig, mixed, task, inputs, poison, found);
    }
  }
  return judge_claims(mixed, "the results are those of the oracle");
}

}  // namespace mortise::conformance
