#include "conformance/cases/specimen_case.h"

#include <nlohmann/json.hpp>

#include "conformance/cases/mixed_check.h"
#include "conformance/generate/exact.h"
#include "conformance/generate/specimen.h"

namespace mortise::conformance {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "specimen ";

// How much of its claims the device gets. A fault that needs somebody else's node between is met by one of the later.
constexpr uint32_t kSpecimenPercents[] = {100, 75, 50, 50};

Verdict run_specimen(Rig& rig, const fs::path& folder) {
  const Result<Specimen> specimen = load_specimen(folder);
  if (!specimen.ok()) return suite_failed(specimen.status());
  const Result<Graph> graph = graph_of(*specimen);
  if (!graph.ok()) return suite_failed(graph.status());
  // The same masks wherever the folder lies.
  Random random = stream_of(rig.settings().seed, kPrefix);
  MixedTask task{.graph = *graph, .runs = {specimen->inputs}, .save_segment = false};
  if (!has_only_exact_ops(*graph)) task.tolerance = {};
  Verdict whole;
  for (const uint32_t& percent : kSpecimenPercents) {
    task.percent = percent;
    Verdict verdict = check_mixed(rig, task, random);
    if (is_failure(verdict.outcome)) return verdict;
    if (&percent == kSpecimenPercents) whole = std::move(verdict);
    random();  // other masks
  }
  return whole;
}

}  // namespace

Case specimen_case(const fs::path& folder) {
  // As JSON: a name is one line.
  const nlohmann::json path = folder.string();
  return {.name = concat(kPrefix, path.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)),
          .suite = "graphs",
          .description = "Runs a model from a folder, of which the provider has what it claims or a part of that.",
          .run = [folder](Rig& rig) { return run_specimen(rig, folder); }};
}

std::optional<Case> find_specimen_case(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto path = nlohmann::json::parse(name.substr(kPrefix.size()), nullptr, false);
  if (!path.is_string()) return std::nullopt;
  Case found = specimen_case(path.get<std::string>());
  found.name = name;
  return found;
}

}  // namespace mortise::conformance
