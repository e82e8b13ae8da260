#include "conformance/command/report_options.h"

#include <filesystem>
#include <fstream>

#include "conformance/command/command.h"
#include "conformance/report/formats.h"

namespace mortise::conformance {

void ReportOptions::add(CLI::App& command) {
  const auto formats = report_formats();
  files_.resize(formats.size());
  for (size_t i = 0; i < formats.size(); ++i) {
    command.add_option(std::string(formats[i].option), files_[i], std::string(formats[i].description))
        ->type_name("FILE");
  }
}

void ReportOptions::check() const {
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].empty()) continue;
    const std::filesystem::path file = std::filesystem::absolute(files_[i]);
    if (!std::filesystem::is_directory(file.parent_path()) || std::filesystem::is_directory(file)) {
      stop(kBadUsage, concat(report_formats()[i].option, " ", files_[i], ": name a file in a folder that exists"));
    }
  }
}

void ReportOptions::write(const Results& results) const {
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].empty()) continue;
    const std::filesystem::path file = std::filesystem::absolute(files_[i]).lexically_normal();
    std::ofstream stream(file, std::ios::binary);
    stream << report_formats()[i].write(results, file.parent_path());
    stream.close();
    if (!stream)
      stop(kFailed,
           concat(file.string(), ": the report cannot be written; check the folder and the space on the disk"));
  }
}

}  // namespace mortise::conformance
