// Rig: what a case works with inside a worker. One per worker, used by one case at a time.
//
// The plugin is loaded at the first use and stays loaded; the device is opened at the first use and stays open until a
// case asks for a new one or leaves it broken. The oracle is the reference provider that is linked in.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "conformance/engine/case.h"
#include "conformance/engine/random.h"
#include "conformance/host/device.h"
#include "conformance/host/plugin.h"

namespace mortise::conformance {

class Rig {
 public:
  explicit Rig(Settings settings);
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  const Settings& settings() const { return settings_; }

  // Runs the case and judges what it left behind: violations turn a pass into a failure, exceptions of the suite itself
  // into FAIL. Never throws.
  Verdict run(const Case& which);

  // --- For cases
  // A stream of its own: from the run's seed and the case's name.
  Random random() const;
  // The plugin, loaded and initialised; errors are the plugin's.
  Result<Plugin*> plugin();
  // The provider's descriptor, and the options that the run was given, completed with the schema's defaults.
  Result<const mortise_provider_descriptor_t*> descriptor();
  Result<std::string> options();
  // A host with every extension, for devices of the case's own.
  CheckedHost& host() { return host_; }
  // The shared device. Opened with the run's options on host().
  Result<Device*> device();
  // Closes the shared device, so that the next case opens a new one.
  void drop_device();
  // The reference provider with exact accumulation.
  Device& oracle();
  // A folder for this case's files, made when it is asked for.
  Result<std::filesystem::path> folder();

 private:
  Settings settings_;
  const Case* current_ = nullptr;
  // In the order of their lives: hosts, plugins, devices.
  CheckedHost host_, oracle_host_;
  std::unique_ptr<Plugin> plugin_, oracle_plugin_;
  std::unique_ptr<Device> device_, oracle_;
};

}  // namespace mortise::conformance
