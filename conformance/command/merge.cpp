// `mortise-conformance merge`: puts the reports of a run's shards together.
#include "conformance/report/merge.h"

#include "conformance/command/command.h"
#include "conformance/command/report_options.h"
#include "conformance/report/console.h"
#include "conformance/report/formats.h"
#include "conformance/report/score.h"

namespace mortise::conformance {

namespace {

int merge_reports(const std::vector<std::string>& files, const ReportOptions& reports) {
  reports.check(files);
  std::vector<Part> parts;
  for (const std::string& file : files) {
    Result<Results> loaded = load_report(file);
    if (!loaded.ok()) stop(kBadUsage, loaded.status().message());
    parts.push_back({file, std::move(*loaded)});
  }
  const Result<Results> merged = merge(std::move(parts));
  if (!merged.ok()) stop(kBadUsage, merged.status().message());
  const Status written = reports.write(*merged);
  print_identity(*merged);
  print_summary(*merged);
  if (!written.ok()) stop(kFailed, written.message());
  return succeeded(*merged) ? kOk : kFailed;
}

}  // namespace

void add_merge(CLI::App& app) {
  auto files = std::make_shared<std::vector<std::string>>();
  auto reports = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand("merge", "Puts the JSON reports of a run's shards together");
  command->add_option("REPORT", *files, "JSON report of a shard")->required();
  reports->add(*command);
  command->footer(exit_codes("nothing failed in any shard and something passed",
                             "something failed, nothing passed, or a run ended early"));
  command->callback([files, reports] { throw Exit{merge_reports(*files, *reports)}; });
}

}  // namespace mortise::conformance
