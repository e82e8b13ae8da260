#include "conformance/command/report_options.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "conformance/command/command.h"
#include "conformance/report/formats.h"

namespace mortise::conformance {

namespace fs = std::filesystem;

namespace {

fs::path absolute(const std::string& file) { return fs::absolute(file).lexically_normal(); }

// Leaves nothing where there was nothing. Pipes and devices are not opened: who reads one would take that for all.
bool can_be_written(const fs::path& file) {
  std::error_code code;
  const fs::file_status before = fs::status(file, code);
  if (fs::is_other(before)) return true;
  if (!std::ofstream(file, std::ios::app)) return false;
  if (!fs::exists(before)) fs::remove(file, code);
  return true;
}

}  // namespace

void ReportOptions::add(CLI::App& command) {
  const auto formats = report_formats();
  files_.resize(formats.size());
  for (size_t i = 0; i < formats.size(); ++i) {
    command.add_option(std::string(formats[i].option), files_[i], std::string(formats[i].description))
        ->type_name("FILE")
        ->check(not_empty());
  }
}

void ReportOptions::check(std::span<const std::string> read) const {
  std::map<fs::path, std::string_view> options;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].empty()) continue;
    const std::string_view option = report_formats()[i].option;
    const fs::path file = absolute(files_[i]);
    if (!can_be_written(file))
      stop(kBadUsage, concat(option, " ", files_[i], ": name a file in a folder that exists and may be written to"));
    const auto is_read = [&](const std::string& one) {
      std::error_code code;
      return fs::equivalent(one, file, code);
    };
    if (std::any_of(read.begin(), read.end(), is_read))
      stop(kBadUsage, concat(option, " ", files_[i], ": would replace a file that is read; name another one"));
    const auto [other, is_new] = options.emplace(file, option);
    if (!is_new)
      stop(kBadUsage, concat(option, " ", files_[i], ": is the file of ", other->second, " too; name another one"));
  }
}

Status ReportOptions::write(const Results& results) const {
  std::string failed;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].empty()) continue;
    const fs::path file = absolute(files_[i]);
    std::ofstream stream(file, std::ios::binary);
    stream << report_formats()[i].write(results, file.parent_path());
    stream.close();
    if (!stream) failed += concat(failed.empty() ? "" : ", ", file.string());
  }
  if (failed.empty()) return {};
  return make_error(StatusCode::kUnavailable, failed,
                    ": the report cannot be written; check the folder and the space on the disk");
}

}  // namespace mortise::conformance
