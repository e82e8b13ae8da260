// Where and when a run happens, and on which binary.
#pragma once

#include <chrono>
#include <filesystem>

#include "conformance/report/results.h"

namespace mortise::conformance {

// Now, or the moment that SOURCE_DATE_EPOCH names, so that a report can be made again bit by bit.
std::chrono::sys_seconds run_time();
// "2026-01-31T12:00:00Z"
std::string date_text(std::chrono::sys_seconds time);

HostFacts this_host();
// Of the plugin's file; of this program, where the plugin is the reference provider, which is linked in.
Result<std::string> plugin_sha256(const std::filesystem::path& plugin);
// What is to be run, by its names.
Selection selection_of(std::span<const Case* const> cases, std::vector<std::string> suites, std::string filter);

}  // namespace mortise::conformance
