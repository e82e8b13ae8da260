// Steps that run at the same time: a waiting device holds up nobody, results are those of a serial run.
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <thread>

#include "core/host/wait.h"
#include "tests/core/run/as_written.h"
#include "tests/support/log_lines.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

const std::string kRendezvous = R"({"id": "org.mortise.test.device", "library": ")" + std::string(MORTISE_RENDEZVOUS) +
                                R"("}, {"id": "org.mortise.test.host", "library": ")" +
                                std::string(MORTISE_RENDEZVOUS) + R"("})";
const std::string kMockNpu = R"({"id": "org.mortise.mock-npu", "library": ")" + std::string(MORTISE_MOCK_NPU) +
                             R"(", "options": {"precision": "fp32"}})";

// The device's branch stands first: a thread that waits for it never gets to the other. The tensors are large enough
// for the other to be worth a task (kParallelWork).
constexpr int64_t kSize = 1 << 18;
constexpr const char* kTwoBranches = R"(g (float[262144] x) => (float[262144] y) {
  a = Neg(x)
  b = Abs(x)
  y = Sub(b, a)
})";

Tensor many(float first) {
  Tensor tensor = Tensor::allocate(DType::kF32, {kSize}).value();
  for (int64_t i = 0; i < kSize; ++i) tensor.data<float>()[i] = static_cast<float>(i % 1000 - 500) + first;
  return tensor;
}

void expect_two_branches(Session& session, float first) {
  const Tensor x = many(first);
  auto outputs = session.run({{"x", x}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  const auto y = outputs->at("y").tensor.elements<float>();
  for (size_t i = 0; i < y.size(); i += 111) {
    const float value = x.elements<float>()[i];
    ASSERT_EQ(y[i], std::fabs(value) + value);
  }
}

TEST(ParallelSteps, OneThreadRunsABranchWhileTheDeviceIsWaitedFor) {
  if (!can_suspend()) GTEST_SKIP() << "this build cannot suspend tasks";
  Session session = load_as_written(kTwoBranches, kRendezvous, 1);
  for (int i = 0; i < 50; ++i) expect_two_branches(session, static_cast<float>(i));
}

TEST(ParallelSteps, SeveralThreadsDoToo) {
  Session session = load_as_written(kTwoBranches, kRendezvous, 4);
  for (int i = 0; i < 200; ++i) expect_two_branches(session, static_cast<float>(i));
}

TEST(ParallelSteps, ManyDeviceStepsWaitAtOnceOnOneThread) {
  if (!can_suspend()) GTEST_SKIP() << "this build cannot suspend tasks";
  Session session = load_as_written(R"(g (float[262144] x, float[262144] z) => (float[262144] y) {
    a = Neg(x)
    b = Neg(z)
    c = Abs(x)
    d = Abs(z)
    e = Sub(c, a)
    f = Sub(d, b)
    y = Sub(e, f)
  })",
                                    kRendezvous, 1);
  for (int i = 0; i < 20; ++i) {
    auto outputs = session.run({{"x", many(1)}, {"z", many(1)}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    for (const float y : outputs->at("y").tensor.elements<float>()) ASSERT_EQ(y, 0);
  }
}

TEST(ParallelSteps, BodiesSuspendToo) {
  if (!can_suspend()) GTEST_SKIP() << "this build cannot suspend tasks";
  // The loop's body runs inside a task of the graph and waits there for the device, which waits for the other branch.
  Session session = load_as_written(R"(g (float[262144] x) => (float[262144] y) {
    one = Constant <value = int64 {1}> ()
    more = Constant <value = bool {1}> ()
    a = Loop (one, more, x) <body = inner (int64 i, bool c, float[262144] s) => (bool d, float[262144] t) {
      d = Identity(c)
      t = Neg(s)
    }>
    b = Abs(x)
    y = Sub(b, a)
  })",
                                    kRendezvous, 1);
  for (int i = 0; i < 50; ++i) expect_two_branches(session, static_cast<float>(i));
}

TEST(ParallelSteps, DevicesBeginBeforeTheHost) {
  const std::string npu = R"({"id": "org.mortise.mock-npu", "library": ")" + std::string(MORTISE_MOCK_NPU) +
                          R"(", "options": {"precision": "fp32", "sram_kib": 4096}})";
  const std::string device = "a = Relu(x)\n", host = "s = Sin(x)\nt = Sin(s)\nb = Sin(t)\n";
  for (const std::string& branches : {device + host, host + device}) {
    Session session =
        load_as_written("g (float[512,256] x) => (float[512,256] a, float[512,256] b) {" + branches + "}", npu, 1);
    Trace trace;
    std::vector<Value> outputs(2);
    const std::vector<Value> inputs{Tensor::allocate(DType::kF32, {512, 256}).value()};
    ASSERT_TRUE(session.run(inputs, outputs, {.trace = &trace}).ok());
    std::vector<std::pair<uint64_t, std::string>> segments;
    for (const TraceEvent& event : trace.events) {
      if (event.kind == TraceKind::kSegment) segments.emplace_back(event.start_ns, trace.providers[event.provider]);
    }
    std::sort(segments.begin(), segments.end());
    ASSERT_EQ(segments.size(), 2u);
    EXPECT_EQ(segments[0].second, "org.mortise.mock-npu") << branches;
    EXPECT_EQ(segments[1].second, "org.mortise.reference") << branches;
  }
}

TEST(ParallelSteps, ConcurrentRunsGiveTheSerialResult) {
  constexpr const char* kGraph = R"(g (float[1,4,16,16] x, float[4,4,3,3] w) => (float[1,4,16,16] y) {
    a = Conv <pads = [1,1,1,1]> (x, w)
    b = Sin(x)
    c = Conv <pads = [1,1,1,1]> (b, w)
    d = Cos(a)
    e = Mul(c, d)
    f = Tan(e)
    y = Add(f, a)
  })";
  const auto fill = [](Shape shape, int seed) {
    Tensor tensor = Tensor::allocate(DType::kF32, shape).value();
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      tensor.data<float>()[i] = 0.25f * std::sin(static_cast<float>(i * (seed + 2)));
    }
    return tensor;
  };
  Session session = load_as_written(kGraph, kMockNpu, 4);
  Session reference = load_as_written(kGraph, "", 1);
  const Tensor w = fill({4, 4, 3, 3}, 9);
  const auto run = [&](Session& on, int seed) {
    auto outputs = on.run({{"x", fill({1, 4, 16, 16}, seed)}, {"w", w}});
    EXPECT_TRUE(outputs.ok()) << outputs.status().message();
    const auto y = outputs->at("y").tensor.elements<float>();
    return std::vector<float>(y.begin(), y.end());
  };
  std::vector<std::vector<float>> expected;
  for (int seed = 0; seed < 4; ++seed) expected.push_back(run(reference, seed));
  std::vector<std::thread> threads;
  for (int seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      for (int i = 0; i < 50; ++i) {
        const std::vector<float> actual = run(session, seed);
        for (size_t k = 0; k < actual.size(); ++k) {
          ASSERT_NEAR(actual[k], expected[static_cast<size_t>(seed)][k], 1e-4f);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

Tensor small() { return Tensor::of<float>({4}, {1, -1, 2, -3}); }

TEST(ParallelSteps, OneFailureEndsTheRunAndIsRecoveredFrom) {
  LogLines log;
  std::string lost = kMockNpu;
  lost.replace(lost.find("\"fp32\""), 6, R"("fp32", "device_lost_at": 2)");
  Session session = load_as_written(R"(g (float[4] x) => (float[4] y) {
    a = Relu(x)
    b = Sin(x)
    c = Relu(b)
    d = Cos(a)
    y = Add(c, d)
  })",
                                    lost, 2, log.sink());
  for (int i = 0; i < 3; ++i) {
    auto outputs = session.run({{"x", small()}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    for (size_t k = 0; k < 4; ++k) {
      const float x = small().elements<float>()[k];
      EXPECT_NEAR(outputs->at("y").tensor.elements<float>()[k], std::fmax(std::sin(x), 0) + std::cos(std::fmax(x, 0)),
                  1e-6f);
    }
  }
  EXPECT_THAT(log.lines(), testing::ElementsAre(HasSubstr("is given no more work")));
}

TEST(ParallelSteps, StopWhenCancelledOrLate) {
  Session session = load_as_written(kTwoBranches, kRendezvous, 2);
  const std::vector<Value> inputs = {many(1)};
  std::vector<Value> outputs(1);
  const std::atomic<bool> cancel = true;
  EXPECT_EQ(session.run(inputs, outputs, {.cancel = &cancel}).code(), StatusCode::kCancelled);
  EXPECT_EQ(session.run(inputs, outputs, {.deadline = std::chrono::nanoseconds(1)}).code(),
            StatusCode::kDeadlineExceeded);
  expect_two_branches(session, 2);
}

}  // namespace
}  // namespace mortise::test
