// Memory of devices: what is copied, and that what the host can reach is not.
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <optional>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

using testing::HasSubstr;

struct Loaded {
  std::vector<std::string> log;
  std::optional<Session> session;
};

std::unique_ptr<Loaded> load(const std::string& graph, const std::string& options) {
  auto config = Config::parse(R"({"providers": [{"id": "org.mortise.test.shared", "library": ")" +
                              std::string(MORTISE_SHARED_MEMORY) + R"(", "options": )" + options + "}]}");
  if (!config.ok()) throw std::invalid_argument(config.status().message());
  config->session.enable.emplace();  // the graph as it is written
  const std::string bytes = test::model_bytes(graph);
  auto loaded = std::make_unique<Loaded>();
  auto session = Session::load(
      LoadInput{.bytes = std::as_bytes(std::span(bytes)),
                .config = *config,
                .log_sink = [log = &loaded->log](Severity, std::string_view text) { log->emplace_back(text); }});
  if (!session.ok()) throw std::invalid_argument(session.status().message());
  loaded->session = std::move(*session);
  return loaded;
}

struct Copies {
  int in = 0, out = 0;
  friend bool operator==(const Copies&, const Copies&) = default;
};

// Runs y = f(x) for several inputs and returns the copies of the last run.
Copies copies_of(Session& session, float (*f)(float)) {
  Copies copies;
  for (const float first : {1.0f, -2.0f, 3.0f}) {
    Trace trace;
    auto outputs = session.run({{"x", Tensor::of<float>({2}, {first, 5})}}, {.trace = &trace});
    if (!outputs.ok()) {
      ADD_FAILURE() << outputs.status().message();
      return {};
    }
    EXPECT_THAT(outputs->at("y").tensor.elements<float>(), testing::ElementsAre(f(first), f(5)));
    copies = {};
    for (const TraceEvent& event : trace.events) {
      copies.in += event.kind == TraceKind::kCopyIn;
      copies.out += event.kind == TraceKind::kCopyOut;
    }
  }
  return copies;
}

// Segments of the reference provider and of the device in turn.
constexpr const char* kSandwich = R"(g (float[2] x) => (float[2] y) {
  a = Abs(x)
  b = Neg(a)
  c = Abs(b)
  d = Neg(c)
  y = Exp(d)
})";
float sandwich(float x) { return std::exp(-std::fabs(x)); }

TEST(DeviceMemory, IsCopiedToAndFromWhereTheHostCannotReachIt) {
  const auto loaded = load(kSandwich, R"({"visible": false})");
  EXPECT_EQ(copies_of(*loaded->session, sandwich), (Copies{2, 2}));
}

TEST(DeviceMemory, IsNotCopiedWhereTheHostReachesIt) {
  const auto loaded = load(kSandwich, R"({"visible": true})");
  EXPECT_EQ(copies_of(*loaded->session, sandwich), (Copies{0, 0}));
}

TEST(DeviceMemory, IsCopiedForTheApplication) {
  const auto loaded = load("g (float[2] x) => (float[2] y) { y = Neg(x) }", R"({"visible": true})");
  EXPECT_EQ(copies_of(*loaded->session, [](float x) { return -x; }), (Copies{1, 1}));
}

TEST(DeviceMemory, ServesReadersOnBothSides) {
  const auto loaded = load(R"(g (float[2] x) => (float[2] y) {
    a = Abs(x)
    b = Neg(a)
    c = Add(a, b)
    y = Add(c, b)
  })",
                           R"({"visible": true})");
  EXPECT_EQ(copies_of(*loaded->session, [](float x) { return -std::fabs(x); }), (Copies{0, 0}));
}

// `v` goes from one segment of the device to the next one and never to the host.
TEST(DeviceMemory, StaysThereBetweenSegmentsOfTheDevice) {
  for (const char* options : {R"({"visible": true})", R"({"visible": false})"}) {
    const auto loaded = load(R"(g (float[2] x) => (float[2] y) {
      a = Abs(x)
      u = Neg(a)
      v = Neg(u)
      t = Neg(v)
      w = Exp(t)
      s = Sum(v, w)
      y = Abs(s)
    })",
                             options);
    const int copies = std::string_view(options).find("true") != std::string_view::npos ? 0 : 2;
    EXPECT_EQ(copies_of(*loaded->session, [](float x) { return std::fabs(x) + std::exp(-std::fabs(x)); }),
              (Copies{copies, copies}));
    EXPECT_THAT(loaded->log, testing::IsEmpty());
    EXPECT_EQ(loaded->session->placement().providers[0].segments, 2u);
  }
}

TEST(DeviceMemory, WorksWithShapesKnownOnlyInTheRun) {
  const auto loaded = load(R"(g (float[n] x) => (float[m] y) {
    a = Abs(x)
    b = Neg(a)
    z = NonZero(b)
    s = Squeeze(z)
    f = Cast <to = 1> (s)
    n0 = Neg(f)
    y = Abs(n0)
  })",
                           R"({"visible": true})");
  for (const auto& values : {std::vector<float>{0, 1, 2}, {3, 0}, {0, 0, 5, 6, 7}}) {
    auto outputs = loaded->session->run(
        {{"x", Tensor::of<float>({static_cast<int64_t>(values.size())}, std::span<const float>(values))}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    std::vector<float> expected;
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] != 0) expected.push_back(static_cast<float>(i));
    }
    EXPECT_THAT(outputs->at("y").tensor.elements<float>(), testing::ElementsAreArray(expected));
  }
}

TEST(DeviceMemory, ThatIsFullSendsTheDevicesNodesElsewhere) {
  const auto loaded = load(R"(g (float[2] x) => (float[2] y) {
    a = Abs(x)
    b = Neg(a)
    y = Exp(b)
  })",
                           R"({"full": true})");
  copies_of(*loaded->session, [](float x) { return std::exp(-std::fabs(x)); });
  EXPECT_THAT(to_json(loaded->session->placement()), HasSubstr("the device is full"));
}

TEST(DeviceMemory, OfAKindThatIsNotListedIsRefusedAtCompile) {
  const auto loaded = load("g (float[2] x) => (float[2] y) { y = Neg(x) }", R"({"unlisted": true})");
  EXPECT_THAT(loaded->log, testing::Contains(HasSubstr("wants memory of kind 7, which the provider does not list")));
  copies_of(*loaded->session, [](float x) { return -x; });
}

}  // namespace
}  // namespace mortise
