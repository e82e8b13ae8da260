// `mortise inspect`: says whether a plugin can be loaded, and what it contains, without running anything of its device.
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "core/host/plugin_library.h"
#include "tools/mortise/command/command.h"

namespace mortise::tool {
namespace {

const char* concurrency_name(uint32_t concurrency) {
  switch (concurrency) {
    case MORTISE_CONCURRENCY_SERIAL_PROVIDER:
      return "one run at a time";
    case MORTISE_CONCURRENCY_SERIAL_SESSION:
      return "one run at a time per session";
    default:
      return "any number of runs at once";
  }
}

const char* determinism_name(uint32_t determinism) {
  switch (determinism) {
    case MORTISE_DETERMINISM_SAME_MACHINE:
      return "same machine and thread count";
    case MORTISE_DETERMINISM_ANY_THREADS:
      return "same machine, any thread count";
    default:
      return "not promised";
  }
}

// One line for each option: its name, its default, what it is.
std::string options_text(const char* schema) {
  const nlohmann::json parsed = nlohmann::json::parse(schema);
  const nlohmann::json properties = parsed.value("properties", nlohmann::json::object());
  std::string text = properties.empty() ? "  options:     none\n" : "  options:\n";
  size_t width = 0;
  for (const auto& [name, property] : properties.items()) width = std::max(width, name.size());
  for (const auto& [name, property] : properties.items()) {
    if (!property.is_object()) continue;
    const nlohmann::json description = property.value("description", nlohmann::json());
    text += fmt::format("    {:<{}}  {:<8}  {}\n", name, width,
                        property.contains("default") ? property["default"].dump() : "",
                        description.is_string() ? description.get<std::string>() : "");
  }
  return text;
}

void inspect(const std::string& path, bool as_json) {
  auto library = PluginLibrary::load(path);
  if (!library.ok()) {
    if (as_json) {
      fmt::print("{}\n",
                 nlohmann::json{{"file", path}, {"usable", false}, {"problem", library.status().message()}}.dump(2));
      throw Exit{kFailed};
    }
    fail(kFailed, library.status().message());
  }
  const mortise_version_t version = (*library)->abi_version();
  if (as_json) {
    nlohmann::json providers = nlohmann::json::array();
    for (const mortise_provider_descriptor_t* d : (*library)->descriptors()) {
      providers.push_back({{"id", d->id},
                           {"name", d->name},
                           {"vendor", d->vendor},
                           {"version", d->version},
                           {"description", d->description},
                           {"options_schema", nlohmann::json::parse(d->options_schema)}});
    }
    fmt::print("{}\n",
               nlohmann::json{{"file", (*library)->name()},
                              {"usable", true},
                              {"abi_version", fmt::format("{}.{}.{}", version.major, version.minor, version.revision)},
                              {"providers", providers}}
                   .dump(2));
    return;
  }
  fmt::print("{}: usable, ABI {}.{}.{}\n", (*library)->name(), version.major, version.minor, version.revision);
  for (const mortise_provider_descriptor_t* d : (*library)->descriptors()) {
    fmt::print("\n{}  {} {} by {}\n  {}\n  concurrency: {}\n  repeatable:  {}\n{}", d->id, d->name, d->version,
               d->vendor, d->description, concurrency_name(d->concurrency), determinism_name(d->determinism),
               options_text(d->options_schema));
  }
}

}  // namespace

void add_inspect(CLI::App& app) {
  struct Options {
    std::string path;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("inspect", "Say whether a plugin can be loaded, and what it contains");
  command->add_option("PLUGIN", options->path, "The plugin's shared library")->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer("Example:\n  mortise inspect ./libvendor_npu.so");
  command->callback([options] { inspect(options->path, options->json); });
}

}  // namespace mortise::tool
