#include "conformance/host/device.h"

#include <algorithm>

#include "conformance/host/call.h"
#include "core/host/boundary.h"

namespace mortise::conformance {

namespace {

Status check_functions(const mortise_provider_t& provider) {
  return require_functions("create()", "the provider",
                           {{"open", provider.open != nullptr},
                            {"close", provider.close != nullptr},
                            {"destroy", provider.destroy != nullptr},
                            {"describe", provider.describe != nullptr},
                            {"claim", provider.claim != nullptr},
                            {"compile", provider.compile != nullptr},
                            {"get_extension", provider.get_extension != nullptr},
                            {"descriptor", provider.descriptor != nullptr}});
}

// What stands behind a claim sink.
struct Sink {
  CheckedHost& host;
  const Graph& graph;
  Claims& claims;
  std::vector<bool> claimed;

  mortise_status claim(const uint32_t* nodes, uint64_t count) {
    expect_role(host, ThreadRole::kSetup, "claim() of the sink");
    if (nodes == nullptr && count != 0) return refuse("claim() of the sink was given a null pointer");
    for (uint64_t i = 0; i < count; ++i) {
      if (nodes[i] >= graph.num_nodes()) return refuse(concat("node ", nodes[i], " was claimed, which does not exist"));
      if (claimed[nodes[i]]) return refuse(concat(describe(graph, nodes[i]), " was claimed twice"));
      claimed[nodes[i]] = true;
    }
    if (count != 0) claims.sets.emplace_back(nodes, nodes + count);
    return MORTISE_OK;
  }
  mortise_status refuse(std::string sentence) {
    host.violate("MORTISE-P-025", std::move(sentence));
    return MORTISE_INVALID_ARGUMENT;
  }
  mortise_status decline(uint32_t node, uint32_t code, const char* text) {
    expect_role(host, ThreadRole::kSetup, "decline() of the sink");
    if (node >= graph.num_nodes()) return refuse(concat("node ", node, " was declined, which does not exist"));
    claims.refusals.push_back({node, code, text != nullptr ? text : ""});
    return MORTISE_OK;
  }
};

// What stands behind the refuse() of a request.
struct Request {
  CheckedHost& host;
  std::string_view call;
  const std::vector<uint32_t>& nodes;
  std::vector<Refusal> refused;

  mortise_status refuse(uint32_t node, uint32_t code, const char* text) {
    expect_role(host, ThreadRole::kSetup, "refuse()");
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) {
      host.violate("MORTISE-P-028", concat(call, " refused node ", node, ", which is not of the request"));
      return MORTISE_INVALID_ARGUMENT;
    }
    refused.push_back({node, code, text != nullptr ? text : ""});
    return MORTISE_OK;
  }
};

}  // namespace

bool Claims::claims(uint32_t node) const {
  return std::any_of(sets.begin(), sets.end(), [&](const std::vector<uint32_t>& set) {
    return std::find(set.begin(), set.end(), node) != set.end();
  });
}

bool Claims::operator==(const Claims& other) const {
  const auto same = [](const Refusal& a, const Refusal& b) {
    return a.node == b.node && a.code == b.code && a.text == b.text;
  };
  return sets == other.sets &&
         std::equal(refusals.begin(), refusals.end(), other.refusals.begin(), other.refusals.end(), same);
}

Result<std::unique_ptr<Device>> Device::open(Plugin& plugin, std::string_view provider_id, const std::string& options,
                                             CheckedHost& host) {
  MORTISE_ASSIGN(const mortise_provider_factory_t* factory, plugin.factory());
  MORTISE_ASSIGN(const mortise_provider_descriptor_t* descriptor, plugin.descriptor(provider_id));
  std::unique_ptr<Device> device(new Device(host));
  MORTISE_TRY(call(host, "create()", ThreadRole::kSetup, [&](mortise_error_t* error) {
    return factory->create(factory, host.abi(), descriptor->id, options.c_str(), &device->provider_, error);
  }));
  if (device->provider_ == nullptr) return invalid_argument("create() returned OK and no provider");
  if (const Status functions = check_functions(*device->provider_); !functions.ok()) {
    device->provider_ = nullptr;  // what cannot be called cannot be destroyed
    return functions;
  }
  MORTISE_TRY(call(host, "open()", ThreadRole::kSetup,
                   [&](mortise_error_t* error) { return device->provider_->open(device->provider_, error); }));
  device->opened_ = true;
  return device;
}

Device::~Device() {
  if (provider_ == nullptr) return;
  if (opened_) (void)call(host_, "close()", ThreadRole::kSetup, [&] { provider_->close(provider_); });
  (void)call(host_, "destroy()", ThreadRole::kSetup, [&] { provider_->destroy(provider_); });
}

const void* Device::find_extension(const char* id) const {
  const void* found = nullptr;
  (void)call(host_, "get_extension()", ThreadRole::kNone, [&] { found = provider_->get_extension(provider_, id); });
  return found;
}

Result<Claims> Device::claim(const AbiGraph& graph, LoanedGraph* loan) {
  Claims claims;
  Sink state{host_, graph.graph(), claims, std::vector<bool>(graph.graph().num_nodes())};
  const mortise_claim_sink_t sink = {.host_data = &state,
                                     .claim = [](const mortise_claim_sink_t* self, const uint32_t* nodes,
                                                 uint64_t count, const mortise_estimate_t*) noexcept -> mortise_status {
                                       return static_cast<Sink*>(self->host_data)->claim(nodes, count);
                                     },
                                     .decline = [](const mortise_claim_sink_t* self, uint32_t node, uint32_t code,
                                                   const char* text) noexcept -> mortise_status {
                                       return static_cast<Sink*>(self->host_data)->decline(node, code, text);
                                     }};
  const mortise_graph_t* view = loan != nullptr ? loan->abi() : graph.abi();
  const mortise_claim_sink_t* lent = loan != nullptr ? loan->lend(sink) : &sink;
  const Status status = call(host_, "claim()", ThreadRole::kSetup,
                             [&](mortise_error_t* error) { return provider_->claim(provider_, view, lent, error); });
  if (loan != nullptr) loan->take_back();
  if (!status.ok()) return status;
  return claims;
}

Border border_of(const Graph& graph, std::span<const uint32_t> nodes) {
  std::vector<bool> inside(graph.num_nodes());
  for (const uint32_t node : nodes) inside[node] = true;
  std::vector<bool> read(graph.num_values()), written(graph.num_values());
  for (const uint32_t id : nodes) {
    const Node& node = graph.node(id);
    for (const IdList* list : {&node.inputs, &node.implicit_inputs}) {
      for (const uint32_t value : *list) {
        if (value != kNoId && graph.constant(value) == nullptr) read[value] = true;
      }
    }
    for (const uint32_t value : node.outputs) {
      if (value != kNoId) written[value] = true;
    }
  }
  Border border;
  for (uint32_t value = 0; value < graph.num_values(); ++value) {
    if (read[value] && !written[value]) border.inputs.push_back(value);
    if (!written[value]) continue;
    const auto consumers = graph.consumers(value);
    const bool leaves = graph.value(value).is_output ||
                        std::any_of(consumers.begin(), consumers.end(), [&](uint32_t node) { return !inside[node]; });
    if (leaves) border.outputs.push_back(value);
  }
  return border;
}

Result<std::unique_ptr<Session>> Device::compile(const AbiGraph& graph, std::vector<uint32_t> nodes,
                                                 std::vector<Refusal>* refusals, LoanedGraph* loan) {
  const auto compile = [&](const mortise_compile_request_t* request, const mortise_session_t** session,
                           mortise_error_t* error) { return provider_->compile(provider_, request, session, error); };
  return make_session("compile()", compile, graph, std::move(nodes), refusals, loan);
}

Result<std::unique_ptr<Session>> Device::make_session(std::string_view name, const SessionMaker& make,
                                                      const AbiGraph& graph, std::vector<uint32_t> nodes,
                                                      std::vector<Refusal>* refusals, LoanedGraph* loan) {
  std::unique_ptr<Session> session(new Session(*this, graph));
  session->nodes_ = std::move(nodes);
  session->border_ = border_of(graph.graph(), session->nodes_);
  Request state{host_, name, session->nodes_, {}};
  const auto lend = [&](const std::vector<uint32_t>& ids) {
    return loan != nullptr ? loan->lend(std::span(ids)) : ids.data();
  };
  const mortise_compile_request_t request = {.host_data = &state,
                                             .graph = loan != nullptr ? loan->abi() : graph.abi(),
                                             .node_ids = lend(session->nodes_),
                                             .inputs = lend(session->border_.inputs),
                                             .outputs = lend(session->border_.outputs),
                                             .num_nodes = session->nodes_.size(),
                                             .num_inputs = session->border_.inputs.size(),
                                             .num_outputs = session->border_.outputs.size(),
                                             .refuse = [](const mortise_compile_request_t* self, uint32_t node,
                                                          uint32_t code, const char* text) noexcept -> mortise_status {
                                               return static_cast<Request*>(self->host_data)->refuse(node, code, text);
                                             }};
  const mortise_compile_request_t* lent = loan != nullptr ? loan->lend(request) : &request;
  const Status status = call(host_, name, ThreadRole::kSetup,
                             [&](mortise_error_t* error) { return make(lent, &session->session_, error); });
  if (loan != nullptr) loan->take_back();
  if (refusals != nullptr) *refusals = state.refused;
  if (!status.ok()) {
    if (session->session_ != nullptr) host_.violate("MORTISE-P-015", concat(name, " failed and left a session"));
    session->session_ = nullptr;
    return status;
  }
  if (!state.refused.empty()) host_.violate("MORTISE-P-028", concat(name, " refused a node and returned OK"));
  if (session->session_ == nullptr) return invalid_argument(name, " returned OK and no session");
  if (session->session_->run == nullptr || session->session_->destroy == nullptr) {
    session->session_ = nullptr;
    return invalid_argument(name, " gave a session with a function that is null");
  }
  return session;
}

Status Device::reopen() {
  MORTISE_TRY(call(host_, "close()", ThreadRole::kSetup, [&] { provider_->close(provider_); }));
  opened_ = false;
  MORTISE_TRY(call(host_, "open()", ThreadRole::kSetup,
                   [&](mortise_error_t* error) { return provider_->open(provider_, error); }));
  opened_ = true;
  return {};
}

Session::~Session() {
  if (session_ == nullptr) return;
  (void)call(device_.host(), "destroy() of the session", ThreadRole::kSetup, [&] { session_->destroy(session_); });
}

}  // namespace mortise::conformance
