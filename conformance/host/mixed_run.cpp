#include "conformance/host/mixed_run.h"

#include <algorithm>

#include "conformance/host/control_flow.h"

namespace mortise::conformance {

struct MixedRun::Step {
  Segment segment;
  std::unique_ptr<Session> session;                                        // null for control flow
  std::vector<std::pair<std::string_view, std::unique_ptr<Part>>> bodies;  // by attribute; of control flow
};

struct MixedRun::Part {
  explicit Part(const Graph& graph) : view(graph) {}

  const Graph& graph() const { return view.graph(); }

  AbiGraph view;
  std::vector<Step> steps;
};

MixedRun::MixedRun(Device* device, Device& oracle, const MixedOptions& options, Random random)
    : device_(device), oracle_(oracle), options_(options), random_(random) {}
MixedRun::~MixedRun() = default;

Status MixedRun::blame(DeviceFault::Call call, std::string sentence) {
  fault_ = DeviceFault{call, sentence};
  return make_error(StatusCode::kInternal, sentence);
}

Status MixedRun::compile(const Graph& graph) {
  fault_.reset();
  MORTISE_ASSIGN(main_, compile_part(graph));
  return {};
}

// The sets that the device claims and chance lets it have.
Result<std::vector<std::vector<NodeId>>> MixedRun::take_claims(const AbiGraph& view) {
  if (device_ == nullptr) return std::vector<std::vector<NodeId>>();
  Result<Claims> claims = device_->claim(view);
  if (!claims.ok()) return blame(DeviceFault::Call::kClaim, concat("claim() failed: ", claims.status().message()));
  if (main_ == nullptr && refusals_.empty()) refusals_ = claims->refusals;
  std::vector<bool> allowed(view.graph().num_nodes());
  for (size_t id = 0; id < allowed.size(); ++id) allowed[id] = chance(random_, options_.percent);
  std::erase_if(claims->sets, [&](const std::vector<NodeId>& set) {
    return std::any_of(set.begin(), set.end(), [&](NodeId id) { return !allowed[id]; });
  });
  return std::move(claims->sets);
}

Result<std::unique_ptr<MixedRun::Part>> MixedRun::compile_part(const Graph& graph) {
  auto part = std::make_unique<Part>(graph);
  MORTISE_ASSIGN(const auto sets, take_claims(part->view));
  for (Segment& segment : options_.node_by_node ? cut_into_nodes(graph) : cut_into_segments(graph, sets, random_)) {
    part->steps.push_back({.segment = std::move(segment)});
    MORTISE_TRY(compile_step(*part, part->steps.back()));
  }
  return part;
}

Status MixedRun::compile_step(Part& part, Step& step) {
  const std::vector<NodeId>& nodes = step.segment.nodes;
  if (step.segment.owner == Owner::kInterpreter) {
    ++counts_.interpreter;
    for (const Attribute& attribute : part.graph().node(nodes.front()).attributes) {
      const auto* body = std::get_if<std::unique_ptr<Graph>>(&attribute.value);
      if (body == nullptr) continue;
      MORTISE_ASSIGN(std::unique_ptr<Part> compiled, compile_part(**body));
      step.bodies.emplace_back(attribute.name, std::move(compiled));
    }
    return {};
  }
  const bool on_device = step.segment.owner == Owner::kDevice;
  (on_device ? counts_.device : counts_.oracle) += nodes.size();
  std::vector<Refusal> refusals;
  Result<std::unique_ptr<Session>> session = (on_device ? *device_ : oracle_).compile(part.view, nodes, &refusals);
  if (session.ok()) {
    step.session = *std::move(session);
    return {};
  }
  const std::string sentence = concat(
      "compile() of ", describe_nodes(part.graph(), nodes), " failed: ", session.status().message(),
      refusals.empty()
          ? ""
          : concat("; refused was ", describe(part.graph(), refusals.front().node), ": ", refusals.front().text));
  if (on_device) return blame(DeviceFault::Call::kCompile, sentence);
  return unimplemented("the oracle: ", sentence);
}

Result<std::vector<Value>> MixedRun::run(std::span<const Value> inputs, int poison, const Observer& observer) {
  fault_.reset();
  poison_ = poison;
  observer_ = &observer;
  return run_part(*main_, inputs, {});
}

// outer: the values of the enclosing graph.
Result<std::vector<Value>> MixedRun::run_part(const Part& part, std::span<const Value> inputs,
                                              std::span<const Value> outer) {
  const Graph& graph = part.graph();
  if (inputs.size() != graph.inputs.size()) {
    return invalid_argument("the graph has ", graph.inputs.size(), " inputs, given are ", inputs.size());
  }
  std::vector<Value> values(graph.num_values());
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (const Tensor* constant = graph.default_value(id)) values[id] = *constant;
    if (graph.value(id).outer != kNoId) values[id] = outer[graph.value(id).outer];
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].kind != ValueKind::kNone) values[graph.inputs[i]] = inputs[i];
  }
  for (const Step& step : part.steps) {
    MORTISE_TRY(step.session != nullptr ? run_session(part, step, values) : run_control_flow(part, step, values));
  }
  std::vector<Value> outputs;
  for (const ValueId id : graph.outputs) outputs.push_back(values[id]);
  return outputs;
}

Status MixedRun::run_session(const Part& part, const Step& step, std::vector<Value>& values) {
  const Border& border = step.session->border();
  std::vector<Value> inputs;
  for (const ValueId id : border.inputs) inputs.push_back(values[id]);
  RunSettings settings{.poison = poison_};
  for (size_t i = 0; i < border.outputs.size(); ++i) {
    const auto shape = part.graph().value(border.outputs[i]).type.static_shape();
    if (shape) settings.shapes[i] = *shape;
  }
  const RunOutcome outcome = step.session->run(inputs, settings);
  if (!outcome.status.ok()) {
    const std::string sentence =
        concat("run() of ", describe_nodes(part.graph(), step.segment.nodes), " failed: ", outcome.status.message());
    if (step.segment.owner == Owner::kDevice) return blame(DeviceFault::Call::kRun, sentence);
    return make_error(outcome.status.code(), "the oracle: ", sentence);
  }
  for (size_t i = 0; i < border.outputs.size(); ++i) values[border.outputs[i]] = outcome.outputs[i];
  if (!*observer_) return {};
  return (*observer_)({part.graph(), step.segment, border, inputs, outcome.outputs});
}

Status MixedRun::run_control_flow(const Part& part, const Step& step, std::vector<Value>& values) {
  const NodeId id = step.segment.nodes.front();
  const Node& node = part.graph().node(id);
  std::vector<Value> inputs;
  for (const ValueId input : node.inputs) inputs.push_back(input == kNoId ? Value() : values[input]);
  const auto run_body = [&](std::string_view attribute, std::span<const Value> given) {
    const auto body = std::find_if(step.bodies.begin(), step.bodies.end(),
                                   [&](const auto& entry) { return entry.first == attribute; });
    return run_part(*body->second, given, values);
  };
  MORTISE_ASSIGN(std::vector<Value> outputs, interpret_control_flow(part.graph(), id, inputs, run_body));
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] != kNoId) values[node.outputs[i]] = std::move(outputs[i]);
  }
  return {};
}

}  // namespace mortise::conformance
