// PluginLibrary: one loaded and checked plugin.
//
// load() never lets a bad file harm the process or the other plugins: what is wrong comes back as a sentence that names
// the file, the fault and the remedy. The library is initialised once however often it is loaded, and is released after
// the last owner is gone. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mortise/all.h"
#include "mortise/sdk/result.h"

namespace mortise {

class PluginLibrary {
 public:
  // A relative path is relative to the current directory; the loader's own search path is never used.
  static Result<std::shared_ptr<PluginLibrary>> load(const std::filesystem::path& path);
  // A plugin that is linked into the program. entry lives for ever; name stands for the file in error sentences.
  static Result<std::shared_ptr<PluginLibrary>> built_in(const mortise_plugin_entry_t& entry, std::string name);

  // The absolute path, or the name of a built-in plugin.
  const std::string& name() const { return name_; }
  mortise_version_t abi_version() const { return entry_->abi_version; }
  const mortise_provider_factory_t& factory() const { return *factory_; }
  // Of every provider of the plugin; at least one, each checked.
  std::span<const mortise_provider_descriptor_t* const> descriptors() const { return descriptors_; }
  // Null if the plugin has no provider with this id.
  const mortise_provider_descriptor_t* find(std::string_view id) const;

  // The operating system's handle of a library, closed with it; defined in plugin_library.cpp.
  struct File;

  PluginLibrary(std::string name, std::shared_ptr<File> file, const mortise_plugin_entry_t& entry);
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;
  ~PluginLibrary();

 private:
  Status initialise();
  Status read_factory();

  std::string name_;
  std::shared_ptr<File> file_;
  const mortise_plugin_entry_t* entry_;
  bool initialised_ = false;
  const mortise_provider_factory_t* factory_ = nullptr;
  std::vector<const mortise_provider_descriptor_t*> descriptors_;
};

// Says what is wrong with a provider's descriptor; `where` begins the sentence.
Status check_descriptor(const mortise_provider_descriptor_t* descriptor, std::string_view where);

// True for a reverse-DNS id: lower-case letters, digits, '.' and '-', at most 128.
bool is_provider_id(std::string_view id);

}  // namespace mortise
