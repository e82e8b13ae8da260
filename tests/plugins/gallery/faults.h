// FaultyPlugin: the gallery's provider on a device that fails as it is told, with the options by which the suite asks
// for faults (docs/guide/conformance.md has the list).
#pragma once

#include <atomic>
#include <chrono>

#include "base.h"

namespace gallery {

// A provider's device. What is 0 never happens; runs count from 1.
struct FaultyDevice : Provider {
  using Provider::Provider;
  uint64_t fail_run_at = 0, transient_at = 0, device_lost_at = 0, oom_at_bytes = 0;
  std::chrono::microseconds delay{0};
  std::atomic<uint64_t> runs = 0;
  std::atomic<bool> lost = false;
};
inline FaultyDevice& device_of(Provider& provider) { return static_cast<FaultyDevice&>(provider); }

class FaultyPlugin : public Plugin {
 public:
  FaultyPlugin();
  Result<std::unique_ptr<Provider>> make_provider(const mortise_host_t* host, const std::string& options) override;
  mortise_status open(Provider& provider, mortise_error_t* error) override;
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override;
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override;
  Status run_steps(Session& session, const sdk::RunArgs& args) override;

  // --- Pieces
  // DEVICE_LOST once the device is lost, until it is opened again.
  virtual Status check_there(FaultyDevice& device);
  // What happens to the run that begins now.
  virtual Status next_run(FaultyDevice& device);
  // The device's delay, ended early where the run is cancelled.
  virtual Status take_time(FaultyDevice& device, const sdk::RunArgs& args);
  // RESOURCE_EXHAUSTED where the run does not fit the device.
  virtual Status find_room(FaultyDevice& device, const sdk::RunArgs& args);
};

}  // namespace gallery
