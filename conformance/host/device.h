// Device: an opened provider under test. Session: a segment that it compiled. Every call goes through call().
//
// The CheckedHost and the Plugin outlive the device, the device its sessions, and a graph the sessions compiled from it.
// Not thread-safe, except Session::run().
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/host/loaned_graph.h"
#include "conformance/host/plugin.h"
#include "core/graph/abi_graph.h"
#include "mortise/sdk/value.h"

namespace mortise::conformance {

struct Refusal {
  uint32_t node = 0;
  uint32_t code = 0;  // MORTISE_REFUSAL_*
  std::string text;
};

// What claim() said about one graph.
struct Claims {
  std::vector<std::vector<uint32_t>> sets;  // in the order in which they were claimed, as they were given
  std::vector<Refusal> refusals;

  bool claims(uint32_t node) const;
  bool operator==(const Claims& other) const;
};

class Session;

class Device {
 public:
  // create() and open(). options: complete JSON.
  static Result<std::unique_ptr<Device>> open(Plugin& plugin, std::string_view provider_id, const std::string& options,
                                              CheckedHost& host);
  // close() and destroy(). No session exists any more.
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  CheckedHost& host() const { return host_; }
  const mortise_provider_t* abi() const { return provider_; }
  const mortise_provider_descriptor_t& descriptor() const { return *provider_->descriptor; }
  template <class Table>
  const Table* extension(const char* id) const {
    return static_cast<const Table*>(find_extension(id));
  }

  // loan: a copy of the graph that the provider sees instead, taken back when the call returns.
  Result<Claims> claim(const AbiGraph& graph, LoanedGraph* loan = nullptr);
  // Compiles nodes (ascending ids) to a session. `refusals` takes what the provider refused.
  Result<std::unique_ptr<Session>> compile(const AbiGraph& graph, std::vector<uint32_t> nodes,
                                           std::vector<Refusal>* refusals = nullptr, LoanedGraph* loan = nullptr);

 private:
  explicit Device(CheckedHost& host) : host_(host) {}
  const void* find_extension(const char* id) const;

  CheckedHost& host_;
  const mortise_provider_t* provider_ = nullptr;
  bool opened_ = false;
};

// What crosses the border of a segment: values that are read from outside and not constant, and values that are read
// outside, both ascending.
struct Border {
  std::vector<uint32_t> inputs;
  std::vector<uint32_t> outputs;
};
Border border_of(const Graph& graph, std::span<const uint32_t> nodes);

struct RunSettings {
  int poison = 0;                      // which pattern fills the outputs
  uint32_t flags = 0;                  // MORTISE_RUN_*
  std::function<bool()> is_cancelled;  // empty: never
  // Shapes of outputs that are allocated beforehand, by index; the others are left to allocate_output().
  std::map<uint64_t, Shape> shapes;
};

struct RunOutcome {
  Status status;
  std::vector<Value> outputs;  // tensors in guarded memory
};

class Session {
 public:
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::vector<uint32_t>& nodes() const { return nodes_; }
  const Border& border() const { return border_; }
  const mortise_session_t* abi() const { return session_; }

  // Runs with copies of the inputs in guarded memory, in border order, a default Value for one that is left out.
  // Violations (touched canaries, outputs not allocated, …) go to the host.
  RunOutcome run(std::span<const Value> inputs, const RunSettings& settings = {});

 private:
  friend class Device;
  Session(Device& device, const AbiGraph& graph) : device_(device), graph_(graph) {}

  Device& device_;
  const AbiGraph& graph_;
  std::vector<uint32_t> nodes_;
  Border border_;
  const mortise_session_t* session_ = nullptr;
};

}  // namespace mortise::conformance
