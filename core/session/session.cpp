// Session: the application's view over load, infer, optimize, build and run.
#include "mortise/core/session.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

#include "core/graph/check_value.h"
#include "core/host/provider_set.h"
#include "core/infer/infer.h"
#include "core/model/flex_attention.h"
#include "core/model/load.h"
#include "core/optimize/optimize.h"
#include "core/report/placement.h"
#include "core/report/trace_file.h"
#include "core/run/build.h"
#include "core/run/copy.h"
#include "core/run/evaluate.h"

namespace mortise {
namespace {

Port make_port(const Graph& graph, ValueId id, Symbol name) {
  const ValueInfo& value = graph.value(id);
  Port port{.name = std::string(name.view()), .kind = value.type.kind, .dtype = value.type.dtype};
  port.type = to_string(value.type);
  if (port.kind == ValueKind::kOptional && value.type.element != nullptr) port.element = value.type.element->kind;
  port.optional = value.is_input && graph.default_value(id) != nullptr;
  port.has_rank = value.type.dims.has_value();
  if (!port.has_rank) return port;
  for (const Dim& dim : *value.type.dims) {
    port.dims.push_back(dim.value);
    port.symbols.emplace_back(dim.symbol != nullptr ? dim.symbol : "");
  }
  return port;
}

// Whether a provider says that not it but what it was given is at fault.
bool blames_input(const Status& status) {
  return status.code() == StatusCode::kInvalidArgument || status.code() == StatusCode::kOutOfRange;
}

}  // namespace

struct Session::Impl {
  Model model;
  Config config;
  std::unique_ptr<HostContext> host;
  ProviderSet provider_set;
  std::mutex mutex;                   // of `built`
  std::shared_ptr<run::Built> built;  // replaced when a provider is put into quarantine
  std::mutex opinions_mutex;          // of the next two
  std::weak_ptr<run::Built> judged;   // the plan whose providers the opinions do without
  std::map<std::vector<ProviderInstance*>, std::shared_ptr<run::Built>> opinions;  // kept for the next bad input
  std::shared_ptr<report::TraceFile> profile;  // null: the configuration asks for none

  ModelInfo info;
  std::vector<Port> inputs;
  std::unordered_map<std::string_view, size_t> input_names;  // position in `inputs`, which has the names
  std::vector<Port> outputs;
  std::vector<ProviderState> providers;

  explicit Impl(Model loaded) : model(std::move(loaded)) {}

  std::string where() const { return model.path.empty() ? "model" : model.path.string(); }
  Status prepare(std::span<const mortise_plugin_entry_t* const> plugins);
  Result<std::shared_ptr<run::Built>> build(std::span<const run::Doubt> doubts = {});
  // The plan that judges an input which providers of `first` refused: without them.
  Result<std::shared_ptr<run::Built>> judge(const std::shared_ptr<run::Built>& first,
                                            std::span<const run::Doubt> doubts);
  // After the plan without some providers has given results for the input that they refused: into quarantine with them.
  void convict(const std::shared_ptr<run::Built>& first, const std::shared_ptr<run::Built>& without,
               std::span<const run::Doubt> doubts);
  void quarantine(ProviderInstance& provider, const Status& reason, const std::string& nodes);
  const ProviderConfig& config_of(const ProviderInstance& provider) const;
  // After a provider failed: puts it into quarantine and plans again without it. OK: the run can start again.
  Status recover(const std::shared_ptr<run::Built>& failed, const run::Failure& failure, const Status& status);
  Status run(std::span<const Value> given, std::span<Value> results, const RunOptions& options);
  // Gives the trace of a run to those who want it.
  void hand_over(Trace trace, const RunOptions& options);
};

Status Session::Impl::prepare(std::span<const mortise_plugin_entry_t* const> plugins) {
  if (!config.session.profile.empty()) {
    MORTISE_ASSIGN(profile, report::TraceFile::open(config.session.profile, host->log()));
  }
  MORTISE_ASSIGN(provider_set, open_providers(config, *host, plugins));
  const infer::CustomOperators* custom = provider_set.operators.get();
  MORTISE_TRY(custom->set_versions(model.graph).context(where()));
  MORTISE_TRY(infer_types(model.graph, custom).context(where()));
  MORTISE_TRY(expand_flex_attention(model.graph).context(where()));
  const optimize::PassContext context = {.evaluate = run::make_evaluator(provider_set, *host), .operators = custom};
  const optimize::OptimizeOptions passes = {.enable = config.session.enable, .disable = config.session.disable};
  MORTISE_TRY(optimize::optimize(model.graph, passes, context).context(where()));
  auto planned = build();
  if (!planned.ok()) return std::move(planned).status().context(where());
  built = std::move(*planned);

  const Graph& graph = model.graph;
  for (const ValueId id : graph.inputs) inputs.push_back(make_port(graph, id, graph.value(id).name));
  for (size_t i = 0; i < inputs.size(); ++i) input_names.emplace(inputs[i].name, i);
  for (size_t i = 0; i < graph.outputs.size(); ++i)
    outputs.push_back(make_port(graph, graph.outputs[i], graph.output_names[i]));
  for (const ProviderSet::Member& member : provider_set.members) {
    ProviderState state{.id = member.config.id, .library = member.library, .problem = member.problem.message()};
    if (member.instance != nullptr) {
      state.name = member.instance->descriptor().name;
      state.device = member.instance->describe();
    }
    providers.push_back(std::move(state));
  }
  info = {.ir_version = model.ir_version,
          .producer_name = model.producer_name,
          .producer_version = model.producer_version,
          .domain = model.domain,
          .model_version = model.model_version,
          .description = model.description,
          .metadata = model.metadata};
  return {};
}

Result<std::shared_ptr<run::Built>> Session::Impl::build(std::span<const run::Doubt> doubts) {
  MORTISE_ASSIGN(std::shared_ptr<run::Built> made, run::build({.graph = &model.graph,
                                                               .providers = &provider_set,
                                                               .config = &config,
                                                               .host = host.get(),
                                                               .doubts = doubts}));
  return made;
}

Result<std::shared_ptr<run::Built>> Session::Impl::judge(const std::shared_ptr<run::Built>& first,
                                                         std::span<const run::Doubt> doubts) {
  std::vector<ProviderInstance*> without;
  for (const run::Doubt& doubt : doubts) without.push_back(doubt.provider);
  const std::lock_guard lock(opinions_mutex);
  if (judged.lock() != first) {
    opinions.clear();
    judged = first;
  }
  std::shared_ptr<run::Built>& opinion = opinions[std::move(without)];
  if (opinion == nullptr) {
    MORTISE_ASSIGN(opinion, build(doubts));
  }
  return opinion;
}

void Session::Impl::convict(const std::shared_ptr<run::Built>& first, const std::shared_ptr<run::Built>& without,
                            std::span<const run::Doubt> doubts) {
  const std::lock_guard lock(mutex);
  if (built != first) return;  // another run has recovered meanwhile
  for (const run::Doubt& doubt : doubts) quarantine(*doubt.provider, doubt.reason, doubt.nodes);
  built = without;
}

void Session::Impl::quarantine(ProviderInstance& provider, const Status& reason, const std::string& nodes) {
  if (provider.quarantined()) return;
  host->log().warning("{}; '{}' is given no more work, and its nodes ({}) run on the next provider", reason.message(),
                      provider.id(), nodes);
  provider.quarantine(reason);
}

const ProviderConfig& Session::Impl::config_of(const ProviderInstance& provider) const {
  return std::find_if(provider_set.members.begin(), provider_set.members.end(),
                      [&](const ProviderSet::Member& member) { return member.instance.get() == &provider; })
      ->config;
}

Status Session::Impl::recover(const std::shared_ptr<run::Built>& failed, const run::Failure& failure,
                              const Status& status) {
  ProviderInstance& provider = *failure.provider;
  if (config_of(provider).on_failure == OnFailure::kError) {
    if (status.code() == StatusCode::kDeviceLost) provider.quarantine(status);  // it may not be called again
    return make_error(status.code(), status.message(), " (running ", failure.nodes, ")");
  }
  // Runs that begin meanwhile wait: all of them would need the provider that has just failed.
  const std::lock_guard lock(mutex);
  if (built != failed) return {};  // another run has recovered already
  quarantine(provider, status, failure.nodes);
  auto rebuilt = build();
  if (!rebuilt.ok()) {
    return make_error(status.code(), status.message(), "; without '", provider.id(), "', ", rebuilt.status().message());
  }
  built = std::move(*rebuilt);
  return {};
}

Status Session::Impl::run(std::span<const Value> given, std::span<Value> results, const RunOptions& options) {
  if (given.size() != inputs.size() || results.size() != outputs.size()) {
    return invalid_argument(where(), " takes ", inputs.size(), " inputs and gives ", outputs.size(), " outputs, not ",
                            given.size(), " and ", results.size());
  }
  // Models have few inputs; the pointers of the usual ones fit on the stack.
  boost::container::small_vector<const Value*, 16> pointers;
  boost::container::small_vector<Value, 2> defaults;
  defaults.reserve(2);
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i].kind == ValueKind::kNone && inputs[i].optional) {
      pointers.push_back(nullptr);
      continue;
    }
    const Status status = check_value(model.graph.value(model.graph.inputs[i]).type, given[i]);
    if (!status.ok()) {
      return invalid_argument(where(), ": input '", inputs[i].name, "' is ", inputs[i].type, ", but ",
                              status.message());
    }
    pointers.push_back(&given[i]);
  }
  if (std::find(pointers.begin(), pointers.end(), nullptr) != pointers.end()) {
    defaults.reserve(pointers.size());
    for (size_t i = 0; i < pointers.size(); ++i) {
      if (pointers[i] != nullptr) continue;
      defaults.emplace_back(*model.graph.default_value(model.graph.inputs[i]));
      pointers[i] = &defaults.back();
    }
  }
  run::RunControl control{.cancel = options.cancel};
  const auto limit = options.deadline.count() > 0
                         ? options.deadline
                         : std::chrono::nanoseconds(std::chrono::milliseconds(config.session.deadline_ms));
  if (limit.count() > 0) control.deadline = std::chrono::steady_clock::now() + limit;
  // Every turn but the last takes a provider out of the session or out of this run, so this ends.
  std::vector<run::Doubt> doubts;
  for (;;) {
    run::Failure failure;
    control.failure = &failure;
    std::shared_ptr<run::Built> first;
    {
      const std::lock_guard lock(mutex);
      first = built;
    }
    std::shared_ptr<run::Built> current = first;
    if (!doubts.empty()) {
      auto judging = judge(first, doubts);
      if (!judging.ok()) {
        const run::Doubt& doubt = doubts.back();
        return make_error(doubt.reason.code(), where(), ": ", doubt.reason.message(), " (running ", doubt.nodes,
                          "); no plan without '", doubt.provider->id(),
                          "' can tell whether the input is at fault: ", judging.status().message());
      }
      current = std::move(*judging);
    }
    std::optional<run::RunTrace> trace;
    if (options.trace != nullptr || profile != nullptr) control.trace = &trace.emplace(current->executor->program());
    Status status = current->executor->run(std::span(pointers.data(), pointers.size()), results, control);
    if (trace) hand_over(trace->finish(status), options);
    if (status.ok()) {
      if (!doubts.empty()) convict(first, current, doubts);
      // Only values that are more than a tensor reach a provider as something that it can pass on.
      boost::container::small_vector<const Value*, 4> shared;
      for (size_t i = 0; i < pointers.size(); ++i) {
        if (inputs[i].kind != ValueKind::kTensor) shared.push_back(pointers[i]);
      }
      if (shared.empty()) return status;
      status = run::separate(host->memory(), std::span(shared.data(), shared.size()), results);
      return status.ok() ? status : std::move(status).context(where());
    }
    if (failure.provider != nullptr) {
      if (blames_input(status) && config_of(*failure.provider).on_failure == OnFailure::kFallback) {
        doubts.push_back({.provider = failure.provider.get(), .reason = status, .nodes = failure.nodes});
        continue;
      }
      status = recover(first, failure, status);
      doubts.clear();
      if (status.ok()) continue;
    }
    return std::move(status).context(where());
  }
}

void Session::Impl::hand_over(Trace trace, const RunOptions& options) {
  if (profile != nullptr) profile->append(trace);
  if (options.trace != nullptr) options.trace->append(std::move(trace));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::load(LoadInput input) {
  auto model = input.path.empty() ? load_model(input.bytes, input.folder) : load_model(input.path);
  if (!model.ok()) return std::move(model).status();
  auto impl = std::make_unique<Impl>(std::move(*model));
  impl->config = std::move(input.config);
  impl->host = std::make_unique<HostContext>(HostOptions{.threads = impl->config.session.threads,
                                                         .memory_limit_mib = impl->config.session.memory_limit_mib,
                                                         .log_sink = std::move(input.log_sink)});
  MORTISE_TRY(impl->prepare(input.plugins));
  return Session(std::move(impl));
}

const ModelInfo& Session::info() const { return impl_->info; }
std::span<const Port> Session::inputs() const { return impl_->inputs; }
std::span<const Port> Session::outputs() const { return impl_->outputs; }
std::span<const ProviderState> Session::providers() const { return impl_->providers; }

Placement Session::placement() const {
  const std::lock_guard lock(impl_->mutex);
  Placement placement = report::make_placement(*impl_->built, impl_->where());
  size_t usable = 0;
  for (const ProviderSet::Member& member : impl_->provider_set.members) {
    if (member.instance == nullptr) {
      placement.providers.push_back(
          {.id = member.config.id.empty() ? member.library : member.config.id, .problem = member.problem.message()});
    } else {
      ProviderPlacement& provider = placement.providers[usable++];
      if (member.instance->quarantined()) provider.problem = member.instance->quarantine_reason().message();
    }
  }
  return placement;
}

Status Session::run(std::span<const Value> inputs, std::span<Value> outputs, const RunOptions& options) {
  return impl_->run(inputs, outputs, options);
}

Result<std::map<std::string, Value>> Session::run(const std::map<std::string, Value>& inputs,
                                                  const RunOptions& options) {
  std::vector<Value> given(impl_->inputs.size());
  for (const auto& [name, value] : inputs) {
    const auto port = impl_->input_names.find(name);
    if (port == impl_->input_names.end()) {
      std::string known;
      for (const Port& p : impl_->inputs) known += (known.empty() ? "'" : ", '") + p.name + "'";
      return invalid_argument(impl_->where(), " has no input '", name, "'; it has ", known.empty() ? "none" : known);
    }
    given[port->second] = value;
  }
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i].kind == ValueKind::kNone && !impl_->inputs[i].optional) {
      return invalid_argument(impl_->where(), " needs input '", impl_->inputs[i].name, "' (", impl_->inputs[i].type,
                              ")");
    }
  }
  std::vector<Value> results(impl_->outputs.size());
  MORTISE_TRY(impl_->run(given, results, options));
  std::map<std::string, Value> named;
  for (size_t i = 0; i < results.size(); ++i) named.emplace(impl_->outputs[i].name, std::move(results[i]));
  return named;
}

}  // namespace mortise
