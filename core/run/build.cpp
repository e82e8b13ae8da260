#include "core/run/build.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/host/compiled_cache.h"
#include "core/host/thread_role.h"
#include "core/plan/collect_claims.h"
#include "core/run/branches.h"
#include "core/run/slots.h"

namespace mortise::run {
namespace {

// What a provider said of a segment.
struct Refusals {
  std::vector<std::pair<NodeId, std::string>> nodes;

  static mortise_status take(const mortise_compile_request_t* request, uint32_t node_id, uint32_t,
                             const char* text) noexcept {
    try {
      static_cast<Refusals*>(request->host_data)->nodes.emplace_back(node_id, text != nullptr ? text : "");
      return MORTISE_OK;
    } catch (...) {
      return MORTISE_RESOURCE_EXHAUSTED;
    }
  }
};

class Builder {
 public:
  explicit Builder(const BuildInput& input)
      : input_(input), graph_(*input.graph), providers_(input.providers->usable()) {
    for (const ProviderSet::Member& member : input.providers->members) {
      if (member.instance != nullptr) configs_.push_back(&member.config);
    }
  }

  Result<std::unique_ptr<Built>> run() {
    built_ = std::make_unique<Built>();
    built_->graph = &graph_;
    built_->abi = std::make_unique<AbiGraph>(graph_);
    MORTISE_TRY(claim());
    auto program = std::make_shared<Program>();
    program->graph = &graph_;
    program->memory = &input_.host->memory();
    program->operators = input_.providers->operators;
    program->providers = providers_;
    std::vector<uint32_t> left_out;
    for (uint32_t i = 0; i < providers_.size(); ++i) {
      if (!usable(*providers_[i]).ok()) left_out.push_back(i);
    }
    // Every round excludes at least one more claim, so this ends.
    for (bool complete = false; !complete;) {
      auto planned = plan::make_plan(graph_, {.claims = built_->claims,
                                              .rules = input_.config->placement,
                                              .exclusions = built_->exclusions,
                                              .quarantined = left_out});
      if (!planned.ok()) return std::move(planned).status();
      built_->plan = std::move(*planned);
      program->steps.clear();
      MORTISE_ASSIGN(complete, compile_segments(*program));
    }
    sessions_.clear();
    connect(*program);
    find_homes(*program);
    for (Step& step : program->steps) {
      if (step.control_flow != nullptr) MORTISE_TRY(build_bodies(step));
    }
    program->parallel = has_parallel_steps(*program);
    built_->executor = std::make_shared<Executor>(std::move(program), *input_.host);
    return std::move(built_);
  }

 private:
  Status claim() {
    for (size_t i = 0; i < providers_.size(); ++i) {
      if (Status status = usable(*providers_[i]); !status.ok()) {
        built_->claims.push_back(claims_of_none(*providers_[i], status));
        continue;
      }
      const ScopedSetup role;
      plan::ProviderClaims claims = plan::collect_claims(providers_[i]->abi(), built_->abi->abi());
      claims.min_nodes = configs_[i]->min_nodes;
      built_->claims.push_back(std::move(claims));
      const std::string& error = built_->claims.back().error;
      if (error.empty()) continue;
      if (configs_[i]->on_failure == OnFailure::kError) {
        return make_error(StatusCode::kInternal, "provider '", providers_[i]->id(), "': ", error);
      }
      input_.host->log().warning("provider '{}': {}; it is given no nodes", providers_[i]->id(), error);
    }
    return {};
  }

  // Not OK for a provider that is asked nothing.
  Status usable(const ProviderInstance& provider) const {
    for (const Doubt& doubt : input_.doubts) {
      if (doubt.provider == &provider) return doubt.reason;
    }
    return provider.quarantine_reason();
  }

  plan::ProviderClaims claims_of_none(const ProviderInstance& provider, const Status& reason) const {
    plan::ProviderClaims claims{.provider_id = provider.id()};
    claims.verdicts.assign(graph_.num_nodes(),
                           {plan::Answer::kDeclined, MORTISE_REFUSAL_OTHER, "failed at run: " + reason.message()});
    return claims;
  }

  // False if something was refused and the plan no longer holds.
  Result<bool> compile_segments(Program& program) {
    bool complete = true;
    for (const plan::Segment& segment : built_->plan.segments) {
      Step step;
      step.nodes = segment.nodes;
      if (segment.provider == plan::kCoreProvider) {
        const Node& node = graph_.node(segment.nodes.front());
        step.control_flow = std::make_unique<ControlFlow>();
        step.control_flow->node = segment.nodes.front();
        step.inputs.assign(node.inputs.begin(), node.inputs.end());
        step.inputs.insert(step.inputs.end(), node.implicit_inputs.begin(), node.implicit_inputs.end());
        step.outputs.assign(node.outputs.begin(), node.outputs.end());
      } else {
        const plan::SegmentIo io = plan::segment_io(graph_, segment);
        step.provider = segment.provider;
        step.inputs = io.inputs;
        step.outputs = io.outputs;
        MORTISE_ASSIGN(step.session, compile(segment, io));
        if (step.session == nullptr) {
          complete = false;
          continue;
        }
        step.input_kinds = step.session->input_kinds();
        step.output_kinds = step.session->output_kinds();
      }
      program.steps.push_back(std::move(step));
    }
    return complete;
  }

  // Null if the provider refused; the refusal is then among the exclusions. A segment that an earlier round compiled is
  // taken from there.
  Result<std::shared_ptr<CompiledSession>> compile(const plan::Segment& segment, const plan::SegmentIo& io) {
    std::shared_ptr<CompiledSession>& session = sessions_[{segment.provider, segment.nodes}];
    if (session != nullptr) return session;
    Refusals refusals;
    const mortise_compile_request_t request = {.host_data = &refusals,
                                               .graph = built_->abi->abi(),
                                               .node_ids = segment.nodes.data(),
                                               .inputs = io.inputs.data(),
                                               .outputs = io.outputs.data(),
                                               .num_nodes = segment.nodes.size(),
                                               .num_inputs = io.inputs.size(),
                                               .num_outputs = io.outputs.size(),
                                               .refuse = Refusals::take};
    ProviderInstance& provider = *providers_[segment.provider];
    auto compiled = compile_or_load(provider, request);
    if (compiled.ok()) {
      session = std::move(*compiled);
      return session;
    }
    const Status& status = compiled.status();
    if (configs_[segment.provider]->on_failure == OnFailure::kError) {
      return make_error(status.code(), status.message(), " (compiling ", describe_nodes(graph_, segment.nodes), ")");
    }
    input_.host->log().warning("{}; {} of its nodes go to the next provider", status.message(),
                               refusals.nodes.empty() ? segment.nodes.size() : refusals.nodes.size());
    bool excluded = false;
    for (const auto& [node, text] : refusals.nodes) {
      if (!std::binary_search(segment.nodes.begin(), segment.nodes.end(), node)) continue;
      exclude(segment.provider, node, text.empty() ? status.message() : text);
      excluded = true;
    }
    if (!excluded) {
      for (const NodeId node : segment.nodes) exclude(segment.provider, node, status.message());
    }
    return std::shared_ptr<CompiledSession>();
  }

  // From the cache where that is possible; whatever is wrong with the cache only costs time.
  Result<std::shared_ptr<CompiledSession>> compile_or_load(ProviderInstance& provider,
                                                           const mortise_compile_request_t& request) {
    if (input_.config->session.cache.empty() || provider.compiled_cache() == nullptr) return provider.compile(request);
    const CompiledCache cache(input_.config->folder / input_.config->session.cache);
    auto key = provider.cache_key(request);
    if (!key.ok()) {
      input_.host->log().warning("{}; the segment is compiled without the cache", key.status().message());
      return provider.compile(request);
    }
    if (const auto blob = cache.find(*key)) {
      auto loaded = provider.load(request, *blob);
      if (loaded.ok()) return loaded;
      input_.host->log().info("{}; the segment is compiled again", loaded.status().message());
    }
    auto compiled = provider.compile(request);
    if (!compiled.ok()) return compiled;
    auto blob = provider.save(**compiled);
    const Status stored = blob.ok() ? cache.store(*key, *blob) : blob.status();
    if (!stored.ok()) input_.host->log().warning("{}; it is compiled again at the next load", stored.message());
    return compiled;
  }

  void exclude(uint32_t provider, NodeId node, const std::string& reason) {
    built_->exclusions.push_back({.provider = provider, .node = node, .rule = plan::Rule::kRefusedAtCompile});
    built_->claims[provider].verdicts[node].text = reason;
  }

  Status build_bodies(Step& step) {
    const Node& node = graph_.node(step.control_flow->node);
    std::unordered_map<ValueId, uint32_t> positions;  // of values from outside among the node's inputs
    for (const ValueId outer : node.implicit_inputs) {
      positions.emplace(outer, static_cast<uint32_t>(node.inputs.size() + positions.size()));
    }
    for (const Attribute& attribute : node.attributes) {
      const auto* body = std::get_if<std::unique_ptr<Graph>>(&attribute.value);
      if (body == nullptr) continue;
      BuildInput input = input_;
      input.graph = body->get();
      auto built = Builder(input).run();
      if (!built.ok()) {
        return std::move(built).status().context(
            concat(describe(graph_, step.control_flow->node), ", ", attribute.name.view()));
      }
      ControlFlow::Body made{.attribute = attribute.name, .executor = (*built)->executor};
      const Graph& inner = **body;
      for (ValueId value = 0; value < inner.num_values(); ++value) {
        const ValueId outer = inner.value(value).outer;
        if (outer == kNoId) continue;
        made.captured.push_back(positions.at(outer));
      }
      step.control_flow->bodies.push_back(std::move(made));
      built_->bodies.push_back(std::move(*built));
    }
    return {};
  }

  const BuildInput& input_;
  const Graph& graph_;
  std::vector<std::shared_ptr<ProviderInstance>> providers_;
  std::vector<const ProviderConfig*> configs_;
  std::unique_ptr<Built> built_;
  std::map<std::pair<uint32_t, std::vector<NodeId>>, std::shared_ptr<CompiledSession>> sessions_;
};

}  // namespace

Result<std::unique_ptr<Built>> build(const BuildInput& input) {
  MORTISE_ASSIGN(std::unique_ptr<Built> built, Builder(input).run());
  MORTISE_TRY(plan::check_required(*input.graph, built->plan, built->claims, input.config->require));
  return built;
}

}  // namespace mortise::run
