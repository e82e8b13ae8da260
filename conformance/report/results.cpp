#include "conformance/report/results.h"

#include <fmt/core.h>

namespace mortise::conformance {

namespace {

// As a shell takes it for one word.
std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string made = "'";
  for (const char c : word) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

// The case with those behind which it fails, or the whole run where they are not known. Cases run in the catalogue's order.
std::string choice_arguments(const Results& results, const CaseResult& result) {
  const Selection& selection = results.selection;
  std::string suites, filter;
  for (const std::string& suite : selection.suites) suites += (suites.empty() ? "" : ",") + suite;
  for (const std::string& name : *result.verdict.after) filter += name + "|";
  filter = filter.empty() ? selection.filter : concat("^(", filter, result.name, ")$");
  std::string text;
  if (!suites.empty()) text += " --suite " + shell_word(suites);
  if (!filter.empty()) text += " --filter " + shell_word(filter);
  if (result.verdict.after->empty() && !results.shard.whole())
    text += concat(" --shard ", results.shard.index, "/", results.shard.count);
  return text;
}

}  // namespace

CaseResult result_of(const Case& which) {
  return {.name = which.name,
          .suite = std::string(which.suite),
          .requirement = which.requirement,
          .description = which.description,
          .at = which.at,
          .verdict = {.outcome = Outcome::kNotRun, .sentence = "not run"}};
}

CaseLimits case_limits_of(const RunnerOptions& options) {
  return {.timeout = options.timeout, .memory_mib = options.limits.memory_mib};
}

std::string plugin_text(const Settings& settings) {
  return settings.plugin.empty() ? std::string(kReferencePlugin) : settings.plugin.string();
}

std::string plugin_arguments(const Settings& settings) {
  std::string text = shell_word(plugin_text(settings));
  if (!settings.provider.empty()) text += " --provider " + shell_word(settings.provider);
  if (settings.options != Settings().options) text += " --options " + shell_word(settings.options);
  return text;
}

std::string limit_arguments(const CaseLimits& limits) {
  std::string text;
  if (limits.timeout != CaseLimits().timeout) text += fmt::format(" --timeout {}", limits.timeout);
  if (limits.memory_mib != CaseLimits().memory_mib) text += concat(" --memory ", limits.memory_mib);
  return text;
}

std::string reproduction(const Results& results, const CaseResult& result) {
  const Settings& settings = results.settings;
  std::string text = "mortise-conformance ";
  text += result.verdict.after
              ? concat("validate ", plugin_arguments(settings), choice_arguments(results, result), " --jobs 1")
              : concat("reproduce ", shell_word(result.name), " ", plugin_arguments(settings));
  text += concat(" --seed ", settings.seed);
  if (settings.graphs != Settings().graphs) text += concat(" --budget ", settings.graphs);
  for (const std::filesystem::path& folder : settings.vectors) text += " --vectors " + shell_word(folder.string());
  if (!settings.artifacts.empty()) text += " --artifacts " + shell_word(settings.artifacts.string());
  return text + limit_arguments(results.limits);
}

}  // namespace mortise::conformance
