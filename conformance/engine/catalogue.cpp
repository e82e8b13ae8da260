#include "conformance/engine/case.h"
#include "conformance/engine/suites.h"
#include "core/config/nearest.h"

namespace mortise::conformance {

std::span<const Suite> suites() {
  static constexpr Suite kSuites[] = {
#define MORTISE_SUITE(name, by_default, description) {#name, description, by_default, add_##name##_cases},
#include "conformance/engine/suites.inc"
#undef MORTISE_SUITE
  };
  return kSuites;
}

const Suite* find_suite(std::string_view name) {
  for (const Suite& suite : suites()) {
    if (suite.name == name) return &suite;
  }
  return nullptr;
}

Catalogue::Catalogue(const Settings& settings, std::span<const Suite> of) {
  for (const Suite& suite : of) {
    const size_t first = cases_.size();
    suite.add(settings, cases_);
    for (size_t i = first; i < cases_.size(); ++i) cases_[i].suite = suite.name;
  }
  for (size_t i = 0; i < cases_.size(); ++i) index_.emplace(cases_[i].name, i);
}

const Case* Catalogue::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &cases_[found->second];
}

std::string Catalogue::did_you_mean(std::string_view name) const {
  std::vector<std::string> names;
  for (const Case& one : cases_) names.push_back(one.name);
  const std::string phrase = mortise::did_you_mean(name, names);
  // All the names, which it gives where none is near, are thousands.
  return phrase.starts_with(",") ? phrase : "; 'mortise-conformance list' lists them";
}

}  // namespace mortise::conformance
