// Session: a model, loaded, planned over its providers and ready to run.
//
//   auto session = mortise::Session::load("model.onnx", *mortise::Config::load("mortise.json"));
//   auto outputs = session->run({{"image", mortise::Tensor::of<float>({1, 1, 28, 28}, pixels)}});
//
// run() may be called from any number of threads at once; runs share nothing but the weights. Everything else is
// [setup]: one thread at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mortise/core/config.h"
#include "mortise/core/log.h"
#include "mortise/core/placement.h"
#include "mortise/core/trace.h"
#include "mortise/entry.h"
#include "mortise/sdk/value.h"

#pragma GCC visibility push(default)
namespace mortise {

// An input or an output of a model.
struct Port {
  std::string name;
  ValueKind kind = ValueKind::kTensor;
  ValueKind element = ValueKind::kNone;  // what an optional may hold; an input takes that too
  DType dtype = DType::kUndefined;       // of a tensor
  bool has_rank = false;
  std::vector<int64_t> dims;         // -1: not known before the run
  std::vector<std::string> symbols;  // names of the unknown extents, "" where they have none
  bool optional = false;             // an input with a default
  std::string type;                  // for people: "float32[batch, 3, 224, 224]"
};

struct ModelInfo {
  int64_t ir_version = 0;
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  int64_t model_version = 0;
  std::string description;
  std::vector<std::pair<std::string, std::string>> metadata;
};

struct RunOptions {
  // Set to true by any thread: the run ends soon with CANCELLED.
  const std::atomic<bool>* cancel = nullptr;
  // From the start of the run; zero: the configuration's.
  std::chrono::nanoseconds deadline{0};
  // Profiles the run and adds its events to this trace when it ends; one run at a time per trace.
  Trace* trace = nullptr;
};

// A provider, or a plugin that should have held one, as a session found it.
struct ProviderState {
  std::string id;
  std::string name;
  std::string library;
  std::string device;   // as the provider describes it; empty if it is not in use
  std::string problem;  // why it is not in use; empty if it is
};

struct LoadInput {
  std::filesystem::path path;        // of the model; empty: `bytes`
  std::span<const std::byte> bytes;  // a serialized ModelProto, read during load() only
  std::filesystem::path folder;      // of external data, where the model is given as bytes
  Config config;
  // Plugins that are linked into the application: &sdk::Plugin<…>::kEntry, alive for ever. Providers among them that
  // the configuration does not list come after those that it does.
  std::vector<const mortise_plugin_entry_t*> plugins;
  LogSink log_sink;  // empty: warnings to the standard error stream
};

class Session {
 public:
  // Errors name the file, the node and the remedy.
  static Result<Session> load(LoadInput input);
  static Result<Session> load(const std::filesystem::path& path, Config config = {}) {
    LoadInput input;
    input.path = path;
    input.config = std::move(config);
    return load(std::move(input));
  }
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const ModelInfo& info() const;
  // In the model's order.
  std::span<const Port> inputs() const;
  std::span<const Port> outputs() const;
  std::span<const ProviderState> providers() const;
  // Which provider runs which node, and why; made anew by every call.
  Placement placement() const;

  // By name. Every input without a default is given; an unknown name, a wrong type or a wrong shape is an error that
  // says what is expected.
  Result<std::map<std::string, Value>> run(const std::map<std::string, Value>& inputs, const RunOptions& options = {});
  // By position, into values that the caller keeps: an output that is a tensor of the right type and shape is written
  // in place, anything else is replaced. With bound outputs and static shapes a run allocates nothing once it has run
  // before.
  Status run(std::span<const Value> inputs, std::span<Value> outputs, const RunOptions& options = {});

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mortise
#pragma GCC visibility pop
