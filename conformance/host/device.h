// Device: an opened provider under test. Session: a segment that it compiled. Every call goes through call().
//
// The CheckedHost and the Plugin outlive the device, the device its sessions, and a graph the sessions compiled from it.
// Not thread-safe, except Session::run().
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
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
  // Compiles nodes (ascending ids) to a session. `refusals` takes which of them the provider refused.
  Result<std::unique_ptr<Session>> compile(const AbiGraph& graph, std::vector<uint32_t> nodes,
                                           std::vector<Refusal>* refusals = nullptr, LoanedGraph* loan = nullptr);
  // A session that `make` gives for such a request: compile() itself, or load() of the compiled cache. call: its name.
  using SessionMaker = std::function<mortise_status(const mortise_compile_request_t* request,
                                                    const mortise_session_t** session, mortise_error_t* error)>;
  Result<std::unique_ptr<Session>> make_session(std::string_view call, const SessionMaker& make, const AbiGraph& graph,
                                                std::vector<uint32_t> nodes, std::vector<Refusal>* refusals = nullptr,
                                                LoanedGraph* loan = nullptr);

  // close() and open() again, as after DEVICE_LOST. No session exists.
  Status reopen();

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
  // After this time, counted from the call of run() or submit(), the run is cancelled too.
  std::optional<std::chrono::nanoseconds> deadline;
  // Shapes of outputs that are allocated beforehand, by index; the others are left to allocate_output().
  std::map<uint64_t, Shape> shapes;
  std::set<uint64_t> absent;    // outputs that nobody reads, by index
  bool refuse_outputs = false;  // allocate_output() has no memory
  // Inputs and allocated outputs lie where the session asks for them, behind one alignment of that memory.
  bool in_device_memory = false;
  // What the run was lent is taken back when run() has returned: see RunOutcome::taken. Not for submitted runs.
  bool take_back = false;
};

// A profile event, as it was recorded.
struct RunEvent {
  std::string name;
  uint64_t start_ns = 0;
  uint64_t duration_ns = 0;
  std::vector<uint32_t> nodes;
};

struct RunOutcome {
  Status status;
  std::vector<Value> outputs;  // tensors in guarded memory; kNone for an absent one
  std::vector<RunEvent> events;
  std::set<uint64_t> asked_for;  // outputs for which allocate_output() or set_output() was called
  uint64_t on_device = 0;        // inputs and outputs that lay in device memory
  double seconds = 0;            // from the call to its return or, of a submitted run, to completed()

  // Inputs and the records of the arguments, sealed and nobody else's memory for as long as they are kept here: whoever
  // touches them uses them after their time. Only with RunSettings::take_back.
  struct {
    std::vector<Value> inputs;
    std::shared_ptr<GuardedBlock> records;
  } taken;
};

class Session {
 public:
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::vector<uint32_t>& nodes() const { return nodes_; }
  const Border& border() const { return border_; }
  const mortise_session_t* abi() const { return session_; }
  Device& device() const { return device_; }
  const Graph& graph() const { return graph_.graph(); }

  // Runs with copies of the inputs in guarded memory, in border order, a default Value for one that is left out.
  // Tensors that share their memory share the copy. Violations (touched canaries, outputs not allocated, …) go to the
  // host.
  RunOutcome run(std::span<const Value> inputs, const RunSettings& settings = {}) const;

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
