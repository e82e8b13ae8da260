// Cases about loading a plugin and asking what it has, as an installer does; each in a process of its own.
#include <chrono>

#include "conformance/cases/abi/created.h"
#include "conformance/engine/clock.h"
#include "conformance/host/exported_symbols.h"
#include "conformance/host/hidden_devices.h"
#include "conformance/host/process_state.h"

namespace mortise::conformance::abi {

namespace {

// Loads, initialises and lists every provider.
Status scan(Rig& rig) {
  MORTISE_ASSIGN(Plugin* const plugin, rig.plugin());
  MORTISE_ASSIGN(const mortise_provider_factory_t* const factory, plugin->factory());
  const uint32_t count = factory->count(factory);
  for (uint32_t i = 0; i < count && i < 1024; ++i) (void)factory->descriptor(factory, i);
  return rig.descriptor().status();
}

std::string milliseconds(double seconds) { return concat(static_cast<int64_t>(seconds * 1000), " ms"); }

}  // namespace

Verdict scan_exports(Rig& rig) {
  if (rig.settings().plugin.empty()) return skip("the reference provider is linked in and has no file");
  const Result<std::vector<ExportedSymbol>> symbols = exported_symbols(rig.settings().plugin);
  if (!symbols.ok()) return fail(symbols.status().message());
  std::string others;
  bool found = false, constant = false;
  for (const ExportedSymbol& symbol : *symbols) {
    if (symbol.name == "mortise_entry") {
      found = true;
      constant = symbol.is_constant;
    } else if (others.size() < 200) {
      others += concat(others.empty() ? "" : ", ", "'", symbol.name, "'");
    }
  }
  if (!found) return fail("the library does not export 'mortise_entry'");
  if (!others.empty())
    return fail("the library exports ", symbols->size(), " symbols instead of 'mortise_entry' alone, among them ",
                others, "; hide the others, for example by a linker version script");
  if (!constant) return fail("'mortise_entry' lies in memory that stays writable; make it a constant");
  return pass("'mortise_entry' is exported, a constant, and nothing else");
}

Verdict scan_bind_now(Rig& rig) {
  if (rig.settings().plugin.empty()) return skip("the reference provider is linked in and is not loaded");
  const Status status = rig.plugin().status();
  return status.ok() ? pass("every symbol that the library needs was found") : fail(status.message());
}

Verdict scan_version(Rig& rig) {
  const Result<Plugin*> plugin = rig.plugin();
  if (!plugin.ok()) return fail(plugin.status().message());
  constexpr mortise_version_t kOurs = MORTISE_VERSION_INIT;
  const mortise_version_t theirs = (*plugin)->entry().abi_version;
  const std::string text = concat(theirs.major, ".", theirs.minor, ".", theirs.revision);
  // A number that no header ever had is a record that was filled with something else.
  constexpr uint32_t kNoVersion = 1000;
  if (theirs.minor >= kNoVersion || theirs.revision >= kNoVersion)
    return fail("abi_version is ", text, "; initialise it with MORTISE_VERSION_INIT");
  Verdict verdict = pass(concat("abi_version is ", text));
  if (theirs.minor > kOurs.minor)
    verdict.warnings.push_back(
        concat("the plugin is built with headers of version ", text, ", newer than this suite's"));
  return verdict;
}

Verdict scan_time(Rig& rig) {
  constexpr double kQuick = 0.1, kBearable = 2;
  const auto begin = std::chrono::steady_clock::now();
  const Status status = scan(rig);
  const double seconds = seconds_since(begin);
  if (!status.ok()) return fail(status.message());
  if (seconds > kBearable)
    return fail("loading, init() and listing took ", milliseconds(seconds), "; an installer lists many plugins");
  Verdict verdict = pass(concat("loading, init() and listing took ", milliseconds(seconds)));
  if (seconds > kQuick) verdict.warnings.push_back(concat("listing should take less than ", milliseconds(kQuick)));
  return verdict;
}

Verdict scan_no_thread(Rig& rig) {
  const uint64_t before = process_state().threads;
  if (const Status status = scan(rig); !status.ok()) return fail(status.message());
  const uint64_t after = process_state().threads;
  return after == before ? pass("there are as many threads as before")
                         : fail("after loading, init() and listing there are ", after, " threads instead of ", before);
}

Verdict scan_no_trace(Rig& rig) {
  const ProcessState before = process_state();
  if (const Status status = scan(rig); !status.ok()) return fail(status.message());
  ProcessState after = process_state();
  after.threads = before.threads;  // scan-no-thread's business
  const std::string found = join(differences(before, after));
  return found.empty() ? pass("descriptors, signal handlers, locale, environment and the like are as before")
                       : fail("after loading, init() and listing: ", found);
}

Verdict scan_no_device(Rig& rig) {
  const bool whole = hide_devices();
  if (const Status status = scan(rig); !status.ok()) return fail("without a device: ", status.message());
  const Created created(rig, {});
  if (!created.status().ok()) return fail("without a device, create() failed: ", created.status().message());
  return pass(whole ? "listing and create() worked while no driver answered"
                    : "listing and create() worked while the variables that name drivers hid them");
}

Verdict open_no_device(Rig& rig) {
  hide_devices();
  Created created(rig, {});
  if (!created.status().ok()) return fail(created.status().message());
  const Status opened = created.open();
  if (opened.ok()) return skip("open() found its device although none was to be had: it needs no driver");
  if (opened.code() != StatusCode::kUnavailable)
    return fail("without a device, open() returned ", to_string(opened.code()), " (", opened.message(),
                ") instead of UNAVAILABLE");
  return pass(concat("open() returned UNAVAILABLE: ", opened.message()));
}

Verdict init_error(Rig& rig) {
  if (rig.settings().plugin.empty()) return skip("the reference provider is linked in and has no path to be wrong");
  // call() sees to it that an error has a sentence.
  const auto plugin = Plugin::load(rig.settings().plugin, rig.host(), "/nonexistent/libplugin.so");
  if (plugin.ok())
    return skip("init() succeeded with the path of a file that is not there, so it had no reason to give");
  const std::vector<Violation> violations = rig.host().take_violations();
  if (!violations.empty()) return fail(violations.front().sentence);
  return pass(concat("init() said why it failed: ", plugin.status().message()));
}

}  // namespace mortise::conformance::abi
