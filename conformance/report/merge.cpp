#include "conformance/report/merge.h"

#include <algorithm>
#include <set>

namespace mortise::conformance {

namespace {

// What all parts of one run have in common, in words.
struct Common {
  const char* what;
  std::string (*of)(const Results& results);
};
constexpr Common kCommon[] = {
    {"suite version", [](const Results& r) { return r.suite_version; }},
    {"binary (SHA-256)", [](const Results& r) { return r.plugin_sha256; }},
    {"provider", [](const Results& r) { return concat(r.provider.id, " ", r.provider.version); }},
    {"provider options", [](const Results& r) { return r.provider.options; }},
    {"seed", [](const Results& r) { return std::to_string(r.settings.seed); }},
    {"number of shards", [](const Results& r) { return std::to_string(r.shard.count); }},
    {"selection of cases (SHA-256)", [](const Results& r) { return r.selection.sha256; }},
};

Status check_common(const Part& first, const Part& other) {
  for (const Common& common : kCommon) {
    const std::string a = common.of(first.results), b = common.of(other.results);
    if (a == b) continue;
    return invalid_argument(first.file, " and ", other.file, " are not of one run: the ", common.what, " is ", a,
                            " in the one and ", b, " in the other");
  }
  return {};
}

Status check_shards(const std::vector<Part>& parts) {
  const uint32_t count = parts.front().results.shard.count;
  std::vector<const Part*> owner(count, nullptr);
  for (const Part& part : parts) {
    const Part*& place = owner[part.results.shard.index - 1];
    if (place != nullptr) {
      return invalid_argument(place->file, " and ", part.file, " are both shard ", part.results.shard.index, " of ",
                              count, "; leave one out");
    }
    place = &part;
  }
  const auto missing = std::find(owner.begin(), owner.end(), nullptr);
  if (missing == owner.end()) return {};
  const auto more = std::count(missing, owner.end(), nullptr) - 1;
  return invalid_argument("shard ", missing - owner.begin() + 1, " of ", count, " is missing",
                          more == 0 ? "" : concat(", and ", more, " more"), "; name the reports of all shards");
}

// A case that is in no shard, or in two, is a report that was changed.
Status check_cases(const Results& merged) {
  std::set<std::string_view> names;
  for (const CaseResult& result : merged.cases) {
    if (!names.insert(result.name).second) return invalid_argument("the case '", result.name, "' is in two shards");
  }
  if (names.size() == merged.selection.cases) return {};
  return invalid_argument("the shards have ", names.size(), " cases, but ", merged.selection.cases, " were chosen");
}

template <class T>
void add_new(std::vector<T>& list, std::vector<T> more) {
  for (T& one : more) {
    if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(std::move(one));
  }
}

size_t rank_of(const CaseResult& result) {
  const auto all = suites();
  return static_cast<size_t>(
      std::find_if(all.begin(), all.end(), [&](const Suite& suite) { return suite.name == result.suite; }) -
      all.begin());
}

}  // namespace

Result<Results> merge(std::vector<Part> parts) {
  if (parts.empty()) return invalid_argument("there is no report to merge");
  for (const Part& part : parts) MORTISE_TRY(check_common(parts.front(), part));
  MORTISE_TRY(check_shards(parts));
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.results.shard.index < b.results.shard.index; });
  Results merged = std::move(parts.front().results);
  merged.shard = {};
  for (size_t i = 1; i < parts.size(); ++i) {
    Results& part = parts[i].results;
    merged.date = std::min(merged.date, part.date);
    merged.seconds += part.seconds;
    merged.strict = merged.strict || part.strict;
    if (part.settings.artifacts != merged.settings.artifacts) merged.settings.artifacts.clear();
    add_new(merged.hosts, std::move(part.hosts));
    add_new(merged.problems, std::move(part.problems));
    add_new(merged.notes, std::move(part.notes));
    std::move(part.cases.begin(), part.cases.end(), std::back_inserter(merged.cases));
  }
  std::stable_sort(merged.cases.begin(), merged.cases.end(),
                   [](const CaseResult& a, const CaseResult& b) { return rank_of(a) < rank_of(b); });
  MORTISE_TRY(check_cases(merged));
  return merged;
}

}  // namespace mortise::conformance
