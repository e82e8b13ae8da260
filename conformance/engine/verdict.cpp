#include "conformance/engine/verdict.h"

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace mortise::conformance {

namespace {

constexpr std::array<std::string_view, kNumOutcomes> kNames = {"PASS",  "FAIL",    "OVERCLAIM", "UNCLAIMED",
                                                               "CRASH", "TIMEOUT", "LEAK",      "SKIP",
                                                               "XFAIL", "XPASS",   "NOTRUN",    "MISTRUSTED"};

// A field of the type that T stands for, or its default where it is left out.
template <class T>
T get(const nlohmann::json& json, const char* field) {
  const auto found = json.find(field);
  return found == json.end() ? T() : found->get<T>();
}

double finite(double value) { return std::isfinite(value) ? value : std::numeric_limits<double>::max(); }

nlohmann::json accuracy_json(const Accuracy& accuracy) {
  return {{"max_ulp", finite(accuracy.max_ulp)},
          {"p99_ulp", finite(accuracy.p99_ulp)},
          {"bound_used", finite(accuracy.bound_used)},
          {"elements", accuracy.elements},
          {"worst", accuracy.worst}};
}

Accuracy read_accuracy(const nlohmann::json& json) {
  return {.max_ulp = get<double>(json, "max_ulp"),
          .p99_ulp = get<double>(json, "p99_ulp"),
          .bound_used = get<double>(json, "bound_used"),
          .elements = get<uint64_t>(json, "elements"),
          .worst = get<std::string>(json, "worst")};
}

}  // namespace

std::string_view to_string(Outcome outcome) { return kNames[static_cast<size_t>(outcome)]; }

Result<Outcome> parse_outcome(std::string_view text) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<Outcome>(i);
  }
  return invalid_argument("'", text, "' is no outcome");
}

bool is_failure(Outcome outcome) {
  switch (outcome) {
    case Outcome::kFail:
    case Outcome::kOverclaim:
    case Outcome::kCrash:
    case Outcome::kTimeout:
    case Outcome::kLeak:
    case Outcome::kMistrusted:
      return true;
    default:
      return false;
  }
}

nlohmann::json to_json(const Verdict& verdict) {
  nlohmann::json json = {
      {"outcome", to_string(verdict.outcome)}, {"sentence", verdict.sentence}, {"seconds", verdict.seconds}};
  if (!verdict.requirement.empty()) json["requirement"] = verdict.requirement;
  if (!verdict.warnings.empty()) json["warnings"] = verdict.warnings;
  for (const auto& [code, text] : verdict.refusals) json["refusals"].push_back({{"code", code}, {"text", text}});
  if (verdict.accuracy.elements != 0) json["accuracy"] = accuracy_json(verdict.accuracy);
  for (const Figure& figure : verdict.figures) {
    json["figures"].push_back({{"name", figure.name}, {"value", finite(figure.value)}, {"unit", figure.unit}});
  }
  if (!verdict.artifact.empty()) json["artifact"] = verdict.artifact;
  if (verdict.after) json["after"] = *verdict.after;
  if (verdict.untried_alone) json["untried_alone"] = true;
  if (!verdict.facts.empty()) json["facts"] = verdict.facts;
  return json;
}

Result<Verdict> parse_verdict(const nlohmann::json& json) {
  try {
    Verdict verdict;
    MORTISE_ASSIGN(verdict.outcome, parse_outcome(json.at("outcome").get<std::string>()));
    verdict.sentence = json.at("sentence").get<std::string>();
    verdict.seconds = get<double>(json, "seconds");
    verdict.requirement = get<std::string>(json, "requirement");
    verdict.warnings = get<std::vector<std::string>>(json, "warnings");
    for (const auto& refusal : get<std::vector<nlohmann::json>>(json, "refusals")) {
      verdict.refusals.emplace_back(refusal.at("code").get<uint32_t>(), refusal.at("text").get<std::string>());
    }
    if (json.contains("accuracy")) verdict.accuracy = read_accuracy(json["accuracy"]);
    for (const auto& figure : get<std::vector<nlohmann::json>>(json, "figures")) {
      verdict.figures.push_back({.name = figure.at("name").get<std::string>(),
                                 .value = figure.at("value").get<double>(),
                                 .unit = figure.at("unit").get<std::string>()});
    }
    verdict.artifact = get<std::string>(json, "artifact");
    if (json.contains("after")) verdict.after = json["after"].get<std::vector<std::string>>();
    verdict.untried_alone = get<bool>(json, "untried_alone");
    verdict.facts = get<std::string>(json, "facts");
    return verdict;
  } catch (const nlohmann::json::exception& e) {
    return invalid_argument("not a verdict: ", e.what());
  }
}

}  // namespace mortise::conformance
