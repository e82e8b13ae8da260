// Session end to end: the example model on the reference and the mock NPU, concurrent runs, limits, wrong input.
#include "mortise/core/session.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <array>
#include <cmath>
#include <memory>
#include <thread>

#include "tests/support/log_lines.h"

namespace mortise {
namespace {

using testing::HasSubstr;

const std::string kSessionModel = std::string(MORTISE_SOURCE_DIR) + "/examples/digits/digits.onnx";

Config npu_config(const std::string& options) {
  const std::string json = R"({"providers": [{"id": "org.mortise.mock-npu", "library": ")" +
                           std::string(MORTISE_MOCK_NPU) + R"(", "options": )" + options + "}]}";
  auto config = Config::parse(json);
  EXPECT_TRUE(config.ok()) << config.status().message();
  return config.ok() ? *config : Config();
}

Tensor image(int seed) {
  std::vector<float> pixels;
  for (int i = 0; i < 64; ++i) pixels.push_back(0.5f + 0.5f * std::sin(static_cast<float>(i * (seed + 3))));
  return Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(pixels));
}

std::vector<float> run(Session& session, const Tensor& input) {
  auto outputs = session.run({{"image", input}});
  EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  if (!outputs.ok()) return {};
  const auto elements = outputs->at("probabilities").tensor.elements<float>();
  return {elements.begin(), elements.end()};
}

TEST(Session, DescribesTheModel) {
  auto session = Session::load(kSessionModel);
  ASSERT_TRUE(session.ok()) << session.status().message();
  ASSERT_EQ(session->inputs().size(), 1u);
  EXPECT_EQ(session->inputs()[0].name, "image");
  EXPECT_EQ(session->inputs()[0].type, "float32[1, 1, 8, 8]");
  EXPECT_EQ(session->outputs()[0].name, "probabilities");
  EXPECT_EQ(session->info().producer_name, "mortise-examples");
}

TEST(Session, GivesProbabilities) {
  auto session = Session::load(kSessionModel);
  ASSERT_TRUE(session.ok()) << session.status().message();
  float sum = 0;
  for (const float p : run(*session, image(1))) sum += p;
  EXPECT_NEAR(sum, 1.0f, 1e-5f);
}

TEST(Session, AgreesBetweenTheMockNpuAndTheReference) {
  auto reference = Session::load(kSessionModel);
  auto npu = Session::load(kSessionModel, npu_config(R"({"precision": "fp32"})"));
  ASSERT_TRUE(reference.ok()) << reference.status().message();
  ASSERT_TRUE(npu.ok()) << npu.status().message();
  for (int seed = 0; seed < 8; ++seed) {
    const std::vector<float> a = run(*reference, image(seed)), b = run(*npu, image(seed));
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5f);
  }
}

TEST(Session, RunsOnSeveralThreadsAtOnce) {
  auto session = Session::load(kSessionModel, npu_config("{}"));
  ASSERT_TRUE(session.ok()) << session.status().message();
  std::vector<std::vector<float>> expected;
  for (int seed = 0; seed < 4; ++seed) expected.push_back(run(*session, image(seed)));
  std::vector<std::thread> threads;
  for (int seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      for (int i = 0; i < 25; ++i) EXPECT_EQ(run(*session, image(seed)), expected[static_cast<size_t>(seed)]);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Session, WritesBoundOutputsInPlace) {
  auto session = Session::load(kSessionModel);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::vector<Value> inputs = {image(2)};
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {1, 10}).value()};
  const void* memory = outputs[0].tensor.raw();
  ASSERT_TRUE(session->run(inputs, outputs).ok());
  EXPECT_EQ(outputs[0].tensor.raw(), memory);
  const std::vector<float> expected = run(*session, image(2));
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), outputs[0].tensor.data<float>()));
}

// A session waits for its next run without the values of the last.
TEST(Session, LetsGoOfInputsWhenARunEnds) {
  auto session = Session::load(kSessionModel);
  ASSERT_TRUE(session.ok()) << session.status().message();
  auto pixels = std::make_shared<std::array<float, 64>>();
  const std::weak_ptr<void> kept = pixels;
  {
    float* data = pixels->data();
    run(*session, Tensor::view(DType::kF32, {1, 1, 8, 8}, data, std::move(pixels)));
  }
  EXPECT_TRUE(kept.expired());
}

TEST(Session, SaysWhatAnInputShouldBe) {
  auto session = Session::load(kSessionModel);
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_THAT(session->run({{"picture", image(0)}}).status().message(),
              HasSubstr("has no input 'picture'; it has 'image'"));
  EXPECT_THAT(session->run(std::map<std::string, Value>{}).status().message(),
              HasSubstr("needs input 'image' (float32[1, 1, 8, 8])"));
  EXPECT_THAT(session->run({{"image", Tensor::of<float>({2}, {1, 2})}}).status().message(),
              HasSubstr("input 'image' is float32[1, 1, 8, 8], but float32[2] was given"));
}

TEST(Session, StopsWhenCancelledOrLate) {
  auto session = Session::load(kSessionModel);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::vector<Value> inputs = {image(0)};
  std::vector<Value> outputs(1);
  const std::atomic<bool> cancel = true;
  EXPECT_EQ(session->run(inputs, outputs, {.cancel = &cancel}).code(), StatusCode::kCancelled);
  EXPECT_EQ(session->run(inputs, outputs, {.deadline = std::chrono::nanoseconds(1)}).code(),
            StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(session->run(inputs, outputs).ok());
}

TEST(Session, FallsBackWhenAPluginIsMissing) {
  Config config;
  config.providers.push_back({.id = "org.example.missing", .library = "/nowhere/libmissing.so"});
  test::LogLines log;
  auto session = Session::load(LoadInput{.path = kSessionModel, .config = config, .log_sink = log.sink()});
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_THAT(log.lines(), testing::ElementsAre(HasSubstr("/nowhere/libmissing.so")));
  EXPECT_THAT(session->providers()[0].problem, HasSubstr("/nowhere/libmissing.so"));
  EXPECT_EQ(run(*session, image(0)).size(), 10u);

  config.providers[0].on_failure = OnFailure::kError;
  EXPECT_THAT(Session::load(kSessionModel, config).status().message(), HasSubstr("/nowhere/libmissing.so"));
}

TEST(Session, GivesRefusedNodesToTheReference) {
  test::LogLines log;
  auto session = Session::load(
      LoadInput{.path = kSessionModel, .config = npu_config(R"({"fail_compile_on": "Conv"})"), .log_sink = log.sink()});
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_FALSE(log.lines().empty());
  EXPECT_EQ(run(*session, image(0)).size(), 10u);
}

TEST(Session, RepeatsARunThatFailsForAPassingReason) {
  auto session = Session::load(LoadInput{.path = kSessionModel,
                                         .config = npu_config(R"({"transient_at": 1})"),
                                         .log_sink = [](Severity, std::string_view) {}});
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_EQ(run(*session, image(0)).size(), 10u);
}

TEST(Session, GoesOnWithoutAProviderThatFails) {
  auto reference = Session::load(kSessionModel);
  ASSERT_TRUE(reference.ok());
  for (const char* fault :
       {R"({"device_lost_at": 2, "precision": "fp32"})", R"({"fail_run_at": 3, "precision": "fp32"})"}) {
    test::LogLines log;
    auto session = Session::load(LoadInput{.path = kSessionModel, .config = npu_config(fault), .log_sink = log.sink()});
    ASSERT_TRUE(session.ok()) << session.status().message();
    for (int seed = 0; seed < 4; ++seed) {
      const std::vector<float> expected = run(*reference, image(seed)), actual = run(*session, image(seed));
      ASSERT_EQ(actual.size(), expected.size());
      for (size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-5f);
    }
    EXPECT_THAT(log.lines(), testing::ElementsAre(HasSubstr("is given no more work"))) << fault;
  }
}

TEST(Session, NamesTheNodesWhenAFailureIsAnError) {
  Config config = npu_config(R"({"device_lost_at": 1})");
  config.providers[0].on_failure = OnFailure::kError;
  auto session = Session::load(kSessionModel, config);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Status status = session->run({{"image", image(0)}}).status();
  EXPECT_EQ(status.code(), StatusCode::kDeviceLost);
  EXPECT_THAT(status.message(), HasSubstr("node 'conv1' (Conv)"));
}

TEST(Session, KeepsConstantsAndInputsFromWritersOfItsOutputs) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::TensorProto& constant = *graph.add_initializer();
  constant.set_name("constant");
  constant.set_data_type(onnx::TensorProto::FLOAT);
  constant.add_dims(2);
  constant.add_float_data(1);
  constant.add_float_data(2);
  for (const char* name : {"x", "constant"}) {
    onnx::TypeProto::Tensor type;
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_value(2);
    if (*name == 'x') {
      onnx::ValueInfoProto& input = *graph.add_input();
      input.set_name(name);
      *input.mutable_type()->mutable_tensor_type() = type;
    }
    onnx::ValueInfoProto& output = *graph.add_output();
    output.set_name(name);
    *output.mutable_type()->mutable_tensor_type() = type;
  }
  const std::string bytes = model.SerializeAsString();
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Tensor x = Tensor::of<float>({2}, {5, 6});
  for (int i = 0; i < 2; ++i) {
    auto outputs = session->run({{"x", x}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    for (const auto& [name, first] : {std::pair{"x", 5.0f}, std::pair{"constant", 1.0f}}) {
      float* data = outputs->at(name).tensor.data<float>();
      EXPECT_EQ(data[0], first);
      data[0] = -1;
    }
  }
}

TEST(Session, HoldsRequireRules) {
  Config config = npu_config("{}");
  config.require.push_back({.provider = "org.mortise.mock-npu", .op = "Softmax"});
  EXPECT_THAT(Session::load(kSessionModel, config).status().message(), HasSubstr("softmax"));
}

}  // namespace
}  // namespace mortise
