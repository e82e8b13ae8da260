#include "conformance/host/plugin.h"

#include <dlfcn.h>

#include "conformance/host/call.h"
#include "core/host/library_file.h"
#include "providers/reference/entry.h"

namespace mortise::conformance {

Result<std::unique_ptr<Plugin>> Plugin::load(const std::filesystem::path& path, CheckedHost& host,
                                             const char* told_path) {
  std::unique_ptr<Plugin> plugin(new Plugin(path, host));
  if (path.empty()) {
    plugin->entry_ = &reference::entry();
  } else {
    MORTISE_TRY(check_library_file(path));
    const TracedCall traced("dlopen()");
    plugin->library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (plugin->library_ == nullptr) {
      return make_error(StatusCode::kUnavailable, path.string(), ": cannot be loaded: ", dlerror());
    }
    plugin->entry_ = static_cast<const mortise_plugin_entry_t*>(dlsym(plugin->library_, "mortise_entry"));
    if (plugin->entry_ == nullptr) {
      return invalid_argument(path.string(), ": exports no symbol 'mortise_entry', so it is no Mortise plugin");
    }
  }
  const mortise_plugin_entry_t& entry = *plugin->entry_;
  if (entry.init == nullptr || entry.deinit == nullptr || entry.get_factory == nullptr) {
    return invalid_argument(path.string(), ": mortise_entry has a function that is null");
  }
  constexpr mortise_version_t kOurs = MORTISE_VERSION_INIT;
  if (entry.abi_version.major != kOurs.major) {
    return make_error(StatusCode::kFailedPrecondition, path.string(), ": is built for version ",
                      entry.abi_version.major, " of the plugin interface, this suite for version ", kOurs.major);
  }
  if (told_path == nullptr) told_path = path.empty() ? "/reference" : path.c_str();
  MORTISE_TRY(
      call(host, "init()", ThreadRole::kSetup, [&](mortise_error_t* error) { return entry.init(told_path, error); }));
  plugin->initialised_ = true;
  return plugin;
}

Plugin::~Plugin() {
  if (initialised_) (void)call(host_, "deinit()", ThreadRole::kSetup, [&] { entry_->deinit(); });
  const TracedCall traced("dlclose()");
  if (library_ != nullptr) dlclose(library_);
}

Result<const mortise_provider_factory_t*> Plugin::factory() {
  const mortise_provider_factory_t* found = nullptr;
  MORTISE_TRY(call(host_, "get_factory()", ThreadRole::kNone, [&] {
    found = static_cast<const mortise_provider_factory_t*>(entry_->get_factory(MORTISE_FACTORY_PROVIDER));
  }));
  if (found == nullptr) return invalid_argument("the plugin has no factory '", MORTISE_FACTORY_PROVIDER, "'");
  if (found->count == nullptr || found->descriptor == nullptr || found->create == nullptr) {
    return invalid_argument("the provider factory has a function that is null");
  }
  return found;
}

Result<const mortise_provider_descriptor_t*> Plugin::descriptor(std::string_view id) {
  MORTISE_ASSIGN(const mortise_provider_factory_t* found, factory());
  uint32_t count = 0;
  MORTISE_TRY(call(host_, "count()", ThreadRole::kNone, [&] { count = found->count(found); }));
  std::string ids;
  for (uint32_t i = 0; i < count && i < 1024; ++i) {
    const mortise_provider_descriptor_t* one = nullptr;
    MORTISE_TRY(call(host_, "descriptor()", ThreadRole::kNone, [&] { one = found->descriptor(found, i); }));
    if (one == nullptr || one->id == nullptr) continue;
    if (id.empty() || id == one->id) return one;
    ids += concat(ids.empty() ? "" : ", ", "'", one->id, "'");
  }
  return make_error(StatusCode::kNotFound, "the plugin has no provider '", id, "'; it has ",
                    ids.empty() ? "none" : ids);
}

}  // namespace mortise::conformance
