#include "core/host/plugin_library.h"

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <condition_variable>
#include <map>
#include <mutex>

#include "core/host/boundary.h"
#include "core/host/library_file.h"
#include "core/host/thread_role.h"

namespace mortise {

struct PluginLibrary::File {
  boost::dll::shared_library library;
};

namespace {

constexpr uint32_t kMaxProviders = 1024;

std::string to_string(mortise_version_t version) {
  return concat(version.major, ".", version.minor, ".", version.revision);
}

Status check_version(mortise_version_t plugin, const std::string& name) {
  constexpr mortise_version_t kHost = MORTISE_VERSION_INIT;
  if (plugin.major == kHost.major) return {};
  const bool old = plugin.major < kHost.major;
  return make_error(StatusCode::kFailedPrecondition, name, ": is built for version ", to_string(plugin),
                    " of the plugin interface, this host has ", to_string(kHost), "; ",
                    old ? "install a newer build of the plugin" : "install a newer Mortise");
}

// The libraries that are in use, each initialised once. An entry whose pointer has expired is one that is being
// released. Never destroyed: a library may be released after static objects are gone.
struct LiveLibraries {
  std::mutex mutex;
  std::condition_variable released;
  std::map<std::string, std::weak_ptr<PluginLibrary>, std::less<>> entries;
};
LiveLibraries& live_libraries() {
  static auto* libraries = new LiveLibraries;
  return *libraries;
}

// The live library with this key, or the one that `make` makes.
template <class Make>
Result<std::shared_ptr<PluginLibrary>> find_or_make(const std::string& key, Make&& make) {
  LiveLibraries& live = live_libraries();
  std::unique_lock lock(live.mutex);
  for (auto found = live.entries.find(key); found != live.entries.end(); found = live.entries.find(key)) {
    if (std::shared_ptr<PluginLibrary> library = found->second.lock()) return library;
    live.released.wait(lock);
  }
  Result<std::unique_ptr<PluginLibrary>> made = make();
  if (!made.ok()) return std::move(made).status();
  std::shared_ptr<PluginLibrary> library(made->release(), [key](PluginLibrary* last) {
    delete last;
    LiveLibraries& owner = live_libraries();
    const std::lock_guard guard(owner.mutex);
    owner.entries.erase(key);
    owner.released.notify_all();
  });
  live.entries[key] = library;
  return library;
}

}  // namespace

PluginLibrary::PluginLibrary(std::string name, std::shared_ptr<File> file, const mortise_plugin_entry_t& entry)
    : name_(std::move(name)), file_(std::move(file)), entry_(&entry) {}

Result<std::shared_ptr<PluginLibrary>> PluginLibrary::load(const std::filesystem::path& path) {
  MORTISE_TRY(check_library_file(path));
  std::error_code code;
  const std::filesystem::path absolute = std::filesystem::canonical(path, code);
  if (code) return make_error(StatusCode::kNotFound, path.string(), ": ", code.message());
  return find_or_make(absolute.string(), [&]() -> Result<std::unique_ptr<PluginLibrary>> {
    auto file = std::make_shared<File>();
    try {
      // RTLD_LOCAL is what absence of rtld_global means.
      file->library.load(absolute, boost::dll::load_mode::rtld_now);
    } catch (const std::exception& e) {
      return make_error(StatusCode::kUnavailable, path.string(), ": cannot be loaded: ", e.what(),
                        "; install the libraries it needs, or the plugin's build for this system");
    }
    if (!file->library.has("mortise_entry")) {
      return invalid_argument(path.string(),
                              ": is no Mortise plugin: it exports no symbol 'mortise_entry'; export it "
                              "with MORTISE_EXPORT, or name another library");
    }
    const auto& entry = file->library.get<const mortise_plugin_entry_t>("mortise_entry");
    auto library = std::make_unique<PluginLibrary>(absolute.string(), std::move(file), entry);
    MORTISE_TRY(library->initialise());
    return library;
  });
}

Result<std::shared_ptr<PluginLibrary>> PluginLibrary::built_in(const mortise_plugin_entry_t& entry, std::string name) {
  return find_or_make(concat("built-in ", &entry), [&]() -> Result<std::unique_ptr<PluginLibrary>> {
    auto library = std::make_unique<PluginLibrary>(std::move(name), nullptr, entry);
    MORTISE_TRY(library->initialise());
    return library;
  });
}

PluginLibrary::~PluginLibrary() {
  if (!initialised_) return;
  const ScopedSetup role;
  (void)call_boundary([&] { entry_->deinit(); });  // nobody is left to tell
}

Status PluginLibrary::initialise() {
  MORTISE_TRY(check_version(entry_->abi_version, name_));
  MORTISE_TRY(require_functions(name_, "mortise_entry",
                                {{"init", entry_->init != nullptr},
                                 {"deinit", entry_->deinit != nullptr},
                                 {"get_factory", entry_->get_factory != nullptr}}));
  const ScopedSetup role;
  MORTISE_TRY(call_boundary([&](mortise_error_t* error) {
                return entry_->init(name_.c_str(), error);
              }).context(concat(name_, ": init() failed")));
  initialised_ = true;
  return read_factory();
}

Status PluginLibrary::read_factory() {
  MORTISE_TRY(call_boundary([&] {
                factory_ =
                    static_cast<const mortise_provider_factory_t*>(entry_->get_factory(MORTISE_FACTORY_PROVIDER));
              }).context(concat(name_, ": get_factory() failed")));
  if (factory_ == nullptr) {
    return invalid_argument(name_, ": has no factory '", MORTISE_FACTORY_PROVIDER,
                            "'; get_factory() returns one for that id");
  }
  MORTISE_TRY(require_functions(name_, "the provider factory",
                                {{"count", factory_->count != nullptr},
                                 {"descriptor", factory_->descriptor != nullptr},
                                 {"create", factory_->create != nullptr}}));
  uint32_t count = 0;
  MORTISE_TRY(call_boundary([&] { count = factory_->count(factory_); }).context(concat(name_, ": count() failed")));
  if (count == 0) {
    return invalid_argument(name_, ": has no providers: its factory's count() is 0; a plugin has at least one");
  }
  if (count > kMaxProviders)
    return invalid_argument(name_, ": count() says ", count, " providers; at most ", kMaxProviders);
  for (uint32_t i = 0; i < count; ++i) {
    const std::string where = concat(name_, ": the descriptor of provider ", i);
    const mortise_provider_descriptor_t* descriptor = nullptr;
    MORTISE_TRY(call_boundary([&] { descriptor = factory_->descriptor(factory_, i); }).context(where));
    MORTISE_TRY(check_descriptor(descriptor, where));
    if (find(descriptor->id) != nullptr) {
      return invalid_argument(where, ": the id '", descriptor->id, "' is another provider's already; ids are unique");
    }
    descriptors_.push_back(descriptor);
  }
  return {};
}

const mortise_provider_descriptor_t* PluginLibrary::find(std::string_view id) const {
  for (const mortise_provider_descriptor_t* descriptor : descriptors_) {
    if (descriptor->id == id) return descriptor;
  }
  return nullptr;
}

}  // namespace mortise
