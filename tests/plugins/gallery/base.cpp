#include "base.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "mortise/sdk/options.h"
#include "mortise/sdk/provider.h"

namespace gallery {

namespace {

constexpr char kOptions[] = R"({"type": "object", "additionalProperties": false, "properties": {
  "threads": {"type": "integer", "minimum": 1, "maximum": 8, "default": 1},
  "mode": {"type": "string", "enum": ["plain", "careful"], "default": "plain"},
  "checks": {"type": "boolean", "default": true}}})";

constexpr mortise_provider_factory_t kFactory = {
    .count = [](const mortise_provider_factory_t*) { return the_plugin().count(); },
    .descriptor = [](const mortise_provider_factory_t*, uint32_t index) { return the_plugin().descriptor(index); },
    .create = [](const mortise_provider_factory_t*, const mortise_host_t* host, const char* id, const char* options,
                 const mortise_provider_t** provider,
                 mortise_error_t* error) { return the_plugin().create(host, id, options, provider, error); }};

mortise_provider_t provider_table(Provider& provider) {
  return {
      .descriptor = the_plugin().instance_descriptor(),
      .provider_data = &provider,
      .open = [](const mortise_provider_t* self, mortise_error_t* error) { return the_plugin().open(of(self), error); },
      .close = [](const mortise_provider_t* self) { the_plugin().close(of(self)); },
      .destroy = [](const mortise_provider_t* self) { the_plugin().destroy(of(self)); },
      .describe = [](const mortise_provider_t* self, char* buffer,
                     uint64_t size) { the_plugin().describe(of(self), buffer, size); },
      .claim = [](const mortise_provider_t* self, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                  mortise_error_t* error) { return the_plugin().claim(of(self), graph, sink, error); },
      .compile = [](const mortise_provider_t* self, const mortise_compile_request_t* request,
                    const mortise_session_t** session,
                    mortise_error_t* error) { return the_plugin().compile(of(self), request, session, error); },
      .get_extension = [](const mortise_provider_t* self,
                          const char* id) { return the_plugin().get_extension(of(self), id); }};
}

mortise_session_t session_table(Session& session) {
  return {.provider_data = &session,
          .run = [](const mortise_session_t* self, const mortise_run_args_t* args,
                    mortise_error_t* error) { return the_plugin().run(of(self), args, error); },
          .destroy = [](const mortise_session_t* self) { the_plugin().destroy(of(self)); }};
}

// The tensor of a record, in memory that the host can address.
Tensor view_of(const mortise_tensor_t& record) {
  mortise_tensor_t moved = record;
  if (moved.data != nullptr) moved.data = static_cast<char*>(moved.data) + record.byte_offset;
  return Tensor::view(moved);
}

Status require_opened(const Provider& provider) {
  if (provider.opened) return {};
  return make_error(StatusCode::kFailedPrecondition, "the provider is not open: open() comes first");
}

}  // namespace

const mortise_provider_descriptor_t kDescriptor = {
    .id = "org.mortise.gallery",
    .name = "Gallery",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "A small correct provider, of which one rule may be broken.",
    .options_schema = kOptions,
    .concurrency = MORTISE_CONCURRENCY_REENTRANT,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS,
};

bool is_sum_of_integers(const sdk::NodeView& node) {
  return node.op_type() == "Add" && sdk::ValueView(node.graph(), node.inputs()[0]).dtype() == DType::kI32;
}

bool has_eight_outputs(const sdk::GraphView& graph) { return graph.num_nodes() == 8 && graph.outputs().size() == 8; }

bool is_without_device() {
  const char* drivers = std::getenv("VK_DRIVER_FILES");
  return drivers != nullptr && std::string_view(drivers) == "/nonexistent";
}

const void* Plugin::get_factory(std::string_view id) {
  if (id == MORTISE_FACTORY_PROVIDER) return &kFactory;
  no_such_factory();
  return nullptr;
}

Result<std::string> Plugin::read_options(std::string_view options) {
  try {
    return sdk::read_options<nlohmann::json>("gallery", self.options_schema, options).dump();
  } catch (const std::invalid_argument& e) {
    return invalid_argument(e.what());
  }
}

mortise_status Plugin::create(const mortise_host_t* host, std::string_view id, const char* options,
                              const mortise_provider_t** provider, mortise_error_t* error) {
  *provider = nullptr;
  if (id != self.id) {
    return sdk::report(make_error(StatusCode::kNotFound, "this plugin has no provider '", id, "'"), error);
  }
  const Result<std::string> read = read_options(options);
  if (!read.ok()) return sdk::report(read.status(), error);
  Result<std::unique_ptr<Provider>> made = make_provider(host, *read);
  if (!made.ok()) return sdk::report(made.status(), error);
  (*made)->abi = provider_table(**made);
  *provider = &made->release()->abi;
  return MORTISE_OK;
}

Result<std::unique_ptr<Provider>> Plugin::make_provider(const mortise_host_t* host, const std::string& options) {
  auto made = std::make_unique<Provider>(host);
  made->options = options;
  return made;
}

void Plugin::describe(Provider&, char* buffer, uint64_t size) {
  if (size == 0) return;
  const std::string_view text = std::string_view("plain loops on the host").substr(0, size - 1);
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
}

mortise_status Plugin::claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                             mortise_error_t* error) {
  if (const Status opened = require_opened(provider); !opened.ok()) return sdk::report(opened, error);
  sdk::ClaimSink answers(sink);
  const auto ask = [&](const sdk::NodeView& node, mortise_estimate_t&) { return judge_claim(node); };
  return sdk::report(sdk::claim_each(sdk::GraphView(graph), answers, ask), error);
}

std::optional<sdk::Refusal> Plugin::judge(const sdk::NodeView& node) {
  static const std::map<std::string_view, int32_t> kSince = {
      {"Add", 7}, {"Neg", 6}, {"Pad", 13}, {"Relu", 6}, {"Softmax", 13}};
  const auto since = kSince.find(node.op_type());
  if (!node.domain().empty() || since == kSince.end()) return sdk::Refusal{MORTISE_REFUSAL_OP, "another operator"};
  if (node.since_version() < since->second) return sdk::Refusal{MORTISE_REFUSAL_OPSET, "an old form of the operator"};
  const DType dtype = sdk::ValueView(node.graph(), node.inputs()[0]).dtype();
  if (dtype != DType::kF32 && (dtype != DType::kI32 || node.op_type() == "Softmax")) {
    return sdk::Refusal{MORTISE_REFUSAL_DTYPE, "another element type"};
  }
  if (node.op_type() == "Pad" && node.get_string("mode", "constant") != "constant") {
    return sdk::Refusal{MORTISE_REFUSAL_ATTRIBUTE, "mode is not 'constant'"};
  }
  return std::nullopt;
}

mortise_status Plugin::compile(Provider& provider, const mortise_compile_request_t* request,
                               const mortise_session_t** session, mortise_error_t* error) {
  *session = nullptr;
  if (const Status opened = require_opened(provider); !opened.ok()) return sdk::report(opened, error);
  Result<std::unique_ptr<Session>> made = make_session(provider, sdk::CompileRequest(request));
  if (!made.ok()) return sdk::report(made.status(), error);
  (*made)->abi = session_table(**made);
  *session = &made->release()->abi;
  return MORTISE_OK;
}

Result<std::unique_ptr<Session>> Plugin::make_session(Provider& provider, const sdk::CompileRequest& request) {
  auto session = std::make_unique<Session>(provider);
  session->inputs.assign(request.inputs().begin(), request.inputs().end());
  session->outputs.assign(request.outputs().begin(), request.outputs().end());
  for (const sdk::NodeId id : request.nodes()) {
    if (const auto refusal = judge(request.graph().node(id))) return request.refuse(id, *refusal);
    session->steps.push_back(read_step(request.graph(), id));
    for (const uint32_t value : session->steps.back().inputs) {
      if (value == sdk::kNoId || !request.graph().value(value).is_constant()) continue;
      session->constants.emplace(value, Tensor::view(request.graph().value(value).constant().raw()));
    }
  }
  return session;
}

mortise_status Plugin::run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) {
  return sdk::report(run_steps(session, sdk::RunArgs(args)), error);
}

mortise_status Plugin::run_to_the_end(Session& session, const mortise_run_args_t* args, mortise_error_t* error) {
  mortise_run_context_t deaf = *args->context;
  deaf.is_cancelled = [](const mortise_run_context_t*) { return false; };
  mortise_run_args_t changed = *args;
  changed.context = &deaf;
  return Plugin::run(session, &changed, error);
}

Status Plugin::cancelled_after(size_t) { return make_error(StatusCode::kCancelled, "the run was cancelled"); }

Status Plugin::run_steps(Session& session, const sdk::RunArgs& args) {
  std::map<uint32_t, Tensor> values = session.constants;
  for (uint64_t i = 0; i < args.num_inputs(); ++i) {
    if (!args.input(i).absent()) values.insert_or_assign(session.inputs[i], view_of(args.input(i).raw()));
  }
  for (size_t done = 0; done < session.steps.size(); ++done) {
    if (args.cancelled()) return cancelled_after(done);
    const Step& step = session.steps[done];
    std::vector<Tensor> inputs;
    for (const uint32_t value : step.inputs) inputs.push_back(value == sdk::kNoId ? Tensor() : values[value]);
    MORTISE_ASSIGN(const Shape shape, shape_of(step, inputs));
    const auto found = std::find(session.outputs.begin(), session.outputs.end(), step.output);
    const auto index = static_cast<uint64_t>(found - session.outputs.begin());
    Tensor& output = values[step.output];
    if (found != session.outputs.end() && !args.output(index).absent()) {
      MORTISE_ASSIGN(const mortise_tensor_t given, args.output(index, shape));
      output = view_of(given);
    } else {
      MORTISE_ASSIGN(output, session.provider.host.allocate(step.dtype, shape));
    }
    MORTISE_TRY(compute(step, inputs, output));
  }
  return {};
}

Result<Shape> Plugin::shape_of(const Step& step, std::span<const Tensor> inputs) {
  return gallery::shape_of(step, inputs);
}

Status Plugin::compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) {
  gallery::compute(step, inputs, output);
  spoil(step, inputs, output);
  return {};
}

}  // namespace gallery
