// The formats of reports, from formats.inc: a file each. Pure functions.
//
// Sentences and names in the results come from plugins: each format escapes what it writes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "conformance/report/results.h"

namespace mortise::conformance {

struct ReportFormat {
  std::string_view option;
  std::string_view description;
  // folder: absolute, where the report will lie; links are relative to it.
  std::string (*write)(const Results& results, const std::filesystem::path& folder);
};
std::span<const ReportFormat> report_formats();

#define MORTISE_REPORT(name, option, description) \
  std::string write_##name(const Results& results, const std::filesystem::path& folder);
#include "conformance/report/formats.inc"
#undef MORTISE_REPORT

// What write_json() wrote. Errors begin with a JSON pointer, or say the line. folder: as it was given to write_json().
Result<Results> parse_report(std::string_view json, const std::filesystem::path& folder);
// The same of a file; errors begin with its path.
Result<Results> load_report(const std::filesystem::path& path);
// A case as reports and `list --json` describe it: without what became of it.
nlohmann::ordered_json description_json(const CaseResult& result);

}  // namespace mortise::conformance
