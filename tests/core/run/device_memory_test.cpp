// Memory of devices: what is copied, and that what the host can reach is not.
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cmath>

#include "tests/core/run/as_written.h"
#include "tests/support/log_lines.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

// The provider with these options.
std::string device(const std::string& options) {
  return concat(R"({"id": "org.mortise.test.shared", "library": ")", MORTISE_SHARED_MEMORY, R"(", "options": )",
                options, "}");
}

struct Loaded {
  Loaded(const std::string& graph, const std::string& options)
      : session(load_as_written(graph, device(options), 0, log.sink())) {}

  LogLines log;
  Session session;
};

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
  Loaded loaded(kSandwich, R"({"visible": false})");
  EXPECT_EQ(copies_of(loaded.session, sandwich), (Copies{2, 2}));
}

TEST(DeviceMemory, IsNotCopiedWhereTheHostReachesIt) {
  Loaded loaded(kSandwich, R"({"visible": true})");
  EXPECT_EQ(copies_of(loaded.session, sandwich), (Copies{0, 0}));
}

TEST(DeviceMemory, IsCopiedForTheApplication) {
  Loaded loaded("g (float[2] x) => (float[2] y) { y = Neg(x) }", R"({"visible": true})");
  EXPECT_EQ(copies_of(loaded.session, [](float x) { return -x; }), (Copies{1, 1}));
}

TEST(DeviceMemory, ServesReadersOnBothSides) {
  Loaded loaded(R"(g (float[2] x) => (float[2] y) {
    a = Abs(x)
    b = Neg(a)
    c = Add(a, b)
    y = Add(c, b)
  })",
                R"({"visible": true})");
  EXPECT_EQ(copies_of(loaded.session, [](float x) { return -std::fabs(x); }), (Copies{0, 0}));
}

// `v` goes from one segment of the device to the next one and never to the host.
TEST(DeviceMemory, StaysThereBetweenSegmentsOfTheDevice) {
  for (const char* options : {R"({"visible": true})", R"({"visible": false})"}) {
    Loaded loaded(R"(g (float[2] x) => (float[2] y) {
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
    EXPECT_EQ(copies_of(loaded.session, [](float x) { return std::fabs(x) + std::exp(-std::fabs(x)); }),
              (Copies{copies, copies}));
    EXPECT_THAT(loaded.log.lines(), testing::IsEmpty());
    EXPECT_EQ(loaded.session.placement().providers[0].segments, 2u);
  }
}

TEST(DeviceMemory, WorksWithShapesKnownOnlyInTheRun) {
  Loaded loaded(R"(g (float[n] x) => (float[m] y) {
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
    auto outputs = loaded.session.run(
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
  Loaded loaded(R"(g (float[2] x) => (float[2] y) {
    a = Abs(x)
    b = Neg(a)
    y = Exp(b)
  })",
                R"({"full": true})");
  copies_of(loaded.session, [](float x) { return std::exp(-std::fabs(x)); });
  EXPECT_THAT(to_json(loaded.session.placement()), HasSubstr("the device is full"));
}

TEST(DeviceMemory, OfAKindThatIsNotListedIsRefusedAtCompile) {
  Loaded loaded("g (float[2] x) => (float[2] y) { y = Neg(x) }", R"({"unlisted": true})");
  EXPECT_THAT(loaded.log.lines(),
              testing::Contains(HasSubstr("wants memory of kind 7, which the provider does not list")));
  copies_of(loaded.session, [](float x) { return -x; });
}

}  // namespace
}  // namespace mortise::test
