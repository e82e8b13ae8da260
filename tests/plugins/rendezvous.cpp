// Two providers that need each other: the device, which is asynchronous, completes a Neg only when the host has run an
// Abs.
//
// A core that waits for the device with its only thread never gets to the Abs. Everything happens on the threads of the
// core, so that what a test sees does not depend on time.
#include <cmath>
#include <mutex>

#include "mortise/sdk/plugin.h"

namespace {

using namespace mortise;

// Runs of the device that wait, or arrivals that no run has waited for yet.
class Meeting {
 public:
  // Completes the run now or when somebody arrives.
  void wait(const sdk::Host& host, uint64_t run_id) {
    {
      const std::lock_guard lock(mutex_);
      if (arrived_ == 0) {
        waiting_.emplace_back(&host, run_id);
        return;
      }
      --arrived_;
    }
    host.async_run()->completed(host.raw(), run_id, MORTISE_OK, nullptr);
  }
  void arrive() {
    std::pair<const sdk::Host*, uint64_t> next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        ++arrived_;
        return;
      }
      next = waiting_.back();
      waiting_.pop_back();
    }
    next.first->async_run()->completed(next.first->raw(), next.second, MORTISE_OK, nullptr);
  }

 private:
  std::mutex mutex_;
  uint64_t arrived_ = 0;
  std::vector<std::pair<const sdk::Host*, uint64_t>> waiting_;
};

Meeting meeting;

Status claim_op(const sdk::GraphView& graph, sdk::ClaimSink& sink, std::string_view op) {
  for (sdk::NodeId id = 0; id < graph.num_nodes(); ++id) {
    MORTISE_TRY(graph.node(id).op_type() == op ? sink.claim(id)
                                               : sink.decline(id, MORTISE_REFUSAL_OP, "another operator"));
  }
  return {};
}

template <class Function>
Status map_elements(const sdk::RunArgs& args, Function function) {
  const std::span<const float> input = args.input(0).data<float>();
  std::span<float> output = args.output(0).data<float>();
  if (input.size() != output.size()) return Status(StatusCode::kInvalidArgument, "a shape that was not known");
  for (size_t i = 0; i < input.size(); ++i) output[i] = function(input[i]);
  return {};
}

class DeviceSession final : public sdk::Session, public sdk::AsyncSession {
 public:
  explicit DeviceSession(const sdk::Host& host) : host_(host) {}
  Status run(const sdk::RunArgs&) override { return Status(StatusCode::kInternal, "the device is asynchronous"); }
  Status submit(uint64_t run_id, const sdk::RunArgs& args) override {
    MORTISE_TRY(map_elements(args, [](float x) { return -x; }));
    meeting.wait(host_, run_id);
    return {};
  }

 private:
  const sdk::Host& host_;
};

class DeviceProvider final : public sdk::Provider, public sdk::AsyncRunExtension {
 public:
  static const mortise_provider_descriptor_t kDescriptor;
  DeviceProvider(const sdk::Host& host, std::string_view) : sdk::Provider(host) {}
  std::string describe() const override { return "a device that waits for the host"; }
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override { return claim_op(graph, sink, "Neg"); }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest&) override {
    return std::unique_ptr<sdk::Session>(std::make_unique<DeviceSession>(host()));
  }
};

class HostSession final : public sdk::Session {
 public:
  Status run(const sdk::RunArgs& args) override {
    MORTISE_TRY(map_elements(args, [](float x) { return std::fabs(x); }));
    meeting.arrive();
    return {};
  }
};

class HostProvider final : public sdk::Provider {
 public:
  static const mortise_provider_descriptor_t kDescriptor;
  HostProvider(const sdk::Host& host, std::string_view) : sdk::Provider(host) {}
  std::string describe() const override { return "the host that the device waits for"; }
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override { return claim_op(graph, sink, "Abs"); }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest&) override {
    return std::unique_ptr<sdk::Session>(std::make_unique<HostSession>());
  }
};

const mortise_provider_descriptor_t DeviceProvider::kDescriptor = {
    .id = "org.mortise.test.device",
    .name = "device",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "Runs Neg and completes it when the host provider has run an Abs.",
    .options_schema = "{}",
    .concurrency = MORTISE_CONCURRENCY_REENTRANT,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS};

const mortise_provider_descriptor_t HostProvider::kDescriptor = {.id = "org.mortise.test.host",
                                                                 .name = "host",
                                                                 .vendor = "Mortise",
                                                                 .version = "1.0.0",
                                                                 .description = "Runs Abs and tells the device.",
                                                                 .options_schema = "{}",
                                                                 .concurrency = MORTISE_CONCURRENCY_REENTRANT,
                                                                 .determinism = MORTISE_DETERMINISM_ANY_THREADS};

}  // namespace

MORTISE_PLUGIN(DeviceProvider, HostProvider);
