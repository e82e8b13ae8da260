// ProviderInstance and CompiledSession: a provider and its sessions, seen from the host.
//
// Every call across the boundary passes through here: exceptions that a plugin lets escape become errors, results are
// checked, the thread's role is set, the calls are serialised as the ABI's thread tags and the provider's concurrency
// class ask, and errors name the provider. All functions may be called from any thread.
//
// Lifetime: the library lives as long as its providers, a provider as long as its sessions. The HostContext outlives
// both.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/gate.h"
#include "core/host/host_context.h"
#include "core/host/plugin_library.h"
#include "core/infer/custom_operators.h"

namespace mortise {

class CompiledSession;

class ProviderInstance : public std::enable_shared_from_this<ProviderInstance> {
 public:
  // Creates the provider and checks its function table; open() comes next. options_json: complete and checked (see
  // core/config/options.h).
  static Result<std::shared_ptr<ProviderInstance>> create(std::shared_ptr<PluginLibrary> library, std::string_view id,
                                                          const std::string& options_json, HostContext& host);
  ~ProviderInstance();
  ProviderInstance(const ProviderInstance&) = delete;
  ProviderInstance& operator=(const ProviderInstance&) = delete;

  // Acquires the device. MORTISE_UNAVAILABLE if there is none.
  Status open();
  bool opened() const { return opened_; }
  // The opened device in a phrase; empty if the provider is not open.
  std::string describe();

  const std::string& id() const { return id_; }
  const mortise_provider_descriptor_t& descriptor() const { return *descriptor_; }
  const PluginLibrary& library() const { return *library_; }
  HostContext& host() const { return host_; }
  const mortise_provider_t* abi() const { return provider_; }

  // Provider halves of extensions, known after open(); null if the provider does not offer one. Their functions are
  // called as the ABI says, under a ScopedRole.
  const mortise_provider_device_memory_t* device_memory() const { return device_memory_; }
  const mortise_provider_async_run_t* async_run() const { return async_run_; }
  const mortise_provider_compiled_cache_t* compiled_cache() const { return compiled_cache_; }
  const mortise_provider_values_t* values() const { return values_; }
  const mortise_provider_operators_t* operators() const { return operators_; }
  // The provider's memory of that kind; null if it lists none.
  const mortise_memory_kind_t* find_memory(uint32_t kind) const;

  // See mortise_provider_t; what the sink and the request record is the caller's to judge.
  Status claim(const mortise_graph_t& graph, const mortise_claim_sink_t& sink);
  Result<std::shared_ptr<CompiledSession>> compile(const mortise_compile_request_t& request);

  // Adds the operators that a provider with operators() brings.
  Status add_operators(infer::CustomOperators& custom);

  // Compiled cache, for a provider with compiled_cache(). The key begins with the provider's id and version.
  Result<std::string> cache_key(const mortise_compile_request_t& request);
  Result<std::shared_ptr<CompiledSession>> load(const mortise_compile_request_t& request, const std::string& blob);
  Result<std::string> save(const CompiledSession& session);

  // A quarantined provider is given no more work. The first reason stays.
  void quarantine(const Status& reason);
  bool quarantined() const { return quarantined_.load(std::memory_order_acquire); }
  // OK if it is not quarantined.
  Status quarantine_reason() const;

 private:
  friend class CompiledSession;

  ProviderInstance(std::shared_ptr<PluginLibrary> library, HostContext& host)
      : library_(std::move(library)), host_(host) {}
  Status check_functions() const;
  Status find_extensions();
  Status check_extensions() const;
  Status read_memory_kinds();
  Result<std::shared_ptr<CompiledSession>> adopt(const mortise_compile_request_t& request, Status status,
                                                 const mortise_session_t* session, std::string_view function);
  Status check_session(const mortise_compile_request_t& request, const mortise_session_t* session,
                       std::vector<uint32_t>& input_kinds, std::vector<uint32_t>& output_kinds) const;
  Status name_it(Status&& status) const;

  std::shared_ptr<PluginLibrary> library_;
  HostContext& host_;
  const mortise_provider_t* provider_ = nullptr;
  const mortise_provider_descriptor_t* descriptor_ = nullptr;
  std::string id_;
  bool opened_ = false;
  const mortise_provider_device_memory_t* device_memory_ = nullptr;
  const mortise_provider_async_run_t* async_run_ = nullptr;
  const mortise_provider_compiled_cache_t* compiled_cache_ = nullptr;
  const mortise_provider_values_t* values_ = nullptr;
  const mortise_provider_operators_t* operators_ = nullptr;
  std::vector<mortise_memory_kind_t> memory_kinds_;  // of device_memory_
  // [setup] calls on the provider and its sessions.
  std::mutex setup_;
  // Runs of a provider of class SERIAL_PROVIDER; a semaphore, because an asynchronous run ends on another thread.
  Gate gate_;
  std::atomic<bool> quarantined_{false};
  mutable std::mutex quarantine_mutex_;
  Status quarantine_reason_;
};

class CompiledSession {
 public:
  ~CompiledSession();
  CompiledSession(const CompiledSession&) = delete;
  CompiledSession& operator=(const CompiledSession&) = delete;

  ProviderInstance& provider() const { return *provider_; }
  const mortise_session_t* abi() const { return session_; }

  // Runs to the end; waits for other runs as far as the concurrency class asks. Allocates nothing on success.
  Status run(const mortise_run_args_t& args, Waiting waiting = Waiting::kSleep);

  // Queues a run, for a provider with async_run(). The completion is called exactly once if the result is OK, otherwise
  // never; `args` and all it refers to stay until then. Waits like run().
  Status submit(const mortise_run_args_t& args, Completion completion, Waiting waiting = Waiting::kSleep);

  // Kinds of memory that the session wants for its inputs and outputs, each listed by the provider or
  // MORTISE_MEMORY_HOST.
  const std::vector<uint32_t>& input_kinds() const { return input_kinds_; }
  const std::vector<uint32_t>& output_kinds() const { return output_kinds_; }

 private:
  friend class ProviderInstance;
  CompiledSession(std::shared_ptr<ProviderInstance> provider, const mortise_session_t* session);

  std::shared_ptr<ProviderInstance> provider_;
  const mortise_session_t* session_;
  std::vector<uint32_t> input_kinds_, output_kinds_;
  // Runs that may not overlap: the provider's, this session's, or none (null).
  Gate* gate_ = nullptr;
  Gate own_gate_;
};

}  // namespace mortise
