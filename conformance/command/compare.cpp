// `mortise-conformance compare`: what changed between two runs.
#include "conformance/report/compare.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "conformance/command/command.h"
#include "conformance/report/formats.h"

namespace mortise::conformance {

namespace {

struct CompareOptions {
  std::string before, after;
  double percent = 10;
  bool json = false;
};

Results load(const std::string& file) {
  Result<Results> loaded = load_report(file);
  if (!loaded.ok()) stop(kBadUsage, loaded.status().message());
  return std::move(*loaded);
}

int compare_reports(const CompareOptions& options) {
  const Results before = load(options.before), after = load(options.after);
  const Comparison comparison = compare(before, after, options.percent / 100);
  fmt::print("{}", options.json
                       ? to_json(comparison).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                       : to_text(comparison));
  return comparison.regressed() ? kFailed : kOk;
}

}  // namespace

void add_compare(CLI::App& app) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand("compare", "Says what changed between two JSON reports");
  command->add_option("OLD", options->before, "JSON report of the run before")->required();
  command->add_option("NEW", options->after, "JSON report of the run after")->required();
  command->add_option("--threshold", options->percent, "percent by which errors and times may grow")
      ->check(number_between(0, 1e6))
      ->capture_default_str();
  command->add_flag("--json", options->json, "print the lists as JSON");
  command->footer(exit_codes("nothing became worse", "something became worse"));
  command->callback([options] { throw Exit{compare_reports(*options)}; });
}

}  // namespace mortise::conformance
