// `mortise config`: checks a configuration, prints its schema, writes one to start from.
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/config/schema_check.h"
#include "core/host/config_check.h"
#include "core/host/find_provider.h"
#include "tools/mortise/command/command.h"

namespace mortise::tool {
namespace {

using Kind = ConfigFinding::Kind;
using nlohmann::ordered_json;

const char* kind_name(Kind kind) { return kind == Kind::kWarning ? "warning" : "error"; }

// What is wrong with the file itself is its only finding.
ConfigCheck check_file(const std::string& path) {
  auto config = Config::load(path);
  if (!config.ok()) return {.findings = {{Kind::kError, config.status().message()}}};
  ConfigCheck check = check_config(*config, Registry::scan(default_manifest_folders()));
  for (ConfigFinding& finding : check.findings) finding.text.insert(0, path + ": ");
  return check;
}

int exit_code(const ConfigCheck& check) {
  int code = kOk;
  for (const ConfigFinding& finding : check.findings) {
    if (finding.kind == Kind::kError) code = kBadUsage;
    if (finding.kind == Kind::kUnusable) code = std::max(code, kFailed);
  }
  return code;
}

void print_json(const std::string& path, const ConfigCheck& check) {
  ordered_json providers = ordered_json::array(), findings = ordered_json::array();
  for (const CheckedProvider& provider : check.providers) {
    providers.push_back({{"id", provider.id},
                         {"library", provider.library},
                         {"options", provider.options.empty() ? nullptr : ordered_json::parse(provider.options)}});
  }
  for (const ConfigFinding& finding : check.findings)
    findings.push_back({{"kind", kind_name(finding.kind)}, {"text", finding.text}});
  const ordered_json report = {
      {"file", path}, {"valid", exit_code(check) == kOk}, {"providers", providers}, {"findings", findings}};
  fmt::print("{}\n", report.dump(2, ' ', false, ordered_json::error_handler_t::replace));
}

void check(const std::string& path, bool as_json) {
  const ConfigCheck checked = check_file(path);
  const int code = exit_code(checked);
  if (as_json) {
    print_json(path, checked);
  } else {
    if (code == kOk) fmt::print("{}: valid\n", path);
    for (const CheckedProvider& provider : checked.providers) {
      if (provider.options.empty()) continue;
      fmt::print("  {}  {}\n    options {}\n", provider.id, provider.library, provider.options);
    }
    for (const ConfigFinding& finding : checked.findings)
      fmt::print(stderr, "mortise: {}: {}\n", kind_name(finding.kind), finding.text);
  }
  if (code != kOk) throw Exit{code};
}

// Every key with its default, as the schema has it, and every provider that an installed manifest leads to.
ordered_json starter() {
  const nlohmann::json schema = nlohmann::json::parse(config_schema())["properties"];
  const auto with_defaults = [](const nlohmann::json& of, ordered_json object) {
    nlohmann::json defaults = nlohmann::json::object();
    fill_in_defaults(of, defaults);
    for (const auto& [key, value] : defaults.items()) object.emplace(key, value);
    return object;
  };
  const Registry registry = Registry::scan(default_manifest_folders());
  for (const Status& problem : registry.problems()) fmt::print(stderr, "mortise: warning: {}\n", problem.message());
  ordered_json providers = ordered_json::array();
  for (const Manifest& manifest : registry.manifests()) {
    const ProviderConfig provider{.id = manifest.id};
    const auto found = find_provider(provider, registry, {});
    const auto options =
        found.ok() ? complete_options(*found, provider, providers.size()) : Result<std::string>(found.status());
    if (!options.ok()) {
      fmt::print(stderr, "mortise: warning: '{}' is left out: {}\n", manifest.id, options.status().message());
      continue;
    }
    ordered_json entry = with_defaults(schema["providers"]["items"], {{"id", manifest.id}});
    entry["options"] = ordered_json::parse(*options);
    providers.push_back(std::move(entry));
  }
  return {{"providers", providers},
          {"placement", ordered_json::array()},
          {"require", ordered_json::array()},
          {"session", with_defaults(schema["session"], ordered_json::object())}};
}

void init(const std::string& path, bool force) {
  const std::string text = starter().dump(2) + "\n";
  if (path == "-") return fmt::print("{}", text);
  // "x" creates the file or fails, so that nothing can come between a look and the writing.
  std::FILE* file = std::fopen(path.c_str(), force ? "w" : "wx");
  if (file == nullptr && errno == EEXIST) fail(kBadUsage, path + ": exists; --force writes over it");
  if (file == nullptr) fail(kFailed, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if ((std::fclose(file) != 0) || !written) fail(kFailed, path + ": cannot be written; is the disk full?");
  fmt::print("{}: written; 'mortise config check {}' checks it after changes\n", path, path);
}

void add_check(CLI::App& config) {
  struct Options {
    std::string path;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command =
      config.add_subcommand("check", "Check a configuration, and the options of every provider that can be found");
  command->add_option("FILE", options->path, "The configuration")->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "Exit code 1: a provider with \"on_failure\": \"error\" cannot be loaded here; 2: the configuration is wrong.\n\n"
      "Example:\n  mortise config check examples/digits/npu.json");
  command->callback([options] { check(options->path, options->json); });
}

void add_schema(CLI::App& config) {
  CLI::App* command = config.add_subcommand("schema", "Print the JSON Schema of configurations");
  command->footer("Example:\n  mortise config schema > mortise.schema.json");
  command->callback([] { fmt::print("{}", config_schema()); });
}

void add_init(CLI::App& config) {
  struct Options {
    std::string path = "mortise.json";
    bool force = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command =
      config.add_subcommand("init", "Write a configuration with the installed providers and every default");
  command->add_option("FILE", options->path, "The file to write; '-': the standard output")->capture_default_str();
  command->add_flag("--force", options->force, "Write over a file that exists");
  command->footer("Examples:\n  mortise config init\n  mortise config init npu.json --force");
  command->callback([options] { init(options->path, options->force); });
}

}  // namespace

void add_config(CLI::App& app) {
  CLI::App* command = app.add_subcommand("config", "Check a configuration, print its schema, write one");
  command->require_subcommand(1);
  command->footer("Examples:\n  mortise config init\n  mortise config check mortise.json\n  mortise config schema");
  add_check(*command);
  add_schema(*command);
  add_init(*command);
}

}  // namespace mortise::tool
