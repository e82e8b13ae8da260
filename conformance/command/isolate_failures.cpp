#include "conformance/command/isolate_failures.h"

#include <algorithm>
#include <chrono>

#include "conformance/engine/clock.h"
#include "tools/mortise/progress.h"

namespace mortise::conformance {

namespace {

using Cases = std::span<const Case* const>;

constexpr double kSecondsToIsolate = 20;      // one failure
constexpr double kSecondsToIsolateAll = 120;  // after which no other one is looked into
constexpr double kTrySeconds = 10;            // what hangs does not use up the time at once
// Their names are one argument of a command, of which Linux takes 128 KiB.
constexpr size_t kMostBefore = 1000;

// Runs one failing case behind others.
class Sequence {
 public:
  Sequence(const RunOptions& options, const Case& which, Outcome wanted)
      : settings_(options.settings), runner_(options.runner), which_(which), wanted_(wanted) {
    settings_.artifacts.clear();
    runner_.jobs = 1;
    runner_.timeout = std::min(runner_.timeout, kTrySeconds);
  }

  bool has_time() const { return seconds_since(begin_) < kSecondsToIsolate; }

  // Whether the case fails behind these, in one worker.
  Result<bool> fails_after(Cases before) {
    std::vector<const Case*> cases(before.begin(), before.end());
    cases.push_back(&which_);
    Verdict last;
    bool together = false;
    MORTISE_TRY(run_cases(
        settings_, cases, runner_,
        [&](const Case&, const Verdict& verdict, Cases ran) {
          last = verdict;
          together = ran.size() == before.size();
        },
        [](const std::string&) {}));
    if (last.outcome == Outcome::kNotRun) return make_error(StatusCode::kCancelled, last.sentence);
    return together && last.outcome == wanted_;
  }

 private:
  Settings settings_;
  RunnerOptions runner_;
  const Case& which_;
  const Outcome wanted_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

struct Finding {
  size_t tried = 0;                // how many of those before it the case was run behind; 0: there was no time
  std::vector<std::string> after;  // empty: it did not fail there
};

// The last N of those before the case, with N doubled until it fails; then the smallest such N, which begins with a case that
// is needed; then that case alone.
Result<Finding> find_cause(Sequence& sequence, Cases before) {
  before = before.last(std::min(before.size(), kMostBefore));
  size_t passes = 0, fails = 0;
  for (size_t count = 1; fails == 0;) {
    MORTISE_ASSIGN(const bool failed, sequence.fails_after(before.last(count)));
    (failed ? fails : passes) = count;
    if (!failed && (count == before.size() || !sequence.has_time())) return Finding{.tried = count};
    count = std::min(2 * count, before.size());
  }
  while (fails - passes > 1 && sequence.has_time()) {
    const size_t middle = (passes + fails) / 2;
    MORTISE_ASSIGN(const bool failed, sequence.fails_after(before.last(middle)));
    (failed ? fails : passes) = middle;
  }
  Cases cause = before.last(fails);
  if (cause.size() > 1) {
    MORTISE_ASSIGN(const bool failed, sequence.fails_after(cause.first(1)));
    if (failed) cause = cause.first(1);
  }
  Finding found{.tried = fails};
  for (const Case* one : cause) found.after.push_back(one->name);
  return found;
}

// What became of the cases, each alone in a worker of its own.
Result<std::vector<Verdict>> run_alone(const RunOptions& options, std::span<const SharedFailure> failures) {
  RunOptions apart = options;
  apart.settings.artifacts.clear();
  std::vector<Case> copies;
  for (const SharedFailure& failure : failures) copies.push_back(*failure.which);
  std::vector<const Case*> cases;
  for (Case& copy : copies) {
    copy.fresh = true;
    cases.push_back(&copy);
  }
  std::vector<Verdict> verdicts(copies.size());
  MORTISE_TRY(run_cases(
      apart.settings, cases, apart.runner,
      [&](const Case& which, const Verdict& verdict, auto) {
        verdicts[static_cast<size_t>(&which - copies.data())] = verdict;
      },
      [](const std::string&) {}));
  return verdicts;
}

std::string sentence_of(const Finding& found, const Verdict& alone) {
  const std::string passed = alone.outcome == Outcome::kPass ? "passed" : concat("was ", to_string(alone.outcome));
  if (!found.after.empty()) return concat("fails only after other cases; ", passed, " alone");
  if (found.tried == 0) return concat(passed, " alone; there was no time to look for the cases behind which it fails");
  return concat("did not fail again: ", passed, " alone, and not after the last ", found.tried,
                " cases that its worker had run before it");
}

Status isolate(const RunOptions& options, std::span<const SharedFailure> failures, Results& results) {
  const auto begin = std::chrono::steady_clock::now();
  tool::Progress progress("failures run again alone", failures.size());
  progress.update(0, 0);
  MORTISE_ASSIGN(const std::vector<Verdict> alone, run_alone(options, failures));
  for (size_t i = 0; i < failures.size(); ++i) {
    progress.update(i, 0);
    if (alone[i].outcome == Outcome::kNotRun) return make_error(StatusCode::kCancelled, alone[i].sentence);
    CaseResult& result = results.cases[failures[i].index];
    Verdict& verdict = result.verdict;
    if (!is_failure(alone[i].outcome)) {
      Finding found;
      if (seconds_since(begin) < kSecondsToIsolateAll) {
        Sequence sequence(options, *failures[i].which, verdict.outcome);
        MORTISE_ASSIGN(found, find_cause(sequence, failures[i].before));
      }
      verdict.sentence = concat(sentence_of(found, alone[i]), ": ", verdict.sentence);
      verdict.after = std::move(found.after);
      result.reproduce = reproduction(results, result);
    }
    verdict.untried_alone = false;
  }
  return {};
}

}  // namespace

void SharedFailures::add(size_t index, const Case& which, std::span<const Case* const> before) {
  std::vector<SharedFailure>& first = of_suite_[which.suite];
  if (first.size() < kMostIsolated) first.push_back({index, &which, {before.begin(), before.end()}});
}

std::vector<SharedFailure> SharedFailures::chosen() const {
  std::vector<SharedFailure> chosen;
  for (size_t turn = 0; turn < kMostIsolated; ++turn) {
    for (const auto& [suite, first] : of_suite_) {
      if (turn < first.size() && chosen.size() < kMostIsolated) chosen.push_back(first[turn]);
    }
  }
  return chosen;
}

void isolate_failures(const RunOptions& options, std::span<const SharedFailure> failures, Results& results) {
  if (failures.empty()) return;
  const Status status = isolate(options, failures, results);
  if (!status.ok()) results.notes.push_back(concat("not all failures were run again alone: ", status.message()));
}

}  // namespace mortise::conformance
