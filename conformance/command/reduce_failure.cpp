#include "conformance/command/reduce_failure.h"

#include <algorithm>

#include "conformance/cases/graphs.h"
#include "conformance/cases/mixed_check.h"
#include "conformance/cases/specimen_case.h"
#include "conformance/engine/interrupt.h"
#include "conformance/generate/reduce.h"
#include "conformance/report/score.h"

namespace mortise::conformance {

namespace fs = std::filesystem;

namespace {

constexpr size_t kAtMost = 5;            // failures that a whole run reduces
constexpr size_t kAtMostTried = 15;      // with those that no single run shows
constexpr double kSecondsEach = 20;      // for each of them
constexpr double kLeastTryTimeout = 5;   // seconds; starting the plugin is a part of every try
constexpr double kTriesInTimeout = 0.1;  // of the time for all: ten tries that hang use it up

// Runs specimens in workers and compares how they fail.
class Trial {
 public:
  Trial(const RunOptions& options, Verdict wanted, fs::path folder, double seconds)
      : settings_(options.settings), runner_(options.runner), wanted_(std::move(wanted)), folder_(std::move(folder)) {
    runner_.jobs = 1;
    runner_.timeout = std::min(runner_.timeout, std::max(kLeastTryTimeout, seconds * kTriesInTimeout));
  }
  ~Trial() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  Result<bool> fails(const Specimen& specimen) {
    MORTISE_TRY(save_specimen(folder_, specimen, {}, "A try of a reduction that was broken off.\n"));
    const Case which = specimen_case(folder_);
    const Case* cases[] = {&which};
    Verdict seen;
    MORTISE_TRY(run_cases(
        settings_, cases, runner_, [&](const Case&, const Verdict& verdict, auto) { seen = verdict; },
        [](const std::string&) {}));
    if (seen.outcome == Outcome::kNotRun) return make_error(StatusCode::kCancelled, seen.sentence);
    const bool same =
        seen.outcome == wanted_.outcome && seen.requirement == wanted_.requirement && !is_suite_failure(seen);
    if (same) sentence_ = seen.sentence;
    return same;
  }
  // Of the last specimen that failed.
  const std::string& sentence() const { return sentence_; }

 private:
  const Settings& settings_;
  RunnerOptions runner_;
  const Verdict wanted_;
  const fs::path folder_;
  std::string sentence_;
};

// What may show the failure: the segment that the case found wrong, then the graph with the inputs of each run.
Result<std::vector<Specimen>> suspects(const Settings& settings, const std::string& name, const Verdict& verdict) {
  MORTISE_ASSIGN(std::vector<Specimen> found, graph_specimens(settings, name));
  if (verdict.artifact.empty()) return found;
  Result<Specimen> segment = load_specimen(verdict.artifact);
  if (segment.ok()) found.insert(found.begin(), std::move(*segment));
  return found;
}

// "reduced from 5 nodes to 1". Where all are left, their shapes and values may be smaller than they were.
std::string description(const Reduction& reduction) {
  const bool has_fewer = reduction.nodes < reduction.nodes_before;
  return concat("reduced",
                has_fewer ? concat(" from ", reduction.nodes_before, " nodes to ", reduction.nodes)
                          : concat(", and keeps all of its nodes (", reduction.nodes, ")"),
                reduction.finished ? "" : ", as far as the time went");
}

std::string readme(const RunOptions& options, const std::string& name, const Reduction& reduction, const Trial& trial) {
  return concat("# What is left of ", name, "\n\n", trial.sentence(), "\n\nIt is ", description(reduction), ", after ",
                reduction.tries, " tries. To run it again, in this folder:\n\n```sh\nmortise-conformance reproduce . ",
                plugin_arguments(options.settings), " --seed ", options.settings.seed,
                limit_arguments(case_limits_of(options.runner)), "\n```\n");
}

// A failure that its case or its segment shows without others before it; what is not tried may be none.
bool shows_alone(const Verdict& verdict) {
  return is_failure(verdict.outcome) && !verdict.after && (!verdict.untried_alone || !verdict.artifact.empty());
}

}  // namespace

Result<std::string> reduce_failure(const RunOptions& options, const std::string& name, const Verdict& verdict,
                                   const fs::path& folder, double seconds) {
  MORTISE_ASSIGN(const std::vector<Specimen> starts, suspects(options.settings, name, verdict));
  Rig rig{Settings{}};  // for its oracle: no plugin is loaded here
  Trial trial(options, verdict, folder / "try", seconds);
  for (const Specimen& start : starts) {
    MORTISE_ASSIGN(const bool fails, trial.fails(start));
    if (!fails) continue;
    MORTISE_ASSIGN(const Reduction reduction,
                   reduce(start, rig.oracle(), seconds, [&](const Specimen& smaller) { return trial.fails(smaller); }));
    // Nothing can be tried after an interruption, and what is left failed once.
    if (!interrupted()) {
      MORTISE_ASSIGN(const bool fails_again, trial.fails(reduction.specimen));
      if (!fails_again) return make_error(StatusCode::kNotFound, "it fails in the same way only now and then");
    }
    MORTISE_TRY(save_specimen(folder, reduction.specimen, reduction.outputs, readme(options, name, reduction, trial)));
    return concat(name, " is ", description(reduction), ": ", folder.string());
  }
  return make_error(StatusCode::kNotFound,
                    "it fails only as a whole; no single run of its graph fails in the same way");
}

void drop_passing_segments(const RunOptions& options, Results& results) {
  std::vector<CaseResult*> owners;
  std::vector<Case> segments;
  for (CaseResult& result : results.cases) {
    if (result.suite != "graphs" || result.verdict.artifact.empty()) continue;
    owners.push_back(&result);
    segments.push_back(specimen_case(result.verdict.artifact));
  }
  std::vector<const Case*> cases;
  for (const Case& segment : segments) cases.push_back(&segment);
  const Status status = run_cases(
      options.settings, cases, options.runner,
      [&](const Case& which, const Verdict& verdict, auto) {
        if (!is_failure(verdict.outcome) || is_suite_failure(verdict))
          owners[static_cast<size_t>(&which - segments.data())]->verdict.artifact.clear();
      },
      [](const std::string&) {});
  if (!status.ok()) results.notes.push_back(concat("the models of failures were not run again: ", status.message()));
}

void reduce_failures(const RunOptions& options, Results& results) {
  size_t count = 0, tried = 0;
  for (CaseResult& result : results.cases) {
    if (count == kAtMost || tried == kAtMostTried || interrupted()) break;
    if (result.suite != "graphs" || !shows_alone(result.verdict)) continue;
    ++tried;
    const fs::path folder = options.settings.artifacts / result.name;
    const Result<std::string> reduced = reduce_failure(options, result.name, result.verdict, folder, kSecondsEach);
    if (reduced.ok()) {
      ++count;
      result.verdict.artifact = folder.string();
    }
    results.notes.push_back(reduced.ok() ? *reduced
                                         : concat(result.name, " is not reduced: ", reduced.status().message()));
  }
}

}  // namespace mortise::conformance
