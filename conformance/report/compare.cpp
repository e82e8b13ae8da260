#include "conformance/report/compare.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/report/plain.h"

namespace mortise::conformance {

namespace {

constexpr double kRounding = 0.5;  // units in the last place

// A failure that is expected is one nevertheless.
bool fails(const Verdict& verdict) { return is_failure(verdict.outcome) || verdict.outcome == Outcome::kXfail; }
bool claimed(const Verdict& verdict) {
  return verdict.outcome == Outcome::kPass || verdict.outcome == Outcome::kXpass || fails(verdict);
}
// An extension that is no longer offered is as lost as an operator that is no longer claimed.
bool declined(const Verdict& verdict) {
  return verdict.outcome == Outcome::kUnclaimed || verdict.outcome == Outcome::kSkip;
}

Change change_of(const CaseResult& after, std::string_view before) {
  return {after.name,
          fmt::format("{} became {}: {}", before, to_string(after.verdict.outcome), after.verdict.sentence)};
}

// The most times and rates that there are are named by their unit: "GB/s" is better when it grows.
bool is_rate(const std::string& unit) { return unit.ends_with("/s"); }

void compare_figures(const CaseResult& before, const CaseResult& after, double threshold, std::vector<Change>& slower) {
  for (const Figure& now : after.verdict.figures) {
    for (const Figure& then : before.verdict.figures) {
      if (then.name != now.name || then.unit != now.unit) continue;
      const bool worse =
          is_rate(now.unit) ? now.value < then.value * (1 - threshold) : now.value > then.value * (1 + threshold);
      if (!worse) continue;
      slower.push_back({after.name, fmt::format("{}: {:.4g} {} instead of {:.4g} {}", now.name, now.value, now.unit,
                                                then.value, then.unit)});
    }
  }
}

void compare_accuracy(const CaseResult& before, const CaseResult& after, double threshold, std::vector<Change>& list) {
  const Accuracy &then = before.verdict.accuracy, &now = after.verdict.accuracy;
  if (then.elements == 0 || now.elements == 0) return;
  if (now.max_ulp <= kRounding || now.max_ulp <= then.max_ulp * (1 + threshold)) return;
  list.push_back(
      {after.name, fmt::format("up to {:.4g} ulp instead of {:.4g}; {}", now.max_ulp, then.max_ulp, now.worst)});
}

void compare_case(const CaseResult& before, const CaseResult& after, double threshold, Comparison& made) {
  const Verdict &then = before.verdict, &now = after.verdict;
  const std::string_view outcome = to_string(then.outcome);
  if (now.outcome == Outcome::kNotRun && then.outcome != Outcome::kNotRun) {
    made.gone.push_back(change_of(after, outcome));
  } else if (fails(now) && !fails(then)) {
    made.new_failures.push_back(change_of(after, outcome));
  } else if (claimed(then) && declined(now)) {
    made.claims_lost.push_back(change_of(after, outcome));
  } else if (declined(then) && claimed(now)) {
    made.claims_won.push_back(change_of(after, outcome));
  } else if (fails(then) && !fails(now)) {
    made.fixed.push_back(change_of(after, outcome));
  }
  compare_accuracy(before, after, threshold, made.less_accurate);
  compare_figures(before, after, threshold, made.slower);
}

std::vector<std::string> remarks_on(const Results& before, const Results& after) {
  std::vector<std::string> remarks;
  const auto remark = [&](const char* what, const std::string& then, const std::string& now) {
    if (then != now) remarks.push_back(fmt::format("the {} is {} instead of {}", what, now, then));
  };
  remark("provider", before.provider.id, after.provider.id);
  remark("provider's version", before.provider.version, after.provider.version);
  remark("device", before.provider.device, after.provider.device);
  remark("set of options", before.provider.options, after.provider.options);
  remark("suite version", before.suite_version, after.suite_version);
  remark("seed", std::to_string(before.settings.seed), std::to_string(after.settings.seed));
  if (before.hosts != after.hosts) remarks.push_back("the machines are not the same");
  return remarks;
}

struct List {
  const char* key;
  const char* title;
  std::vector<Change> Comparison::*changes;
  bool regression;
};
constexpr List kLists[] = {
    {"new_failures", "new failures", &Comparison::new_failures, true},
    {"claims_lost", "claims lost", &Comparison::claims_lost, true},
    {"less_accurate", "less accurate", &Comparison::less_accurate, true},
    {"slower", "slower", &Comparison::slower, true},
    {"fixed", "fixed", &Comparison::fixed, false},
    {"claims_won", "claims won", &Comparison::claims_won, false},
    {"gone", "no longer run", &Comparison::gone, false},
};

size_t count(const Comparison& comparison, bool regressions) {
  size_t sum = 0;
  for (const List& list : kLists) {
    if (list.regression == regressions) sum += (comparison.*list.changes).size();
  }
  return sum;
}

}  // namespace

bool Comparison::regressed() const { return count(*this, true) > 0; }

Comparison compare(const Results& before, const Results& after, double threshold) {
  Comparison made{.remarks = remarks_on(before, after)};
  std::unordered_map<std::string_view, const CaseResult*> old;
  for (const CaseResult& result : before.cases) old.emplace(result.name, &result);
  for (const CaseResult& result : after.cases) {
    const auto found = old.find(result.name);
    if (found != old.end()) {
      compare_case(*found->second, result, threshold, made);
      old.erase(found);
    } else if (fails(result.verdict)) {
      made.new_failures.push_back(change_of(result, "a new case"));
    }
  }
  for (const CaseResult& result : before.cases) {
    if (old.contains(result.name)) made.gone.push_back({result.name, "is not in the new report"});
  }
  return made;
}

nlohmann::ordered_json to_json(const Comparison& comparison) {
  nlohmann::ordered_json json = {{"regressed", comparison.regressed()}, {"remarks", comparison.remarks}};
  for (const List& list : kLists) {
    json[list.key] = nlohmann::ordered_json::array();
    for (const Change& change : comparison.*list.changes)
      json[list.key].push_back({{"case", change.name}, {"sentence", change.sentence}});
  }
  return json;
}

std::string to_text(const Comparison& comparison) {
  std::string text;
  for (const std::string& remark : comparison.remarks) text += "note: " + report::plain(remark) + "\n";
  for (const List& list : kLists) {
    const std::vector<Change>& changes = comparison.*list.changes;
    if (!changes.empty()) text += fmt::format("{} ({})\n", list.title, changes.size());
    for (const Change& change : changes)
      text += fmt::format("  {}: {}\n", report::plain(change.name), report::plain(change.sentence));
  }
  return text + fmt::format("{} regressions, {} improvements\n", count(comparison, true),
                            comparison.fixed.size() + comparison.claims_won.size());
}

}  // namespace mortise::conformance
