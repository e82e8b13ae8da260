// Plugin: a plugin's library as it is, without the mercy of the core's loader: nothing of it is checked beyond what is
// needed to call it. Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/host/checked_host.h"
#include "mortise/all.h"
#include "mortise/sdk/result.h"

namespace mortise::conformance {

class Plugin {
 public:
  // Loads the library (RTLD_NOW, local) and calls init(). An empty path is the reference provider. `host` takes the
  // violations of calls on the library and outlives the plugin. told_path: what init() hears, where it is not the truth.
  static Result<std::unique_ptr<Plugin>> load(const std::filesystem::path& path, CheckedHost& host,
                                              const char* told_path = nullptr);
  // deinit(), then unloads.
  ~Plugin();
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const mortise_plugin_entry_t& entry() const { return *entry_; }
  // Errors where the plugin has none or one without functions.
  Result<const mortise_provider_factory_t*> factory();
  // The descriptor with this id, or the first one if the id is empty. Errors list the ids there are.
  Result<const mortise_provider_descriptor_t*> descriptor(std::string_view id);

 private:
  Plugin(std::filesystem::path path, CheckedHost& host) : path_(std::move(path)), host_(host) {}

  std::filesystem::path path_;
  CheckedHost& host_;
  void* library_ = nullptr;  // of dlopen(); null for the reference provider
  const mortise_plugin_entry_t* entry_ = nullptr;
  bool initialised_ = false;
};

}  // namespace mortise::conformance
