#include "conformance/command/run_options.h"

#include <re2/re2.h>
#include <unistd.h>

#include <charconv>
#include <limits>
#include <random>

#include "conformance/command/command.h"
#include "conformance/engine/utf8.h"
#include "core/config/json.h"
#include "tools/mortise/test_case.h"

namespace mortise::conformance {

namespace {

constexpr uint64_t kMostGraphs = 1'000'000;          // each is a case of some hundred bytes
constexpr uint64_t kMostMemory = uint64_t{1} << 30;  // MiB
constexpr uint64_t kLeastMemory = 128;               // MiB: what the suite's own threads and lists take

// CLI11 by itself takes "-1" for the largest number.
CLI::Validator whole_number(uint64_t most) {
  return {[most](const std::string& text) {
            uint64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc() && stop == end && value <= most) return std::string();
            return concat("'", text, "' is no whole number from 0 to ", most);
          },
          ""};
}

// Settings and reports are JSON.
void check_utf8(std::string_view option, const std::string& text) {
  if (!is_utf8(text)) stop(kBadUsage, concat(option, ": '", text, "' is no UTF-8"));
}

}  // namespace

void make_folder(std::string_view option, const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (!code && access(folder.c_str(), W_OK) != 0) code.assign(errno, std::generic_category());
  if (code) stop(kBadUsage, concat(option, " ", folder.string(), ": ", code.message(), "; name a folder to write to"));
}

void RunOptions::add_catalogue(CLI::App& command) {
  command.add_option("--seed", settings.seed, "of everything random")
      ->check(whole_number(std::numeric_limits<uint64_t>::max()))
      ->capture_default_str();
  command.add_option("--budget", settings.graphs, "number of random graphs")
      ->check(whole_number(kMostGraphs))
      ->capture_default_str();
  command.add_option("--vectors", settings.vectors, "folder with ONNX backend tests; may be repeated");
}

void RunOptions::add_choice(CLI::App& command) {
  command.add_option("--suite", suites, "suites to run, separated by commas")->delimiter(',');
  command.add_option("--filter", filter, "run only cases whose name matches this RE2 expression");
  command
      .add_option_function<std::string>(
          "--shard",
          [this](const std::string& text) {
            const Result<Shard> parsed = parse_shard(text);
            if (!parsed.ok()) throw CLI::ValidationError("--shard", parsed.status().message());
            shard = *parsed;
          },
          "run a part of the cases, with I from 1 to N")
      ->type_name("I/N");
  add_catalogue(command);
}

void RunOptions::add_plugin(CLI::App& command) {
  command.add_option("PLUGIN", plugin, "the plugin's library, or 'reference'")->required();
  command.add_option("--provider", settings.provider, "id of the provider, where the plugin has several");
  command.add_option("--options", settings.options, "the provider's options, a JSON object")->capture_default_str();
  command.add_option("--jobs,-j", runner.jobs, "worker processes at a time")
      ->check(CLI::Range(1u, 1024u))
      ->capture_default_str();
  command.add_option("--timeout", runner.timeout, "seconds per case")
      ->check(number_between(0.1, 86400))
      ->capture_default_str();
  command
      .add_option("--memory", runner.limits.memory_mib,
                  concat("MiB of memory per worker, ", kLeastMemory, " at least; 0 for no limit"))
      ->check(whole_number(kMostMemory))
      ->capture_default_str();
  command
      .add_option("--artifacts", artifacts,
                  "folder for the models of failing cases; default: conformance-artifacts, and none for `reproduce`")
      ->type_name("DIR")
      ->check(not_empty());
  command.add_flag("--in-process", runner.in_process, "run the cases in this process, for a debugger");
}

void RunOptions::complete() {
  if (std::error_code code; std::filesystem::current_path(code).empty())
    stop(kBadUsage, "the current folder is gone; change to one that is there");
  if (plugin != kReferencePlugin) {
    std::error_code code;
    settings.plugin = std::filesystem::canonical(plugin, code);
    if (code)
      stop(kBadUsage, concat("PLUGIN '", plugin, "': ", code.message(), "; name the plugin's library, or 'reference'"));
  }
  if (const uint64_t mib = runner.limits.memory_mib; mib > 0 && mib < kLeastMemory)
    stop(kBadUsage, concat("--memory ", mib, ": the suite itself takes up to ", kLeastMemory,
                           " MiB; give that much at least, or 0 for no limit"));
  check_utf8("PLUGIN", settings.plugin.string());
  check_utf8("--provider", settings.provider);
  const Result<nlohmann::json> options = parse_json(settings.options);
  if (!options.ok()) stop(kBadUsage, concat("--options: ", options.status().message()));
  complete_catalogue();
  std::random_device random;
  for (int i = 0; i < 4; ++i) settings.token += std::to_string(random());
  if (!artifacts.empty()) artifacts = std::filesystem::absolute(artifacts).lexically_normal();
  if (!artifacts.empty()) make_folder("--artifacts", artifacts);
  settings.artifacts = artifacts.empty() ? std::filesystem::absolute("conformance-artifacts") : artifacts;
  check_utf8("the folder for artifacts", settings.artifacts.string());
}

void RunOptions::complete_catalogue() {
  for (std::filesystem::path& folder : settings.vectors) {
    std::error_code code;
    const std::filesystem::path found = std::filesystem::canonical(folder, code);
    if (code || !std::filesystem::is_directory(found, code))
      stop(kBadUsage, concat("--vectors ", folder.string(), ": no such folder"));
    check_utf8("--vectors", found.string());
    const auto cases = tool::find_cases({found});
    if (!cases.ok()) stop(kBadUsage, concat("--vectors ", cases.status().message()));
    if (std::none_of(cases->begin(), cases->end(), [](const tool::TestCase& one) { return !one.data_sets.empty(); }))
      stop(kBadUsage, concat("--vectors ", folder.string(),
                             ": has no ONNX backend test, which is a folder with model.onnx and test_data_set_0"));
    folder = found;
  }
}

bool RunOptions::wants(std::string_view suite) const {
  return suites.empty() ? find_suite(suite)->by_default
                        : std::find(suites.begin(), suites.end(), suite) != suites.end();
}

std::vector<const Case*> RunOptions::choose(const Catalogue& catalogue) const {
  for (const std::string& name : suites) {
    if (find_suite(name) != nullptr) continue;
    std::string known;
    for (const Suite& suite : conformance::suites()) known += concat(known.empty() ? "" : ", ", suite.name);
    stop(kBadUsage, concat("--suite ", name, ": no such suite; there are ", known));
  }
  const RE2 expression(filter, RE2::Quiet);
  if (!expression.ok()) stop(kBadUsage, concat("--filter ", filter, ": no expression of RE2: ", expression.error()));
  std::vector<const Case*> chosen;
  for (const Case& one : catalogue.cases()) {
    if (wants(one.suite) && RE2::PartialMatch(one.name, expression)) chosen.push_back(&one);
  }
  return chosen;
}

std::vector<const Case*> RunOptions::part_of(std::span<const Case* const> cases) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  if (!shard) {
    const Result<Shard> found = shard_of(variable);
    if (!found.ok()) stop(kBadUsage, found.status().message());
    shard = *found;
  }
  std::vector<const Case*> part;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(part),
               [&](const Case* which) { return shard->contains(which->name); });
  return part;
}

}  // namespace mortise::conformance
