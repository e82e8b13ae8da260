// SPDX-License-Identifier: Apache-2.0
//
// Provider and Session: base classes for a provider written in C++.
//
// Override the virtual functions, return Status or Result, throw if you like: plugin.h turns a class into a plugin
// whose every function catches what is thrown, keeps the order of calls, and never lets null through. The comments of
// ../provider.h and ../session.h apply, thread tags included; here stands only what is different.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "../all.h"
#include "graph_view.h"
#include "host.h"
#include "result.h"

namespace mortise::sdk {

// Why a node is refused.
struct Refusal {
  uint32_t code = MORTISE_REFUSAL_OTHER;  // MORTISE_REFUSAL_*
  std::string text;                       // a sentence
};

// Takes the answers of Provider::claim().
class ClaimSink {
 public:
  explicit ClaimSink(const mortise_claim_sink_t* sink) : sink_(sink) {}
  // One node by itself.
  Status claim(NodeId node) { return claim(std::span(&node, 1)); }
  // Nodes that stay together.
  Status claim(std::span<const NodeId> nodes, const mortise_estimate_t* estimate = nullptr) {
    return check(sink_->claim(sink_, nodes.data(), nodes.size(), estimate));
  }
  Status decline(NodeId node, const Refusal& refusal) { return decline(node, refusal.code, refusal.text); }
  Status decline(NodeId node, uint32_t code, const std::string& text) {
    return check(sink_->decline(sink_, node, code, text.c_str()));
  }

 private:
  static Status check(mortise_status status) {
    if (status == MORTISE_OK) return {};
    return Status(static_cast<StatusCode>(MORTISE_STATUS_CODE(status)),
                  "the host refused the claim: unknown node, or claimed twice");
  }
  const mortise_claim_sink_t* sink_;
};

// The whole of claim() where nodes are independent: judge(NodeView, mortise_estimate_t&) says why a node is refused, or
// claims it by returning nothing, and may set the estimate.
template <class Judge>
Status claim_each(const GraphView& graph, ClaimSink& sink, Judge&& judge) {
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    mortise_estimate_t estimate{-1, -1, -1};
    const std::optional<Refusal> refusal = judge(graph.node(id), estimate);
    MORTISE_TRY(refusal ? sink.decline(id, *refusal) : sink.claim(std::span(&id, 1), &estimate));
  }
  return {};
}

class CompileRequest {
 public:
  explicit CompileRequest(const mortise_compile_request_t* request) : request_(request), graph_(request->graph) {}
  const mortise_compile_request_t* raw() const { return request_; }
  const GraphView& graph() const { return graph_; }
  // In topological order.
  std::span<const NodeId> nodes() const { return {request_->node_ids, request_->num_nodes}; }
  std::span<const ValueId> inputs() const { return {request_->inputs, request_->num_inputs}; }
  std::span<const ValueId> outputs() const { return {request_->outputs, request_->num_outputs}; }
  // Notes that a node cannot be compiled, and makes the status for compile() to return.
  Status refuse(NodeId node, const Refusal& refusal) const { return refuse(node, refusal.code, refusal.text); }
  Status refuse(NodeId node, uint32_t code, const std::string& text) const {
    request_->refuse(request_, node, code, text.c_str());
    return Status(StatusCode::kUnimplemented, text).at_node(node);
  }

 private:
  const mortise_compile_request_t* request_;
  GraphView graph_;
};

// One run: its tensors and what the host lends to it.
class RunArgs {
 public:
  explicit RunArgs(const mortise_run_args_t* args) : args_(args) {}
  const mortise_run_args_t* raw() const { return args_; }
  const mortise_run_context_t* context() const { return args_->context; }
  uint64_t num_inputs() const { return args_->num_inputs; }
  uint64_t num_outputs() const { return args_->num_outputs; }
  TensorView input(uint64_t i) const { return TensorView(args_->inputs[i]); }
  TensorView output(uint64_t i) const { return TensorView(args_->outputs[i]); }
  bool cancelled() const { return args_->context->is_cancelled(args_->context); }
  bool profiling() const { return (args_->context->flags & MORTISE_RUN_PROFILE) != 0; }

  // Output `i` with these dims: the host's preallocated one if it has them, otherwise one that the host allocates now.
  Result<mortise_tensor_t> output(uint64_t i, std::span<const int64_t> dims) const {
    const TensorView given = output(i);
    if (!given.unallocated() && std::equal(dims.begin(), dims.end(), given.dims().begin(), given.dims().end()))
      return given.raw();
    mortise_tensor_t tensor{};
    mortise_error_t error{};
    const mortise_status status =
        context()->allocate_output(context(), i, dims.data(), static_cast<uint32_t>(dims.size()), &tensor, &error);
    if (status != MORTISE_OK) return Status(static_cast<StatusCode>(MORTISE_STATUS_CODE(status)), error.message);
    return tensor;
  }

 private:
  const mortise_run_args_t* args_;
};

class Session {
 public:
  virtual ~Session() = default;
  virtual Status run(const RunArgs& args) = 0;
};

// For a session of a provider with the extension async-run: derive from it too.
class AsyncSession {
 public:
  virtual ~AsyncSession() = default;
  virtual Status submit(uint64_t run_id, const RunArgs& args) = 0;
};

class Provider {
 public:
  explicit Provider(const Host& host) : host_(host) {}
  virtual ~Provider() = default;

  virtual Status open() { return {}; }
  virtual void close() {}
  // The opened device in a phrase.
  virtual std::string describe() const = 0;
  virtual Status claim(const GraphView& graph, ClaimSink& sink) = 0;
  virtual Result<std::unique_ptr<Session>> compile(const CompileRequest& request) = 0;
  // Provider halves of extensions that have no base class below.
  virtual const void* extension(std::string_view /*id*/) { return nullptr; }

  const Host& host() const { return host_; }

 private:
  Host host_;
};

// Bases for the provider halves of extensions: a provider that derives from one offers the extension.

// "mortise.async-run/1": every session derives from AsyncSession.
class AsyncRunExtension {};

// "mortise.device-memory/1"
class DeviceMemoryExtension {
 public:
  virtual ~DeviceMemoryExtension() = default;
  virtual std::span<const mortise_memory_kind_t> kinds() const = 0;
  virtual uint32_t input_kind(const Session& session, uint64_t index) const = 0;
  virtual uint32_t output_kind(const Session& session, uint64_t index) const = 0;
  virtual Result<void*> allocate(uint32_t kind, uint64_t size) = 0;
  virtual void release(uint32_t kind, void* handle) = 0;
  virtual Status copy_in(uint32_t kind, void* handle, uint64_t offset, const void* source, uint64_t size) = 0;
  virtual Status copy_out(uint32_t kind, const void* handle, uint64_t offset, void* target, uint64_t size) = 0;
};

// "mortise.compiled-cache/1"
class CompiledCacheExtension {
 public:
  virtual ~CompiledCacheExtension() = default;
  virtual Result<std::string> key(const CompileRequest& request) = 0;
  virtual Result<std::string> save(const Session& session) = 0;
  virtual Result<std::unique_ptr<Session>> load(const CompileRequest& request, std::string_view blob) = 0;
};

// "mortise.values/1"
class ValuesExtension {
 public:
  virtual ~ValuesExtension() = default;
  // See mortise_provider_values_t.
  virtual uint32_t kinds() const = 0;
};

}  // namespace mortise::sdk
