// Operators that a provider brings: in an application, in every place where types are known, and in error sentences.
#include <gmock/gmock.h>

#include "core/host/host_context.h"
#include "core/infer/custom_operators.h"
#include "examples/custom_operators/operators.h"
#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string model(const std::string& graph, int version = 1) {
  const std::string text =
      concat("<ir_version: 8, opset_import: [\"\" : 17, \"com.example\" : ", version, "]>\n", graph);
  onnx::ModelProto proto;
  onnx::OnnxParser parser(text.c_str());
  if (const auto status = parser.Parse(proto); !status.IsOK()) throw std::invalid_argument(status.ErrorMessage());
  return proto.SerializeAsString();
}

Result<Session> load(const std::string& bytes, Config config = {}) {
  LoadInput input;
  input.bytes = std::as_bytes(std::span(bytes));
  input.config = std::move(config);
  input.plugins = {&sdk::Plugin<example::Operators>::kEntry};
  return Session::load(std::move(input));
}

std::vector<float> run(Session& session, const Shape& shape, std::vector<float> x) {
  auto outputs = session.run({{"x", Tensor::of<float>(shape, std::span<const float>(x))}});
  if (!outputs.ok()) throw std::runtime_error(outputs.status().message());
  const auto y = outputs->at("y").tensor.elements<float>();
  return {y.begin(), y.end()};
}

TEST(CustomOperators, RunAmongTheStandards) {
  auto session =
      load(model("g (float[1, 4] x) => (float[1, 1] y) {"
                 " a = Neg(x) b = com.example.Clamp<limit: float = 2.0>(a) c = com.example.Pairs(b)"
                 " d = com.example.Pairs(c) y = Neg(d) }"));
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_THAT(run(*session, {1, 4}, {0.5f, 7, -9, 1}), ElementsAre(1.5f));
  const Placement placement = session->placement();
  EXPECT_EQ(placement.providers[0].id, "com.example.operators");
  EXPECT_EQ(placement.providers[0].nodes, 3u);
}

TEST(CustomOperators, HaveTypesBeforeTheRun) {
  auto session = load(model("g (float[batch, 6] x) => (float[m, k] y) { y = com.example.Pairs(x) }"));
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_EQ(session->outputs()[0].type, "float32[batch, 3]");
  // Memory for outputs follows the shapes at hand, without a run's help.
  EXPECT_THAT(run(*session, {1, 6}, {1, 2, 3, 4, 5, 6}), ElementsAre(3, 7, 11));
  EXPECT_THAT(run(*session, {2, 6}, {1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 1, 1}), ElementsAre(3, 7, 11, 0, 0, 2));
}

TEST(CustomOperators, RunOnShapesThatOnlyTheRunKnows) {
  auto session =
      load(model("g (float[n] x) => (float[m] y) {"
                 " i = NonZero(x) j = Squeeze(i) a = Gather(x, j) b = com.example.Pairs(a)"
                 " y = com.example.Clamp(b) }"));
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_THAT(run(*session, {6}, {0, 0.25f, 0.5f, 0, 3, 4}), ElementsAre(0.75f, 1));
  EXPECT_THAT(run(*session, {2}, {0, 0}), IsEmpty());
  auto odd = session->run({{"x", Tensor::of<float>({3}, {1, 2, 3})}});
  EXPECT_THAT(odd.status().message(), HasSubstr("no even last extent"));
  EXPECT_THAT(run(*session, {2}, {1, 2}), ElementsAre(1));  // the bad input has cost nobody the work
}

TEST(CustomOperators, RunInBodies) {
  auto session =
      load(model("g (float[2] x) => (float[2] y) {"
                 " yes = Constant<value = bool {1}>()"
                 " y = If (yes) <then_branch = a () => (float[2] t) { t = com.example.Clamp(x) },"
                 "               else_branch = b () => (float[2] e) { e = Neg(x) }> }"));
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_THAT(run(*session, {2}, {5, -0.5f}), ElementsAre(1, -0.5f));
}

TEST(CustomOperators, AreCheckedAtLoad) {
  const auto fault = [](const std::string& node, int version = 1) {
    return load(model("g (float[1, 3] x) => (float[m, k] y) { " + node + " }", version)).status().message();
  };
  EXPECT_THAT(fault("y = com.example.Pairs(x)"), AllOf(HasSubstr("Pairs"), HasSubstr("is 3; it must be even")));
  EXPECT_THAT(fault("y = com.example.Clamp(x, x)"), HasSubstr("it has 2 inputs"));
  EXPECT_THAT(fault("y = com.example.Clamp<limit: int = 2>(x)"), HasSubstr("must be of the type float"));
  EXPECT_THAT(fault("y = com.example.Clamp<bound: float = 2.0>(x)"), HasSubstr("'bound'"));
  EXPECT_THAT(fault("h = Cast<to = 10>(x) y = com.example.Clamp(h)"), HasSubstr("float16"));
  EXPECT_THAT(fault("y = com.example.Clamp<limit: float = -1.0>(x)"), HasSubstr("must not be negative"));
  EXPECT_THAT(fault("a = com.example.Absent(x) y = com.example.Missing(a)"),
              AllOf(HasSubstr("Absent"), HasSubstr("Missing"), HasSubstr("no operator com.example")));
}

TEST(CustomOperators, CanBeConfigured) {
  Config config;
  config.providers.push_back({.id = "com.example.operators", .options = R"({"speed": 11})"});
  EXPECT_THAT(load(model("g (float[2] x) => (float[2] y) { y = com.example.Clamp(x) }"), config).status().message(),
              HasSubstr("speed"));
}

// --- Definitions that are wrong, and parameters of every kind

class Lambda : public sdk::Kernel {
 public:
  using Function = Status (*)(const sdk::KernelArgs&);
  explicit Lambda(Function function) : function_(function) {}
  Status run(const sdk::KernelArgs& args) const override { return function_(args); }

 private:
  Function function_;
};

template <Lambda::Function kFunction>
Result<std::unique_ptr<sdk::Kernel>> kernel_of(const sdk::NodeView&) {
  return std::unique_ptr<sdk::Kernel>(std::make_unique<Lambda>(kFunction));
}
Result<std::unique_ptr<sdk::Kernel>> no_kernel(const sdk::NodeView&) { return std::unique_ptr<sdk::Kernel>(); }

// Y = X times the first element of W, or 1; Count = the elements of X.
Status weigh(const sdk::KernelArgs& args) {
  const auto x = args.input(0);
  const float w = args.has_input(1) ? args.input(1).data<const float>()[0] : 1;
  if (args.has_input(1) && args.input(1).dims().size() != 1) return invalid_argument("W is no list");
  MORTISE_ASSIGN(const mortise_tensor_t y, args.output(0, x.dims()));
  for (size_t i = 0; i < x.data<const float>().size(); ++i) {
    static_cast<float*>(y.data)[i] = w * x.data<const float>()[i];
  }
  if (!args.has_output(1)) return {};
  MORTISE_ASSIGN(const mortise_tensor_t count, args.output(1, {}));
  *static_cast<int64_t*>(count.data) = x.num_elements();
  return {};
}
Status forget(const sdk::KernelArgs&) { return {}; }
Status throw_it(const sdk::KernelArgs&) { throw std::runtime_error("the kernel is lost"); }

constexpr mortise_operator_t schema(const char* name, const char* inputs, const char* outputs) {
  return {.domain = "com.test",
          .op_type = name,
          .inputs = inputs,
          .outputs = outputs,
          .attributes = "",
          .since_version = 1,
          .reserved = 0};
}
Status infer_int64(const sdk::NodeView&, sdk::InferSink& sink) { return sink.set_tensor(0, DType::kI64, {}); }
Status infer_negative(const sdk::NodeView&, sdk::InferSink& sink) {
  const mortise_dim_t dim = {-5, nullptr};
  return sink.set_tensor(0, DType::kF32, std::span(&dim, 1));
}

constexpr sdk::OperatorDefinition kTested[] = {
    {schema("Lie", "X:float32", "Y:float32"), infer_int64, kernel_of<forget>},
    {schema("Slip", "X:float32", "Y:float32"), infer_negative, kernel_of<forget>},
    {schema("Weigh", "X:float32 W:float32?", "Y:float32 Count:int64?"), nullptr, kernel_of<weigh>},
    {schema("Forget", "X:float32", "Y:float32"), nullptr, kernel_of<forget>},
    {schema("Throw", "X:float32", "Y:float32"), nullptr, kernel_of<throw_it>},
    {schema("Hollow", "X:float32", "Y:float32"), nullptr, nullptr},
    {schema("Empty", "X:float32", "Y:float32"), nullptr, no_kernel},
};

class Tested : public sdk::OperatorLibrary {
 public:
  static constexpr mortise_provider_descriptor_t kDescriptor = {.id = "com.test.operators",
                                                                .name = "Test operators",
                                                                .vendor = "Test",
                                                                .version = "1.0.0",
                                                                .description = "Good and bad definitions",
                                                                .options_schema = "{}",
                                                                .concurrency = MORTISE_CONCURRENCY_REENTRANT,
                                                                .determinism = MORTISE_DETERMINISM_ANY_THREADS,
                                                                .numerics = 0,
                                                                .reserved = 0};
  Tested(const sdk::Host& host, std::string_view options) : OperatorLibrary(host, kTested, options) {}
};

Result<Session> load_tested(const std::string& nodes) {
  const std::string text = "<ir_version: 8, opset_import: [\"\" : 17, \"com.test\" : 1]> g (float[2] x) => " + nodes;
  onnx::ModelProto proto;
  onnx::OnnxParser parser(text.c_str());
  if (const auto status = parser.Parse(proto); !status.IsOK()) throw std::invalid_argument(status.ErrorMessage());
  const std::string bytes = proto.SerializeAsString();
  LoadInput input;
  input.bytes = std::as_bytes(std::span(bytes));
  input.plugins = {&sdk::Plugin<Tested>::kEntry};
  input.log_sink = [](Severity, std::string_view) {};
  return Session::load(std::move(input));
}

TEST(CustomOperators, HaveNoOptions) {
  HostContext host;
  const mortise_provider_t* provider = nullptr;
  mortise_error_t error{};
  const char* id = Tested::kDescriptor.id;
  EXPECT_EQ(sdk::Plugin<Tested>::create(nullptr, host.abi(), id, R"({"no-such-option": 1})", &provider, &error),
            MORTISE_INVALID_ARGUMENT);
  EXPECT_THAT(error.message, HasSubstr("has no options"));
  EXPECT_EQ(provider, nullptr);
}

TEST(CustomOperators, TakeConstantsAndLeaveOutWhatIsOptional) {
  auto session = load_tested(
      "(float[2] y, int64 n) { w = Constant<value = float[1] {3}>() a = com.test.Weigh(x, w) "
      "y, n = com.test.Weigh(a) }");
  ASSERT_TRUE(session.ok()) << session.status().message();
  for (int run = 0; run < 2; ++run) {
    auto outputs = session->run({{"x", Tensor::of<float>({2}, {1, -2})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_THAT(outputs->at("y").tensor.elements<float>(), ElementsAre(3, -6));
    EXPECT_THAT(outputs->at("n").tensor.elements<int64_t>(), ElementsAre(2));
  }
}

TEST(CustomOperators, ThatAreDefinedWrongAreNamed) {
  const auto fault = [](const std::string& op) {
    auto session = load_tested("(float[2] y) { y = com.test." + op + "(x) }");
    if (!session.ok()) return std::string(session.status().message());
    return std::string(session->run({{"x", Tensor::of<float>({2}, {1, 2})}}).status().message());
  };
  EXPECT_THAT(fault("Lie"), AllOf(HasSubstr("Lie"), HasSubstr("the provider's infer() gives output 0"),
                                  HasSubstr("int64[], but the operator's form says float32")));
  EXPECT_THAT(fault("Slip"), AllOf(HasSubstr("Slip"), HasSubstr("an extent is -5")));
  EXPECT_THAT(fault("Forget"), AllOf(HasSubstr("Forget"), HasSubstr("the kernel gave no output 0")));
  EXPECT_THAT(fault("Throw"), AllOf(HasSubstr("Throw"), HasSubstr("the kernel is lost")));
  EXPECT_THAT(fault("Hollow"), AllOf(HasSubstr("Hollow"), HasSubstr("its definition has no make_kernel")));
  EXPECT_THAT(fault("Empty"), AllOf(HasSubstr("Empty"), HasSubstr("made no kernel")));
}

// --- The forms themselves

mortise_operator_t form(const char* inputs, const char* attributes = "", int32_t version = 1,
                        const char* domain = "com.example") {
  return {.domain = domain,
          .op_type = "Op",
          .inputs = inputs,
          .outputs = "Y:T",
          .attributes = attributes,
          .since_version = version,
          .reserved = 0};
}

TEST(CustomOperators, AreRefusedWhereTheirFormIsWrong) {
  const auto fault = [](const mortise_operator_t& op) {
    infer::CustomOperators custom;
    const Status status = custom.add(op, {});
    EXPECT_EQ(custom.find("com.example", "Op") != nullptr, status.ok());
    return std::string(status.message());
  };
  EXPECT_EQ(fault(form("X:T scale:float32? rest:T*", "factor:float! mode:string(a,b) axis:int(0..3)")), "");
  EXPECT_THAT(fault(form("X")), HasSubstr("no element type"));
  EXPECT_THAT(fault(form(":T")), HasSubstr("name:type"));
  EXPECT_THAT(fault(form("X:int32|float33|bool")), HasSubstr("'float33' is no element type"));
  EXPECT_THAT(fault(form("X:seq(T")), HasSubstr("no ')'"));
  EXPECT_THAT(fault(form("X:T* Y:T")), HasSubstr("not the last"));
  EXPECT_THAT(fault(form("A:A B:B C:C D:D E:E F:F G:G H:H")), HasSubstr("type variables"));
  EXPECT_THAT(fault(form("X:T", "factor")), HasSubstr("attribute 'factor'"));
  EXPECT_THAT(fault(form("X:T", "axis:int(a..3)")), HasSubstr("attribute 'axis:int(a..3)'"));
  EXPECT_THAT(fault(form("X:T", "factor:number")), HasSubstr("attribute 'factor:number'"));
  EXPECT_THAT(fault(form("X:T", "", 0)), HasSubstr("versions begin at 1"));
  EXPECT_THAT(fault(form("X:T", "", 1, "ai.onnx.ml")), HasSubstr("ONNX's"));
  EXPECT_THAT(fault(form("X:T", "", 1, nullptr)), HasSubstr("ONNX's"));
}

TEST(CustomOperators, OfSeveralProvidersStandTogether) {
  infer::CustomOperators custom, second;
  ASSERT_TRUE(custom.add(form("X:T", "", 2), {}).ok());
  ASSERT_TRUE(second.add(form("A:T B:T", "", 2), {}).ok());
  ASSERT_TRUE(second.add(form("X:T Y:T", "", 5), {}).ok());
  custom.merge(std::move(second));
  const infer::Operator* op = custom.find("com.example", "Op");
  ASSERT_NE(op, nullptr);
  EXPECT_EQ(op->signature(2)->inputs.size(), 1u);
  EXPECT_EQ(op->signature(5)->inputs.size(), 2u);
}

TEST(CustomOperators, HaveTheFormOfTheModelsOpset) {
  infer::CustomOperators custom;
  ASSERT_TRUE(custom.add(form("X:T", "", 2), {}).ok());
  ASSERT_TRUE(custom.add(form("X:T Y:T", "", 5), {}).ok());
  const auto version = [&](int32_t opset) {
    Graph graph(std::make_shared<StringTable>());
    Node node{.op_type = graph.intern("Op"), .domain = graph.intern("com.example"), .since_version = opset};
    node.outputs.push_back(graph.add_value(graph.intern("y")));
    graph.outputs.push_back(node.outputs[0]);
    graph.output_names.push_back(graph.intern("y"));
    graph.add_node(std::move(node));
    EXPECT_TRUE(graph.finalize().ok());
    const Status status = custom.set_versions(graph);
    return status.ok() ? std::to_string(graph.node(0).since_version) : std::string(status.message());
  };
  EXPECT_EQ(version(2), "2");
  EXPECT_EQ(version(4), "2");
  EXPECT_EQ(version(9), "5");
  EXPECT_THAT(version(1), HasSubstr("exists from version 2"));
}

}  // namespace
}  // namespace mortise
