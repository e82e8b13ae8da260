#include "conformance/report/environment.h"

#include <fmt/core.h>
#include <sys/utsname.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "conformance/report/sha256.h"
#include "core/model/mapped_file.h"

namespace mortise::conformance {

namespace {

// "model name	: AMD EPYC 7B13"; processors that have no name for people are known by their machine.
std::string cpu_name(const std::string& machine) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return machine;
}

}  // namespace

std::chrono::sys_seconds run_time() {
  if (const char* text = std::getenv("SOURCE_DATE_EPOCH"); text != nullptr) {
    // Up to the end of the year 9999, which has four digits.
    constexpr int64_t kLast = 253402300799;
    int64_t seconds = 0;
    const char* end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, seconds);
    if (error == std::errc() && stop == end && seconds >= 0 && seconds <= kLast)
      return std::chrono::sys_seconds(std::chrono::seconds(seconds));
  }
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string date_text(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

HostFacts this_host() {
  utsname system{};
  uname(&system);
  return {.cpu = cpu_name(system.machine),
          .threads = std::thread::hardware_concurrency(),
          .kernel = fmt::format("{} {} {}", system.sysname, system.release, system.machine)};
}

Result<std::string> plugin_sha256(const std::filesystem::path& plugin) {
  MORTISE_ASSIGN(const auto file, MappedFile::open(plugin.empty() ? "/proc/self/exe" : plugin));
  return sha256(file->bytes());
}

Selection selection_of(std::span<const Case* const> cases, std::vector<std::string> suites, std::string filter) {
  std::string names;
  for (const Case* which : cases) names += which->name + '\n';
  return {.suites = std::move(suites), .filter = std::move(filter), .cases = cases.size(), .sha256 = sha256(names)};
}

}  // namespace mortise::conformance
