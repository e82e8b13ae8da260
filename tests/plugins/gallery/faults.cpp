#include "faults.h"

#include <nlohmann/json.hpp>
#include <thread>

namespace gallery {

namespace {

constexpr char kOptions[] = R"({"type": "object", "additionalProperties": false, "properties": {
  "fail_run_at": {"type": "integer", "minimum": 0, "default": 0},
  "transient_at": {"type": "integer", "minimum": 0, "default": 0},
  "device_lost_at": {"type": "integer", "minimum": 0, "default": 0},
  "oom_at_bytes": {"type": "integer", "minimum": 0, "default": 0},
  "delay_us": {"type": "integer", "minimum": 0, "maximum": 60000000, "default": 0}}})";

Status lost() { return make_error(StatusCode::kDeviceLost, "the device is lost; open the provider again"); }

}  // namespace

FaultyPlugin::FaultyPlugin() { self.options_schema = kOptions; }

Result<std::unique_ptr<Provider>> FaultyPlugin::make_provider(const mortise_host_t* host, const std::string& options) {
  const nlohmann::json given = nlohmann::json::parse(options);
  auto device = std::make_unique<FaultyDevice>(host);
  device->options = options;
  device->fail_run_at = given["fail_run_at"];
  device->transient_at = given["transient_at"];
  device->device_lost_at = given["device_lost_at"];
  device->oom_at_bytes = given["oom_at_bytes"];
  device->delay = std::chrono::microseconds(given["delay_us"].get<uint64_t>());
  return std::unique_ptr<Provider>(std::move(device));
}

mortise_status FaultyPlugin::open(Provider& provider, mortise_error_t* error) {
  if (!provider.opened) device_of(provider).lost = false;
  return Plugin::open(provider, error);
}

mortise_status FaultyPlugin::claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                                   mortise_error_t* error) {
  if (const Status there = check_there(device_of(provider)); !there.ok()) return sdk::report(there, error);
  return Plugin::claim(provider, graph, sink, error);
}

Result<std::unique_ptr<Session>> FaultyPlugin::make_session(Provider& provider, const sdk::CompileRequest& request) {
  MORTISE_TRY(check_there(device_of(provider)));
  return Plugin::make_session(provider, request);
}

Status FaultyPlugin::run_steps(Session& session, const sdk::RunArgs& args) {
  FaultyDevice& device = device_of(session.provider);
  MORTISE_TRY(check_there(device));
  MORTISE_TRY(next_run(device));
  MORTISE_TRY(find_room(device, args));
  MORTISE_TRY(take_time(device, args));
  return Plugin::run_steps(session, args);
}

Status FaultyPlugin::check_there(FaultyDevice& device) { return device.lost ? lost() : Status(); }

Status FaultyPlugin::next_run(FaultyDevice& device) {
  const uint64_t run = ++device.runs;
  if (run == device.fail_run_at) return make_error(StatusCode::kInternal, "run ", run, " failed, as it should");
  if (run == device.transient_at) {
    return make_error(StatusCode::kUnavailable, "run ", run, " was disturbed; repeat it").as_transient();
  }
  if (run != device.device_lost_at) return {};
  device.lost = true;
  return lost();
}

Status FaultyPlugin::take_time(FaultyDevice& device, const sdk::RunArgs& args) {
  const auto end = std::chrono::steady_clock::now() + device.delay;
  while (std::chrono::steady_clock::now() < end) {
    if (args.cancelled()) return make_error(StatusCode::kCancelled, "the run was cancelled");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

Status FaultyPlugin::find_room(FaultyDevice& device, const sdk::RunArgs& args) {
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < args.num_inputs(); ++i) bytes += args.input(i).size_bytes();
  if (device.oom_at_bytes == 0 || bytes < device.oom_at_bytes) return {};
  return make_error(StatusCode::kResourceExhausted, "the device has no room for inputs of ", bytes, " bytes");
}

}  // namespace gallery
