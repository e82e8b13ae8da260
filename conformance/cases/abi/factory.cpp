// Cases about the factory and what it says of its providers.
#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "conformance/cases/abi/created.h"
#include "conformance/cases/abi/workload.h"
#include "conformance/engine/utf8.h"
#include "conformance/host/call.h"
#include "core/host/manifest.h"
#include "core/host/plugin_library.h"

namespace mortise::conformance::abi {

namespace {

using Descriptor = mortise_provider_descriptor_t;

constexpr uint32_t kMaxProviders = 1024;

// The factory with the descriptors of all its providers; errors where one is null.
struct Listing {
  const mortise_provider_factory_t* factory = nullptr;
  std::vector<const Descriptor*> descriptors;
};
Result<Listing> list(Rig& rig) {
  Listing listing;
  MORTISE_ASSIGN(Plugin* const plugin, rig.plugin());
  MORTISE_ASSIGN(listing.factory, plugin->factory());
  const uint32_t count = listing.factory->count(listing.factory);
  if (count == 0 || count > kMaxProviders) return invalid_argument("count() returned ", count, "; it is at least 1");
  for (uint32_t i = 0; i < count; ++i) {
    listing.descriptors.push_back(listing.factory->descriptor(listing.factory, i));
    if (listing.descriptors.back() == nullptr)
      return invalid_argument("count() is ", count, ", but descriptor(", i, ") is null");
  }
  return listing;
}

constexpr std::pair<const char*, const char * Descriptor::*> kTexts[] = {
    {"id", &Descriptor::id},
    {"name", &Descriptor::name},
    {"vendor", &Descriptor::vendor},
    {"version", &Descriptor::version},
    {"description", &Descriptor::description},
    {"options_schema", &Descriptor::options_schema}};

// A descriptor with the texts it had at one moment.
struct Snapshot {
  std::map<std::string, std::string> texts;
  uint32_t concurrency = 0, determinism = 0, numerics = 0, reserved = 0;
};
Snapshot snapshot(const Descriptor& of) {
  Snapshot taken{{}, of.concurrency, of.determinism, of.numerics, of.reserved};
  for (const auto& [name, member] : kTexts) {
    if (of.*member != nullptr) taken.texts[name] = of.*member;
  }
  return taken;
}

// Empty, or the first field that differs: "its 'version' was '1' and is '2'".
std::string snapshot_difference(const Snapshot& before, const Snapshot& now) {
  for (const auto& [name, member] : kTexts) {
    const auto old = before.texts.find(name), found = now.texts.find(name);
    const std::string a = old != before.texts.end() ? old->second : "(null)";
    const std::string b = found != now.texts.end() ? found->second : "(null)";
    if (a != b) return concat("its '", name, "' was '", a, "' and is '", b, "'");
  }
  const std::pair<const char*, uint32_t Snapshot::*> numbers[] = {{"concurrency", &Snapshot::concurrency},
                                                                  {"determinism", &Snapshot::determinism},
                                                                  {"numerics", &Snapshot::numerics},
                                                                  {"reserved", &Snapshot::reserved}};
  for (const auto& [name, member] : numbers) {
    if (before.*member != now.*member) return concat("its '", name, "' was ", before.*member, " and is ", now.*member);
  }
  return {};
}

}  // namespace

Verdict factory_count(Rig& rig) {
  const Result<Listing> listing = list(rig);
  if (!listing.ok()) return fail(listing.status().message());
  const uint32_t again = listing->factory->count(listing->factory);
  if (again != listing->descriptors.size())
    return fail("count() returned ", listing->descriptors.size(), " and then ", again);
  return pass(concat("count() is ", again, ", and each index has a descriptor"));
}

Verdict factory_unknown_id(Rig& rig) {
  const Result<Plugin*> plugin = rig.plugin();
  if (!plugin.ok()) return fail(plugin.status().message());
  const std::vector<std::string> ids = unknown_ids(MORTISE_FACTORY_PROVIDER, rig.random());
  for (const std::string& id : ids) {
    const void* found = nullptr;
    (void)call(rig.host(), "get_factory()", ThreadRole::kNone,
               [&] { found = (*plugin)->entry().get_factory(id.c_str()); });
    if (found != nullptr)
      return fail("get_factory(\"", id.substr(0, 60), "\") gave a factory; it is null for unknown ids");
  }
  return pass(concat(ids.size(), " ids that nobody knows gave null"));
}

Verdict factory_index(Rig& rig) {
  const Result<Listing> listing = list(rig);
  if (!listing.ok()) return fail(listing.status().message());
  const auto count = static_cast<uint32_t>(listing->descriptors.size());
  for (const uint32_t index : {count, count + 1, count + 1000, uint32_t{1} << 31, UINT32_MAX - 1, UINT32_MAX}) {
    if (listing->factory->descriptor(listing->factory, index) != nullptr)
      return fail("count() is ", count, ", and descriptor(", index, ") is not null");
  }
  return pass("descriptor() is null for six indices out of range");
}

Verdict descriptor_texts(Rig& rig) {
  const Result<Listing> listing = list(rig);
  if (!listing.ok()) return fail(listing.status().message());
  for (const Descriptor* one : listing->descriptors) {
    for (const auto& [name, member] : kTexts) {
      const char* text = one->*member;
      if (text == nullptr) return fail("the descriptor's '", name, "' is null; set every text");
      if (*text == '\0') return fail("the descriptor's '", name, "' is empty");
      if (!is_utf8(text)) return fail("the descriptor's '", name, "' is not UTF-8");
    }
  }
  return pass("every text is there and is UTF-8");
}

Verdict descriptor_id(Rig& rig) {
  const Result<Listing> listing = list(rig);
  if (!listing.ok()) return fail(listing.status().message());
  std::set<std::string> ids;
  for (const Descriptor* one : listing->descriptors) {
    if (one->id == nullptr) return fail("the descriptor's 'id' is null");
    if (!is_provider_id(one->id))
      return fail("the id '", one->id, "' is not made of lower-case letters, digits, '.' and '-', at most 128");
    if (!ids.insert(one->id).second) return fail("two providers of the plugin have the id '", one->id, "'");
  }
  return pass(concat(ids.size(), ids.size() == 1 ? " id is" : " ids are", " well-formed and unique"));
}

Verdict descriptor_numbers(Rig& rig) {
  const Result<Listing> listing = list(rig);
  if (!listing.ok()) return fail(listing.status().message());
  constexpr uint32_t kNumerics = MORTISE_NUMERICS_FLUSHES_SUBNORMALS | MORTISE_NUMERICS_HALF_COMPUTE |
                                 MORTISE_NUMERICS_HALF_ACCUMULATE | MORTISE_NUMERICS_FINITE_ONLY |
                                 MORTISE_NUMERICS_FAST_CONVOLUTION;
  for (const Descriptor* one : listing->descriptors) {
    if (one->concurrency > MORTISE_CONCURRENCY_REENTRANT)
      return fail("concurrency is ", one->concurrency, ", which is no MORTISE_CONCURRENCY_*");
    if (one->determinism > MORTISE_DETERMINISM_ANY_THREADS)
      return fail("determinism is ", one->determinism, ", which is no MORTISE_DETERMINISM_*");
    if ((one->numerics & ~kNumerics) != 0)
      return fail("numerics is ", one->numerics, ", which has bits beside MORTISE_NUMERICS_*");
    if (one->reserved != 0) return fail("the descriptor's 'reserved' is ", one->reserved, " instead of 0");
  }
  return pass("concurrency, determinism, numerics and reserved have values that the headers define");
}

Verdict descriptor_constant(Rig& rig) {
  const Result<Listing> before = list(rig);
  if (!before.ok()) return fail(before.status().message());
  std::vector<Snapshot> snapshots;
  for (const Descriptor* one : before->descriptors) snapshots.push_back(snapshot(*one));
  {
    Created created(rig, {});
    if (!created.status().ok()) return fail(created.status().message());
    if (const Status opened = created.open(); !opened.ok()) return fail("open() failed: ", opened.message());
  }
  for (size_t i = 0; i < snapshots.size(); ++i) {
    const Descriptor* now = before->factory->descriptor(before->factory, static_cast<uint32_t>(i));
    if (now != before->descriptors[i]) return fail("descriptor(", i, ") is another record after a provider was opened");
    const std::string changed = snapshot_difference(snapshots[i], snapshot(*now));
    if (!changed.empty())
      return fail("after a provider was opened and destroyed, descriptor(", i, ") changed: ", changed);
  }
  return pass("create(), open(), close() and destroy() left every descriptor as it was");
}

Verdict descriptor_consistency(Rig& rig) {
  const Result<const Descriptor*> listed = rig.descriptor();
  if (!listed.ok()) return fail(listed.status().message());
  const Created created(rig, {});
  if (!created.status().ok()) return fail(created.status().message());
  const Descriptor* own = created.provider().descriptor;
  if (own == nullptr) return fail("the provider that create() made has a null descriptor");
  const std::string found = snapshot_difference(snapshot(**listed), snapshot(*own));
  return found.empty() ? pass("the provider's descriptor says what the factory's says")
                       : fail("the provider's descriptor is not the factory's: ", found);
}

Verdict manifest_consistency(Rig& rig) {
  const std::filesystem::path& library = rig.settings().plugin;
  if (library.empty()) return skip("the reference provider is linked in and has no manifest");
  const Result<Listing> listing = list(rig);
  if (!listing.ok()) return fail(listing.status().message());
  const mortise_version_t version = rig.plugin().value()->entry().abi_version;
  std::set<std::string> named;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(library.parent_path(), code)) {
    if (entry.path().extension() != ".json") continue;
    const Result<Manifest> manifest = load_manifest(entry.path());
    if (!manifest.ok() || !std::filesystem::equivalent(manifest->library, library, code)) continue;
    const auto same = [&](const Descriptor* one) { return one->id != nullptr && manifest->id == one->id; };
    if (std::none_of(listing->descriptors.begin(), listing->descriptors.end(), same))
      return fail(entry.path().string(), ": names the provider '", manifest->id, "', which the plugin does not have");
    if (manifest->abi_version.major != version.major || manifest->abi_version.minor != version.minor)
      return fail(entry.path().string(), ": says ABI version ", manifest->abi_version.major, ".",
                  manifest->abi_version.minor, ", the plugin ", version.major, ".", version.minor);
    named.insert(manifest->id);
  }
  if (named.empty()) return skip("no manifest beside the library names it");
  for (const Descriptor* one : listing->descriptors) {
    if (one->id != nullptr && !named.contains(one->id))
      return fail("the plugin's other providers have a manifest, '", one->id, "' has none");
  }
  return pass("the manifests beside the library name its providers and its version");
}

Verdict create_unknown_id(Rig& rig) {
  const Result<const Descriptor*> descriptor = rig.descriptor();
  if (!descriptor.ok()) return fail(descriptor.status().message());
  const std::vector<std::string> ids = unknown_ids((*descriptor)->id, rig.random());
  for (const std::string& id : ids) {
    const Created created(rig, {.id = id.c_str()});
    const std::string named = concat("create() with the id \"", id.substr(0, 60), "\" returned ");
    if (created.status().ok()) return fail(named, "OK; it takes exactly the ids that are listed");
    if (created.status().code() != StatusCode::kNotFound)
      return fail(named, to_string(created.status().code()), " instead of NOT_FOUND: ", created.status().message());
  }
  return pass(concat(ids.size(), " ids that are not listed were refused with NOT_FOUND"));
}

Verdict create_leaves_null(Rig& rig) {
  const Created::Arguments wrong[] = {
      {.id = "org.mortise.no-such-provider"}, {.options = R"({"mortise-no-such-option": 1})"}, {.options = "no JSON"}};
  for (const Created::Arguments& arguments : wrong) {
    const Created created(rig, arguments);
    const std::string named = concat("create() with ", arguments.id != nullptr ? "an unknown id" : "wrong options");
    if (created.status().ok()) return fail(named, " returned OK");
    if (created.left_something()) return fail(named, " failed and did not set its result to null");
  }
  return pass("three calls of create() failed and set their result to null");
}

}  // namespace mortise::conformance::abi
