// Results: everything that a report says, as plain data; what the console, HTML, JSON and JUnit are made from.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/about.h"
#include "conformance/engine/case.h"
#include "conformance/engine/runner.h"
#include "conformance/engine/settings.h"
#include "conformance/engine/shard.h"
#include "conformance/engine/verdict.h"

namespace mortise::conformance {

struct CaseResult {
  std::string name;
  std::string suite;
  std::string requirement;
  std::string description;
  Coordinates at;
  Verdict verdict;
  std::string reproduce;  // of a failure or an unexpected pass: its reproduction()
};
// The case, not run.
CaseResult result_of(const Case& which);

struct HostFacts {
  std::string cpu;
  uint32_t threads = 0;
  std::string kernel;  // "Linux 6.1.0 x86_64"
  bool operator==(const HostFacts&) const = default;
};

// What a case may take: a part of why it fails.
struct CaseLimits {
  double timeout = RunnerOptions().timeout;         // seconds
  uint64_t memory_mib = WorkerLimits().memory_mib;  // per worker; 0: no limit
};
CaseLimits case_limits_of(const RunnerOptions& options);

// Which cases were chosen, of all shards together.
struct Selection {
  std::vector<std::string> suites;  // as asked for; empty: those that run by default
  std::string filter;
  uint64_t cases = 0;
  std::string sha256;  // of their names
};

struct Results {
  Settings settings;  // artifacts: empty where they are in the default folder
  CaseLimits limits;
  std::string suite_version;
  std::string date;           // when the run began, "2026-01-31T12:00:00Z"
  std::string plugin_sha256;  // of the binary
  ProviderFacts provider;
  std::vector<HostFacts> hosts;  // one, or those of the shards
  Selection selection;
  Shard shard;
  bool strict = false;                // an unexpected pass is a failure
  std::vector<std::string> problems;  // sentences about the run itself; each makes it fail
  std::vector<std::string> notes;     // sentences that change nothing
  std::vector<CaseResult> cases;      // in the catalogue's order
  double seconds = 0;                 // wall time of the run, or of all shards together
};

// The plugin as the command line names it.
std::string plugin_text(const Settings& settings);
// The plugin, its provider and options as the command line has them.
std::string plugin_arguments(const Settings& settings);
// The limits as the command line has them, each with a space before it; those that are the default are left out.
std::string limit_arguments(const CaseLimits& limits);
// What is to be known of the command where verdict.untried_alone.
inline constexpr std::string_view kUntriedAlone =
    "not tried alone: where the command passes, the case fails only behind other cases of the run";
// The command that runs one case again as it was run; with others before it where it fails only so.
std::string reproduction(const Results& results, const CaseResult& result);

}  // namespace mortise::conformance
